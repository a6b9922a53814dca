using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Features.OnServer.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Importing;

/// <summary>
/// Takes a device's archive or journal, as uploading would, frame by frame, each in a transaction of its own; as often as it
/// is done, the outcome is the same (R2). Answers what the Pi takes back.
/// </summary>
internal sealed record ImportArchive(Stream File) : IRequest<ImportReceipt>;

internal sealed class ImportArchiveHandler(
    SyncDbContext db, CloudArchiveKey archiveKey, IServiceScopeFactory scopes, ICurrentActor current, IDataProtectionProvider protection, TimeProvider time)
    : IRequestHandler<ImportArchive, ImportReceipt>
{
    /// <summary>A season of a hundred days: above it somebody plays.</summary>
    private const int MostRecords = 200_000;

    /// <exception cref="Problem">400 <c>archive_invalid</c>; 409 <c>archive_of_another_cloud</c>, <c>device_unknown</c>, <c>device_revoked</c>.</exception>
    public async Task<ImportReceipt> Handle(ImportArchive request, CancellationToken ct)
    {
        using var reader = new ArchiveReader(request.File);
        var import = new Import();
        try
        {
            while (await reader.NextSegmentAsync(ct) is { } header)
            {
                import.Device = await RequireDeviceAsync(header, import.Device, ct);
                using (var key = await archiveKey.PrivateAsync(ct)) reader.Open(key);
                await ReadSegmentAsync(reader, header, import, ct);
            }
        }
        catch (ArchiveFault e)
        {
            throw new Problem(400, "archive_invalid", e.Message);
        }

        if (import.Device is not { } device) throw new Problem(400, "archive_invalid", "This file is empty.");
        await VerifyAsync(device, import, ct);
        var receipt = new ImportReceipt(
            ImportReceipt.Current, device.DeviceUuid, device.Name, Instants.ToMilliseconds(time.GetUtcNow()), !reader.Torn, import.Results, import.Missing, import.Different, import.Receipts, "",
            import.Clips.Count == 0 ? null : [.. import.Clips.Values]);
        return receipt with { Signature = Convert.ToBase64String(ReceiptKeys.Sign(protection, device.ReceiptPrivateKey, receipt.Signed())) };
    }

    /// <summary>R15: a device that is paired here, whose key signed the segment; and somebody who may speak for all of its competitions.</summary>
    private async Task<PairedDevice> RequireDeviceAsync(ArchiveHeader header, PairedDevice? before, CancellationToken ct)
    {
        if (header.CloudKey != ArchiveFormat.KeyId(await archiveKey.PublicAsync(ct))) throw new Problem(409, "archive_of_another_cloud", "This file was encrypted for another cloud.");
        if (before is not null && before.DeviceUuid != header.DeviceUuid) throw new ArchiveFault("It is put together from files of two devices.");
        var device = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.DeviceUuid == header.DeviceUuid, ct)
            ?? throw new Problem(409, "device_unknown", "This file is of a device that is not paired here.");
        await DeviceAccess.RequireAdminAsync(db, current.Actor, device, ct);
        if (device.RevokedAt is not null) throw new Problem(409, "device_revoked", "This file is of a device that was revoked. Pair it anew first, if it is in good hands.");
        return SigningKeys.Knows(device, Convert.FromBase64String(header.DeviceKey)) ? device : throw new Problem(409, "device_unknown", "This file was signed with a key that this cloud does not know of the device.");
    }

    private async Task ReadSegmentAsync(ArchiveReader reader, ArchiveHeader header, Import import, CancellationToken ct)
    {
        for (var frames = 0; ; frames++)
        {
            var frame = await reader.NextFrameAsync(ct);
            if (frame is null && header.Kind == ArchiveFormat.Archive) throw new ArchiveFault("It ends in the middle: copy it again from the device. What stands before was taken.");
            if (frame is null) return;
            switch (frame.Kind)
            {
                case ArchiveFrameKind.Batch:
                    await TakeAsync(frame.Body, import, ct);
                    break;
                case ArchiveFrameKind.Clip:
                    await CarryAsync(frame, import, ct);
                    break;
                case ArchiveFrameKind.Verify:
                    import.Asked.Add(Read<VerifyRequest>(frame.Body));
                    break;
                case ArchiveFrameKind.End when header.Kind == ArchiveFormat.Archive:
                    if (Read<ArchiveEnd>(frame.Body) is { } end && (end.Frames != frames || end.Records != import.Results.Count)) throw new ArchiveFault("Its end does not fit what it holds.");
                    return;
                default:
                    throw new ArchiveFault("It holds something that this version does not know.");
            }
        }
    }

    private async Task TakeAsync(byte[] body, Import import, CancellationToken ct)
    {
        using var stream = new MemoryStream(body);
        var envelope = await UploadEnvelope.ReadAsync(stream, ct);
        if (import.Results.Count + envelope.Records.Count > MostRecords) throw new ArchiveFault($"It holds more than {MostRecords} records.");
        var answer = await SendAsync(new UploadRecords(envelope, BootId: null, Carried: import.Device!.DeviceUuid), ct);
        import.Results.AddRange(envelope.Records.Zip(answer.Results).Select(r => new ImportResult(
            r.Second.Type, r.Second.ClientUuid, r.First.Edit, r.Second.Status, r.Second.Revision, r.Second.MergedInto, r.Second.ConflictUuid, r.Second.QuarantineUuid, r.Second.Error)));
    }

    /// <summary>A clip that cannot be taken stands in the way of the proof, and of nothing else (R14).</summary>
    private async Task CarryAsync(ArchiveFrame frame, Import import, CancellationToken ct)
    {
        var (clip, bytes) = frame.ReadClip();
        if (import.Clips.ContainsKey(clip.Sha256)) return;
        try
        {
            var here = await SendAsync(new CarryClip(import.Device!.DeviceUuid, clip.ReportUuid, clip.Sha256, clip.SizeBytes, clip.Offset, bytes), ct);
            if (here == clip.SizeBytes) import.Clips.Add(clip.Sha256, new ImportedClip(clip.ReportUuid, clip.Sha256, null));
        }
        catch (Problem e)
        {
            import.Clips.Add(clip.Sha256, new ImportedClip(clip.ReportUuid, clip.Sha256, new RecordError(e.Code, e.Message)));
        }
    }

    /// <summary>R13: the same proof as by the link, over everything that the device said it has.</summary>
    private async Task VerifyAsync(PairedDevice device, Import import, CancellationToken ct)
    {
        foreach (var asked in import.Asked)
        {
            VerifyAnswer answer;
            try
            {
                answer = await SendAsync(new VerifyRecords(asked.CompetitionUuid, asked.Records, asked.Clips, import.Receipts.LastOrDefault()?.ReceiptUuid, device.DeviceUuid), ct);
            }
            catch (Problem e) when (e.Code == "competition_not_granted")
            {
                // Nothing is lost by it: the records are in quarantine. There is no receipt.
                import.Receipts.Clear();
                return;
            }

            import.Missing.AddRange(answer.Missing);
            import.Different.AddRange(answer.Different);
            if (answer.Receipt is { } receipt) import.Receipts.Add(receipt);
        }

        if (import.Missing.Count + import.Different.Count > 0) import.Receipts.Clear();
    }

    /// <summary>In a scope of its own: what one frame has read and tracked does not stay for the next.</summary>
    private async Task<T> SendAsync<T>(IRequest<T> message, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(message, ct);
    }

    private static T Read<T>(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, ApiJson.Options) ?? throw new ArchiveFault("A frame is empty.");
        }
        catch (JsonException)
        {
            throw new ArchiveFault("A frame does not hold what it says.");
        }
    }

    /// <summary>What one file has come to so far.</summary>
    private sealed class Import
    {
        public PairedDevice? Device { get; set; }

        public List<ImportResult> Results { get; } = [];

        public Dictionary<string, ImportedClip> Clips { get; } = new(StringComparer.Ordinal);

        public List<VerifyRequest> Asked { get; } = [];

        public List<VerifyFault> Missing { get; } = [];

        public List<VerifyFault> Different { get; } = [];

        public List<Receipt> Receipts { get; } = [];
    }
}
