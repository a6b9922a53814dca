using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading.TakingIn;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>Takes a device's batch: one transaction, an answer for each record in the same order.</summary>
/// <param name="Began">Timestamp at the request's first byte: how long the upload took is counted from it.</param>
/// <param name="Carried">The device whose batch a person brings on a stick; null: the device itself sends it.</param>
internal sealed record UploadRecords(UploadEnvelope Envelope, string? BootId, long? Began = null, Guid? Carried = null) : ICommand<UploadAnswer>;

internal sealed class UploadRecordsHandler(
    SyncDbContext db, DatabaseSession session, IMediator mediator, RecordIntake intake, QuarantineKeeper quarantine, QuarantineFollowers followers,
    ICurrentActor current, TimeProvider time, ILogger<UploadRecordsHandler> logger)
    : IRequestHandler<UploadRecords, UploadAnswer>
{
    public async Task<UploadAnswer> Handle(UploadRecords request, CancellationToken ct)
    {
        var envelope = request.Envelope;
        // Uploads of one device are taken one after the other.
        if ((request.Carried ?? current.Actor.DeviceUuid) is { } uuid) await session.LockAsync("device", uuid, ct);
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct, request.Carried);
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var sender = new Sender(device.DeviceUuid, envelope.StoreUuid, device.Name, device.MayDecide, await DeviceAccess.GrantsAsync(db, device, ct), request.Carried is null ? envelope.BatchUuid : null);

        var results = new UploadResult[envelope.Records.Count];
        // The same record twice in one batch is taken twice, one after the other.
        foreach (var wave in Waves(envelope.Records))
            foreach (var (record, result) in await TakeAsync(wave, sender, ct))
                results[record.Index] = result;

        if (quarantine.Closed > 0) await followers.FollowAsync(device.DeviceUuid, ct);
        await TellStandingsAsync(results, ct);
        await WriteDownAsync(request, device, results, now, ct);
        return new UploadAnswer(Instants.ToMilliseconds(time.GetUtcNow()), results, TellLeftOut(envelope.Runs, device));
    }

    private static List<List<ReceivedRecord>> Waves(IReadOnlyList<ReceivedRecord> records)
    {
        var seen = new Dictionary<(string?, Guid), int>();
        var waves = new SortedDictionary<int, List<ReceivedRecord>>();
        foreach (var record in records)
        {
            var wave = 0;
            if (record.Fault is null)
            {
                wave = seen.GetValueOrDefault((record.Type, record.ClientUuid));
                seen[(record.Type, record.ClientUuid)] = wave + 1;
            }

            if (!waves.TryGetValue(wave, out var list)) waves[wave] = list = [];
            list.Add(record);
        }

        return [.. waves.Values];
    }

    /// <summary>
    /// R14: where a batch breaks on something that nobody foresaw, it is taken in halves, and those in halves, until the one
    /// record that breaks it stands alone; it goes to quarantine, the others are taken.
    /// </summary>
    private async Task<IReadOnlyDictionary<ReceivedRecord, UploadResult>> TakeAsync(List<ReceivedRecord> records, Sender sender, CancellationToken ct, bool again = false)
    {
        var granted = sender.Grants is null ? null : new HashSet<Guid>(sender.Grants);
        try
        {
            return await session.InSavepointAsync(() => intake.TakeAsync(records, sender, accepted: false, ct), ct);
        }
        catch (Exception e) when (Poison.IsPossible(e, ct))
        {
            sender = sender with { Grants = granted };
            if (!again && Poison.IsRace(e)) return await TakeAsync(records, sender, ct, again: true);
            if (records.Count == 1)
            {
                logger.LogError(e, "A {Type} record of device {Device} could not be taken; it goes to quarantine", records[0].Type, sender.DeviceUuid);
                return await intake.RejectAsync(records[0], sender, new RecordError("unprocessable", "The cloud could not take this record. Its makers have been told."), ct);
            }

            logger.LogWarning("A batch of {Count} records broke ({Reason}); it is taken in halves", records.Count, e.GetBaseException().Message);
            var inOrder = records.OrderBy(r => RecordTypes.Rank(r.Type)).ToList();
            var half = inOrder.Count / 2;
            var results = new Dictionary<ReceivedRecord, UploadResult>(await TakeAsync(inOrder[..half], sender, ct), ReferenceEqualityComparer.Instance);
            foreach (var (record, result) in await TakeAsync(inOrder[half..], sender, ct)) results[record] = result;
            return results;
        }
    }

    /// <summary>How the batch's incidents stand in the end: only now all that it brought is grouped.</summary>
    private async Task TellStandingsAsync(UploadResult[] results, CancellationToken ct)
    {
        var incidents = results.Where(r => r.Type == RecordTypes.Incident && r.Status is not (UploadStatuses.Rejected or UploadStatuses.Deferred))
            .Select(r => Guid.Parse(r.ClientUuid!)).Distinct().ToList();
        if (incidents.Count == 0) return;
        var standings = (await mediator.Send(new FindStandings(incidents), ct)).ToDictionary(s => s.IncidentUuid);
        for (var i = 0; i < results.Length; i++)
        {
            var result = results[i];
            if (result.Type != RecordTypes.Incident || result.Status is UploadStatuses.Rejected or UploadStatuses.Deferred) continue;
            var uuid = Guid.Parse(result.ClientUuid!);
            if (!standings.TryGetValue(uuid, out var standing)) continue;
            if (standing.ConflictUuid is { } conflict) result = result with { Status = UploadStatuses.Conflict, ConflictUuid = conflict };
            if (standing.StandsFor != uuid)
            {
                result = result with { MergedInto = standing.StandsFor };
                if (result.Status == UploadStatuses.Created) result = result with { Status = UploadStatuses.Merged };
            }

            results[i] = result;
        }
    }

    private async Task WriteDownAsync(UploadRecords request, PairedDevice device, UploadResult[] results, DateTimeOffset now, CancellationToken ct)
    {
        var boot = request.BootId is { Length: > 0 and <= 100 } given ? given : null;
        // What a person carries says nothing of how the device is now.
        if (request.Carried is null) await db.Database.ExecuteSqlAsync(
            $"""
             UPDATE sync.devices SET last_seen_at = {now}, status = COALESCE({request.Envelope.Status}::jsonb, status),
                 boot_id = COALESCE({boot}, boot_id)
             WHERE device_uuid = {device.DeviceUuid}
             """, ct);
        db.Uploads.Add(new Upload
        {
            DeviceUuid = device.DeviceUuid,
            StoreUuid = request.Envelope.StoreUuid,
            BatchUuid = request.Envelope.BatchUuid,
            BootId = boot,
            SentAt = request.Envelope.SentAt,
            ReceivedAt = now,
            DurationMs = request.Began is { } began ? (long)time.GetElapsedTime(began).TotalMilliseconds : null,
            TellsRuns = request.Envelope.Runs is not null,
            CompetitionUuids = request.Envelope.Runs is null ? await CompetitionsAsync(results, ct) : [],
            Records = results.Length,
            Outcomes = JsonSerializer.Serialize(results.CountBy(r => r.Status).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal), ApiJson.Options),
        });
        await db.SaveChangesAsync(ct);
        await mediator.Publish(
            new UploadTaken(
                device, boot, now, request.Carried is not null, request.Envelope.Status, request.Envelope.Runs?.Kept,
                quarantine.Closed > 0 || results.Any(r => r.Status == UploadStatuses.Rejected)),
            ct);
    }

    /// <summary>Null: all runs were kept.</summary>
    private int? TellLeftOut(ToldRuns? runs, PairedDevice device)
    {
        if (runs is not { LeftOut: > 0 and var count }) return null;
        logger.LogWarning("Device {Device} ({Name}) told {Count} runs that cannot be kept", device.DeviceUuid, device.Name, count);
        return count;
    }

    /// <summary>The competitions of what the batch brought: a device that tells no runs has this upload counted as one.</summary>
    private async Task<Guid[]> CompetitionsAsync(UploadResult[] results, CancellationToken ct)
    {
        var taken = results.Where(r => r.Status is not (UploadStatuses.Rejected or UploadStatuses.Deferred)).Select(r => Guid.Parse(r.ClientUuid!)).Distinct().ToArray();
        var rejected = results.Select(r => r.QuarantineUuid).OfType<Guid>().ToArray();
        if (taken.Length + rejected.Length == 0) return [];
        return await db.Feed.Where(v => taken.Contains(v.ClientUuid)).Select(v => v.CompetitionUuid)
            .Union(db.Quarantine.Where(q => rejected.Contains(q.ClientUuid)).Select(q => q.CompetitionUuid))
            .Where(c => c != null).Select(c => c!.Value).ToArrayAsync(ct);
    }
}

/// <summary>An upload was taken, within its transaction: what else the cloud makes of it hangs on this.</summary>
/// <param name="Device">As it was before.</param>
/// <param name="Carried">A person brought it on a stick: it says nothing of how the device is now.</param>
/// <param name="Status">What it said of itself; null: nothing.</param>
/// <param name="QuarantineChanged">Records went there, or were closed by a good edit.</param>
internal sealed record UploadTaken(
    PairedDevice Device, string? BootId, DateTimeOffset At, bool Carried, string? Status, IReadOnlyList<RunReport>? Runs, bool QuarantineChanged) : INotification;
