using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Sync.Domain.OnDevice.Stick;

namespace ModularRace.Sync.Features.OnDevice.Journaling;

/// <summary>
/// For the day on which the card dies: each committed record is appended to a journal on the stick within a second. It learns
/// of a record after the commit, reads it again by itself, and writes on threads of its own: a stick that is slow, full or
/// pulled out holds up no tap and harms nothing. Put back in, it catches up from the queue.
/// </summary>
internal sealed class StickJournal(StickFolder stick, JournalWriter writer, TimeProvider time, ILogger<StickJournal> logger) : BackgroundService
{
    /// <summary>More than these waiting, and it catches up from the queue instead.</summary>
    private const int MostWaiting = 5000;

    /// <summary>A report is followed by its description and the like: they go together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200), Again = TimeSpan.FromSeconds(3), Slow = TimeSpan.FromSeconds(5);

    private readonly Channel<Guid> committed = Channel.CreateBounded<Guid>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait });
    private volatile bool behind = true;
    private volatile StickFault? fault = StickFault.Starting();
    private DateTimeOffset? writtenAt;
    private long writingSince;

    /// <summary>These were committed. Never waits.</summary>
    public void Committed(IEnumerable<Guid> records)
    {
        if (stick.Path is null) return;
        foreach (var uuid in records)
            if (!committed.Writer.TryWrite(uuid))
                behind = true;
    }

    /// <summary>How it is; null: switched off.</summary>
    public StickView? Read()
    {
        if (stick.Path is null) return null;
        var since = Interlocked.Read(ref writingSince);
        var slow = since != 0 && time.GetElapsedTime(since) > Slow;
        var (state, message) = slow ? ("slow", "The stick is slow: the last records are not on it yet.") : fault is { } f ? (f.State, f.Message) : ("ok", (string?)null);
        var room = slow ? null : stick.Room();
        return new StickView(state, message, writtenAt, committed.Reader.Count, room?.FreeBytes, room?.TotalBytes);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (stick.Path is null) return;
        try
        {
            while (true)
            {
                await WriteAsync(stoppingToken);
                using var timer = new CancellationTokenSource(Again, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stoppingToken);
                try
                {
                    // Without a fault there is nothing to do until a record comes; a stick that is gone is noticed all the same.
                    if (fault is null) await committed.Reader.WaitToReadAsync(either.Token);
                    else await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
                    await Task.Delay(Gather, time, stoppingToken);
                }
                catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
                {
                    // Looked at again.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        finally
        {
            writer.Close();
        }
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        try
        {
            // What is committed from here on comes by the channel; what was before, from the queue.
            var (all, records) = (behind || !writer.IsOpen, new HashSet<Guid>());
            behind = false;
            while (committed.Reader.TryRead(out var uuid)) records.Add(uuid);
            Interlocked.Exchange(ref writingSince, time.GetTimestamp());
            if (all || records.Count > 0) writtenAt = await writer.WriteAsync(all ? null : records, stopping) ?? writtenAt;
            else await writer.LookAsync(stopping);
            fault = null;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            behind = true;
            var told = e as StickFault ?? StickFault.Of(e);
            if (fault?.State != told.State) logger.LogWarning(e, "The journal on the stick stands still: {State}", told.State);
            fault = told;
            writer.Close();
        }
        finally
        {
            Interlocked.Exchange(ref writingSince, 0);
        }
    }
}

/// <summary>Why nothing can be written to the stick. The message is for a referee.</summary>
internal sealed class StickFault(string state, string message, Exception? inner = null) : Exception(message, inner)
{
    private const int NoSpace = 28, ReadOnly = 30;

    public string State { get; } = state;

    /// <summary>Nothing was written yet, and nobody is told that all is.</summary>
    public static StickFault Starting() => new("starting", "The stick is being looked at.");

    public static StickFault Missing() => new("missing", "No memory stick is in.");

    public static StickFault NoKey() => new("no_key", "This Pi must be paired, and reach its cloud once, before it can write to the stick.");

    public static StickFault Of(Exception e) => e switch
    {
        IOException { HResult: NoSpace } => new StickFault("full", "The stick is full.", e),
        IOException { HResult: ReadOnly } or UnauthorizedAccessException => new StickFault("read_only", "The stick cannot be written to.", e),
        DirectoryNotFoundException or DriveNotFoundException => new StickFault("missing", "No memory stick is in.", e),
        _ => new StickFault("failed", "The stick does not answer as it should.", e),
    };
}
