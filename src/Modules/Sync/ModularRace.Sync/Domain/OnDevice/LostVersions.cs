using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>
/// R9: what a restored cloud lost and this Pi still holds, its own and what it took from there, goes back as an edit of this
/// Pi (decision 13). While the feed is read anew, each version in it is held against the one that is here.
/// </summary>
internal sealed class LostVersions(SyncDbContext db, DatabaseSession session, DeviceIdentity here, IMediator mediator, TimeProvider time)
{
    /// <summary>Before a page is taken: where the cloud has another version than the one held here, that one goes back, and the cloud's waits for the outcome.</summary>
    /// <returns>How many go back.</returns>
    public async Task<int> CompareAsync(IReadOnlyList<Change> incoming, CancellationToken cancellationToken)
    {
        var uuids = incoming.Select(c => c.ClientUuid).ToArray();
        var bases = await db.RecordBases.Where(b => b.Lost && uuids.Contains(b.ClientUuid)).ToDictionaryAsync(b => (b.RecordType, b.ClientUuid), cancellationToken);
        if (bases.Count == 0) return 0;
        var (held, queued) = await ReadAsync([.. bases.Keys.Select(k => k.ClientUuid)], cancellationToken);
        var returning = 0;
        foreach (var change in incoming)
        {
            // What waits to be sent is compared when it was: the cloud has a new version then.
            if (!bases.TryGetValue((change.Type, change.ClientUuid), out var seen) || queued.GetValueOrDefault(change.ClientUuid) is { Unsent: true }) continue;
            seen.Lost = false;
            if (change.Revision == seen.BaseRevision || !held.TryGetValue((change.Type, change.ClientUuid), out var record) || IsSame(record, change)) continue;
            // A version that was taken here before the one held now is known to both: what was changed since is told by it (R7).
            var revision = seen.Earlier.Contains(change.Revision, StringComparer.Ordinal) ? change.Revision : seen.BaseRevision;
            if (Return(record, seen, revision, queued, missing: false)) returning++;
        }

        await db.SaveChangesAsync(cancellationToken);
        return returning;
    }

    /// <summary>After the last page: what was not in the feed is not on the cloud.</summary>
    /// <returns>How many go back.</returns>
    public async Task<int> ReturnMissingAsync(Guid? competition, CancellationToken cancellationToken)
    {
        var returning = await ForgetConflictsAsync(competition, cancellationToken);
        var bases = await db.RecordBases.Where(b => b.Lost).ToListAsync(cancellationToken);
        if (bases.Count == 0) return returning;
        var (held, queued) = await ReadAsync([.. bases.Select(b => b.ClientUuid)], cancellationToken);
        foreach (var seen in bases.OrderBy(b => RecordTypes.Rank(b.RecordType)).ThenBy(b => b.Id))
        {
            if (queued.GetValueOrDefault(seen.ClientUuid) is { Unsent: true }) continue;
            seen.Lost = false;
            // Another competition's records were not to be expected in this one's feed.
            if (held.TryGetValue((seen.RecordType, seen.ClientUuid), out var record) && (record.CompetitionUuid ?? competition) == competition
                && Return(record, seen, seen.BaseRevision, queued, missing: true)) returning++;
        }

        await db.SaveChangesAsync(cancellationToken);
        return returning;
    }

    /// <summary>
    /// What waited for a person on the lost cloud waits for nobody now: it takes part in the rule again (R4), and what is told
    /// to be in conflict asks how it stands. Where the sides differ still, the cloud has found that anew by now.
    /// </summary>
    private async Task<int> ForgetConflictsAsync(Guid? competition, CancellationToken cancellationToken)
    {
        var lost = await db.RecordBases.Where(b => b.Lost && b.RecordType == RecordTypes.Conflict).ToListAsync(cancellationToken);
        if (lost.Count == 0 || competition is not { } uuid) return 0;
        await session.LockAsync(RaceLock.Scope, [.. (await mediator.Send(new FindRacesOfCompetition(uuid), cancellationToken)).Select(r => r.ClientUuid)], cancellationToken);
        var records = await mediator.Send(new ForgetConflicts(uuid, [.. lost.Select(b => b.ClientUuid)]), cancellationToken);
        db.RecordBases.RemoveRange(lost);
        await db.SaveChangesAsync(cancellationToken);
        return await db.Queue.Where(e => e.Status == QueueStatuses.Conflict && records.Contains(e.ClientUuid)).ExecuteUpdateAsync(s => s.SetProperty(e => e.AskAgain, true), cancellationToken);
    }

    private async Task<(Dictionary<(string, Guid), RecordVersion> Held, Dictionary<Guid, QueueEntry> Queued)> ReadAsync(Guid[] uuids, CancellationToken cancellationToken)
    {
        var competition = await db.ThisDevice.Select(d => d.CompetitionUuid).SingleAsync(cancellationToken);
        var wanted = uuids.ToHashSet();
        var records = new List<RecordVersion>();
        if (competition is { } uuid) records.AddRange((await mediator.Send(new ReadReferenceRecords(uuid), cancellationToken)).Where(r => wanted.Contains(r.ClientUuid)));
        records.AddRange(await mediator.Send(new ReadCaseRecords(uuids), cancellationToken));
        records.AddRange(await mediator.Send(new ReadGroupingRecords(uuids), cancellationToken));
        return (records.ToDictionary(r => (r.Type, r.ClientUuid)), await db.Queue.Where(e => uuids.Contains(e.ClientUuid)).ToDictionaryAsync(e => e.ClientUuid, cancellationToken));
    }

    private bool Return(RecordVersion record, RecordBase seen, string? revision, Dictionary<Guid, QueueEntry> queued, bool missing)
    {
        var entry = queued.GetValueOrDefault(record.ClientUuid);
        var content = QueuedContent.Whole(record, [.. entry?.Content.Select(f => f.Key) ?? [], .. seen.Fields]);
        if (entry is null)
        {
            entry = new QueueEntry { RecordType = record.Type, ClientUuid = record.ClientUuid, Status = QueueStatuses.Pending, CreatedAt = time.GetUtcNow(), Content = content, Edit = here.EditFloor + 1 };
            entry.TakenAt(record.Stamp, time);
            db.Queue.Add(entry);
        }
        else if (!RecordDigest.Of(content).AsSpan().SequenceEqual(RecordDigest.Of(entry.Content)))
        {
            (entry.Content, entry.Edit) = (content, entry.Edit + 1);
            entry.TakenAt(record.Stamp, time);
        }
        else if (!missing)
        {
            // This Pi's own word and nothing beside it: the verification has asked after that.
            return false;
        }

        if (record.Origin != here.Origin) entry.Origin = record.Origin;
        (entry.BaseRevision, entry.CompetitionUuid) = (revision, record.CompetitionUuid);
        entry.SendAgain();
        return true;
    }

    private static bool IsSame(RecordVersion record, Change change) =>
        record.Type is RecordTypes.Grouping or RecordTypes.HistoryEntry
        || (record.Deleted == change.Deleted && RecordDigest.Of(record.Content).AsSpan().SequenceEqual(RecordDigest.Of(WireRecord.ToContent(change.Data))));
}
