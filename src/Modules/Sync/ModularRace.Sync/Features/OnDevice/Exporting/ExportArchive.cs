using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Exporting;

/// <summary>
/// For the day on which no link returns: everything that this Pi made or changed and has not been cleared of, as one file,
/// encrypted for its cloud and signed by it. What the cloud took already goes too: sending again changes nothing (R2), and the
/// file alone proves the whole. Streamed: a long season takes no more memory than a short one.
/// </summary>
/// <param name="Write">Takes the file, piece by piece.</param>
internal sealed record ExportArchive(Func<byte[], CancellationToken, Task> Write) : IRequest<ExportedArchive>;

internal sealed record ExportedArchive(int Records, int Clips);

internal sealed class ExportArchiveHandler(SyncDbContext db, DeviceRow row, SigningKey keys, AnchoredClock clock, IMediator mediator, TimeProvider time) : IRequestHandler<ExportArchive, ExportedArchive>
{
    /// <exception cref="Problem">409 <c>not_paired</c>, <c>archive_key_unknown</c>: said before the first byte.</exception>
    public async Task<ExportedArchive> Handle(ExportArchive request, CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        using var segment = ArchiveSegments.Begin(ArchiveFormat.Archive, device, keys, time.GetUtcNow());
        await request.Write(segment.Beginning, cancellationToken);

        // One statement, one look: what the file proves is what it holds.
        string[] types = [.. RecordTypes.InOrder];
        var holdings = new List<(long Id, Holding Holding)>();
        var taken = await db.ClipTransfers.AsNoTracking().OrderBy(t => t.Id).ToListAsync(cancellationToken);
        var clips = new HeldNames(taken.Select(t => t.Sha256));
        var batch = new List<UploadRecord>();
        var characters = 0;
        await foreach (var entry in db.Queue.FromSql($"SELECT * FROM sync.sync_queue ORDER BY array_position({types}, record_type), id").AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            holdings.Add((entry.Id, ReadHoldingsHandler.Of(entry, clips)));
            var record = entry.ToUpload(clock);
            batch.Add(record);
            characters += record.Data.ToJsonString(ApiJson.Options).Length;
            if (batch.Count >= ArchiveFormat.MostRecords || characters >= ArchiveFormat.MostCharacters) await FlushAsync();
        }

        await FlushAsync();
        // What the cloud has said that it holds needs no stick; the proof asks about it all the same.
        var carried = 0;
        foreach (var clip in taken.Where(t => t.Status != QueueStatuses.Synced && clips.Named.Contains(t.Sha256, StringComparer.Ordinal)))
            if (await WriteAsync(clip, segment, request.Write, cancellationToken)) carried++;

        var whole = new Holdings(await db.Queue.CompetitionAsync(device, cancellationToken), [.. holdings.OrderBy(h => h.Id).Select(h => h.Holding)], clips.Named);
        if (whole.CompetitionUuid is not null)
            for (var part = 0; part < whole.Parts; part++)
                await request.Write(segment.Frame(ArchiveFrameKind.Verify, whole.Part(part, null)), cancellationToken);
        await request.Write(segment.Frame(ArchiveFrameKind.End, new ArchiveEnd(segment.Frames, holdings.Count)), cancellationToken);
        return new ExportedArchive(holdings.Count, carried);

        async Task FlushAsync()
        {
            if (batch.Count == 0) return;
            await request.Write(segment.Frame(ArchiveFrameKind.Batch, new UploadRequest(Uuids.New(time), device.StoreUuid, Instants.ToMilliseconds(time.GetUtcNow()), null, [], batch)), cancellationToken);
            batch.Clear();
            characters = 0;
        }
    }

    /// <summary>Piece by piece: a long clip takes no more memory than a short one. False: the card has lost it, and the proof will say that it is missing.</summary>
    private async Task<bool> WriteAsync(ClipTransfer clip, ArchiveSegment segment, Func<byte[], CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var file = await mediator.Send(new OpenHeldClip(clip.Sha256), cancellationToken);
        if (file is null || file.Length != clip.SizeBytes) return false;
        var piece = new byte[ArchiveFormat.ClipBytes];
        for (long at = 0; at < clip.SizeBytes;)
        {
            var count = await file.ReadAtLeastAsync(piece, (int)Math.Min(piece.Length, clip.SizeBytes - at), throwOnEndOfStream: true, cancellationToken);
            await write(segment.ClipFrame(new ArchiveClip(clip.ReportUuid, clip.Sha256, clip.SizeBytes, at), piece.AsSpan(0, count)), cancellationToken);
            at += count;
        }

        return true;
    }
}

internal static class ArchiveSegments
{
    /// <summary>A segment of this device for its cloud.</summary>
    /// <exception cref="Problem">409 where it is not known for whom to encrypt.</exception>
    public static ArchiveSegment Begin(string kind, ThisDevice device, SigningKey keys, DateTimeOffset now)
    {
        if (device.TokenProtected is null) throw new Problem(409, "not_paired", "This Pi is not paired with a server yet: it is not known for whom to encrypt.");
        if (device.ArchiveKey is null || keys.Read(device) is not { } key)
            throw new Problem(409, "archive_key_unknown", "This Pi has not been told by its cloud how to encrypt: it needs one contact with it.");
        return new ArchiveSegment(kind, device.DeviceUuid, device.StoreUuid, Instants.ToMilliseconds(now), key, Convert.FromBase64String(device.ArchiveKey));
    }
}

/// <summary>What the files on a stick are called.</summary>
internal static class ArchiveNames
{
    public const string ArchiveEnding = ".mra", ReceiptEnding = ".mrr";

    public static string Archive(DateTimeOffset at) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"modularrace-{at:yyyyMMdd-HHmmss}{ArchiveEnding}");
}
