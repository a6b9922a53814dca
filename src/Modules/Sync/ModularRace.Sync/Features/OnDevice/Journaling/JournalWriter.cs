using System.Globalization;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Exporting;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Journaling;

/// <summary>Keeps one segment open on the stick, and appends records to it. Used by one at a time.</summary>
internal sealed class JournalWriter(StickFolder stick, SigningKey keys, ScopedSender sender, TimeProvider time)
{
    private JournalFile? file;
    private ArchiveSegment? segment;
    private string? cloudKey;

    public bool IsOpen => file is not null;

    /// <summary>Appends these, as they are now; null: all that the cloud has not answered for. Returns when they are on the stick.</summary>
    public async Task<DateTimeOffset?> WriteAsync(IReadOnlyCollection<Guid>? records, CancellationToken stopping)
    {
        await LookAsync(stopping);
        long after = 0;
        DateTimeOffset? written = null;
        while (true)
        {
            var page = await sender.SendAsync(new ReadJournalPage(records, after), stopping);
            if (page.Records.Count == 0) return written ?? time.GetUtcNow();
            var frame = segment!.Frame(ArchiveFrameKind.Batch, page.Batch(time));
            await OnOwnThreadAsync(() => file!.Append(frame), stopping);
            (after, written) = (page.Last, time.GetUtcNow());
        }
    }

    /// <summary>The stick is in, and the segment is open on it for the cloud that this Pi belongs to now.</summary>
    public async Task LookAsync(CancellationToken stopping)
    {
        if (!stick.IsThere) throw StickFault.Missing();
        var device = await sender.SendAsync(new ReadJournalDevice(), stopping);
        if (device.ArchiveKey is null || device.SigningKeyProtected is null || device.TokenProtected is null) throw StickFault.NoKey();
        var path = Path.Combine(stick.Path!, string.Create(CultureInfo.InvariantCulture, $"modularrace-{device.DeviceUuid.ToString("N")[..12]}.mrj"));
        if (file is not null && cloudKey == device.ArchiveKey && File.Exists(path)) return;
        Close();
        segment = ArchiveSegments.Begin(ArchiveFormat.Journal, device, keys, time.GetUtcNow());
        cloudKey = device.ArchiveKey;
        await OnOwnThreadAsync(() => file = JournalFile.Open(path, segment.Beginning), stopping);
    }

    public void Close()
    {
        var (leaving, key) = (file, segment);
        (file, segment, cloudKey) = (null, null, null);
        key?.Dispose();
        // Closing may block as writing may; nobody waits for it.
        if (leaving is not null) _ = OnOwnThreadAsync(leaving.Dispose, CancellationToken.None);
    }

    /// <summary>A stick may take minutes for a write, or never return from it: no thread of the pool is held by that, and a host that stops does not wait.</summary>
    private static Task OnOwnThreadAsync(Action work, CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                work();
                ended.TrySetResult();
            }
            catch (Exception e)
            {
                ended.TrySetException(e);
            }
        })
        { IsBackground = true, Name = "stick" }.Start();
        return ended.Task.WaitAsync(stopping);
    }
}
