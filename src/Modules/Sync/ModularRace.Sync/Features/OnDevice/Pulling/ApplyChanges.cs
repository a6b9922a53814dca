using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Pulling;

/// <summary>
/// Takes a page of the cloud's changes, with what was held back before, in one commit with the cursor. A record that holds
/// an unsent edit is not overwritten: its version waits until the cloud has answered for the edit; and one whose parent has
/// not come waits for the next page. What an owner cannot take waits too, with the reason: the cursor goes on past it (R14).
/// </summary>
/// <param name="Changes">As they came; unknown types are passed over.</param>
/// <param name="Cursor">Where the next page begins; null: leave it.</param>
/// <param name="Own">What the cloud only named, since it stands there as this device sent it.</param>
internal sealed record ApplyChanges(IReadOnlyList<Change> Changes, string? Cursor, IReadOnlyList<OwnChanges>? Own = null) : ICommand<AppliedChanges>;

/// <param name="Taken">How many records were made or changed here.</param>
/// <param name="AskAgain">There is something to send: a record in conflict or quarantine has a new version, or a restored cloud is behind.</param>
/// <param name="Whole">False: something that was only named is not here any more, and nothing was done.</param>
internal sealed record AppliedChanges(int Taken, bool AskAgain, bool Whole = true);

internal sealed class ApplyChangesHandler(SyncDbContext db, DatabaseSession session, LostVersions lost, IMediator mediator, ILogger<ApplyChangesHandler> logger)
    : IRequestHandler<ApplyChanges, AppliedChanges>
{
    public async Task<AppliedChanges> Handle(ApplyChanges request, CancellationToken cancellationToken)
    {
        var own = new OwnRecords(db);
        if (!await own.FindAsync(request.Own ?? [], cancellationToken)) return new AppliedChanges(0, AskAgain: false, Whole: false);

        var waited = await db.HeldChanges.AsNoTracking().OrderBy(h => h.Id).ToListAsync(cancellationToken);

        // The newest version of each record, in the order of reference: a parent may have changed after its child did.
        var newest = new Dictionary<(string Type, Guid Uuid), Change>();
        foreach (var change in waited.Where(h => !own.Takes(h.ClientUuid)).Select(h => new Change(h.RecordType, h.ClientUuid, h.Revision, h.Deleted, h.Data)).Concat(request.Changes).Concat(own.Other))
            if (RecordTypes.Rank(change.Type) >= 0)
                newest[(change.Type, change.ClientUuid)] = change;
        var incoming = newest.Values.Select((c, i) => (Change: c, Index: i)).OrderBy(x => RecordTypes.Rank(x.Change.Type)).ThenBy(x => x.Index).Select(x => x.Change).ToList();

        var conflicts = request.Changes.Where(c => c.Type == RecordTypes.Conflict).GroupBy(c => c.ClientUuid).Select(g => g.Last()).ToList();
        await LockRacesAsync([.. incoming, .. conflicts], cancellationToken);
        var returning = await lost.CompareAsync(incoming, cancellationToken);
        var uuids = incoming.Select(c => c.ClientUuid).ToArray();
        var unsent = await db.Queue.Where(e => uuids.Contains(e.ClientUuid) && e.Edit > e.AnsweredEdit).Select(e => e.ClientUuid).ToHashSetAsync(cancellationToken);
        var outcomes = new Dictionary<(string, Guid), RecordOutcome>();
        await ApplyAsync([.. incoming.Where(c => !unsent.Contains(c.ClientUuid))], outcomes, cancellationToken);

        var resolved = await KeepConflictsAsync(conflicts, cancellationToken);

        // Read only now: what the owners could not take was undone, and with it what was tracked.
        var queued = await db.Queue.Where(e => uuids.Contains(e.ClientUuid)).ToDictionaryAsync(e => e.ClientUuid, cancellationToken);
        var held = await db.HeldChanges.ToListAsync(cancellationToken);
        Guid[] seen = [.. uuids, .. conflicts.Select(c => c.ClientUuid)];
        var bases = await db.RecordBases.Where(b => seen.Contains(b.ClientUuid)).ToDictionaryAsync(b => (b.RecordType, b.ClientUuid), cancellationToken);
        var holding = held.ToDictionary(h => (h.RecordType, h.ClientUuid));
        var taken = 0;
        var askAgain = await own.TakeAsync(cancellationToken) || returning > 0;
        foreach (var change in incoming)
        {
            var key = (change.Type, change.ClientUuid);
            var outcome = outcomes.GetValueOrDefault(key);
            if (outcome?.Verdict is RecordVerdict.Created or RecordVerdict.Updated or RecordVerdict.Unchanged or RecordVerdict.Acceptable)
            {
                if (outcome.Verdict is RecordVerdict.Created or RecordVerdict.Updated) taken++;
                RecordBases.Set(db, bases, change.Type, change.ClientUuid, change.Revision, change.Data);
                if (holding.Remove(key, out var done)) db.HeldChanges.Remove(done);
                if (queued.TryGetValue(change.ClientUuid, out var entry) && entry.Status is QueueStatuses.Conflict or QueueStatuses.Failed) askAgain = entry.AskAgain = true;
                continue;
            }

            var reason = unsent.Contains(change.ClientUuid) ? "An edit made here goes first." : outcome?.Error?.Message ?? outcome?.Error?.Code ?? "It could not be taken.";
            if (outcome is not null) logger.LogWarning("{Type} {Uuid} from the cloud is held back: {Reason}", change.Type, change.ClientUuid, reason);
            if (!holding.TryGetValue(key, out var hold))
            {
                hold = new HeldChange { RecordType = change.Type, ClientUuid = change.ClientUuid, Revision = change.Revision, Data = change.Data ?? [], Reason = reason };
                db.HeldChanges.Add(hold);
            }

            (hold.Revision, hold.Deleted, hold.Reason) = (change.Revision, change.Deleted, reason);
            if (!ReferenceEquals(hold.Data, change.Data)) hold.Data = change.Data ?? [];
        }

        // R9: one that a restored cloud does not show again is found by this.
        foreach (var conflict in conflicts) RecordBases.Set(db, bases, conflict.Type, conflict.ClientUuid, conflict.Revision, data: null);
        askAgain |= await AskAboutAsync(resolved, cancellationToken);
        if (request.Cursor is not null)
        {
            var device = await db.ThisDevice.SingleAsync(cancellationToken);
            device.Cursor = request.Cursor;
        }

        await db.SaveChangesAsync(cancellationToken);
        return new AppliedChanges(taken, askAgain);
    }

    /// <summary>
    /// R14: where a page breaks on something that nobody foresaw, it is taken in halves, and those in halves, until the one
    /// record that breaks it stands alone and is held back.
    /// </summary>
    private async Task ApplyAsync(IReadOnlyList<Change> changes, Dictionary<(string, Guid), RecordOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return;
        try
        {
            foreach (var outcome in await session.InSavepointAsync(() => TakeAsync(changes, cancellationToken), cancellationToken))
                outcomes[(outcome.Type, outcome.ClientUuid)] = outcome;
        }
        catch (Exception e) when (Poison.IsPossible(e, cancellationToken))
        {
            if (changes.Count == 1)
            {
                var bad = changes[0];
                logger.LogError(e, "{Type} {Uuid} from the cloud could not be taken", bad.Type, bad.ClientUuid);
                outcomes[(bad.Type, bad.ClientUuid)] = new RecordOutcome(
                    bad.Type, bad.ClientUuid, RecordVerdict.Invalid, Error: new RecordError("unprocessable", "This device could not take it. It is tried again with the next changes."));
                return;
            }

            logger.LogWarning("{Count} changes of the cloud broke ({Reason}); they are taken in halves", changes.Count, e.GetBaseException().Message);
            var half = changes.Count / 2;
            await ApplyAsync([.. changes.Take(half)], outcomes, cancellationToken);
            await ApplyAsync([.. changes.Skip(half)], outcomes, cancellationToken);
        }
    }

    private async Task<List<RecordOutcome>> TakeAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var reference = changes.Where(c => RecordTypes.IsReference(c.Type)).Select(Incoming).ToList();
        var incidents = changes.Where(c => c.Type is RecordTypes.Incident or RecordTypes.Report or RecordTypes.HistoryEntry).Select(Incoming).ToList();
        var groupings = changes.Where(c => c.Type == RecordTypes.Grouping).Select(Incoming).ToList();
        var outcomes = new List<RecordOutcome>(changes.Count);
        if (reference.Count > 0) outcomes.AddRange(await mediator.Send(new ApplyReferenceRecords(reference), cancellationToken));
        if (incidents.Count > 0) outcomes.AddRange(await mediator.Send(new ApplyIncidentRecords(incidents), cancellationToken));
        if (groupings.Count > 0) outcomes.AddRange(await mediator.Send(new ApplyGroupingRecords(groupings), cancellationToken));
        return outcomes;
    }

    /// <summary>R3, R4: what waits for a person takes no part in the rule here either. Answers what does so no longer.</summary>
    private async Task<IReadOnlyList<KeptConflict>> KeepConflictsAsync(List<Change> conflicts, CancellationToken cancellationToken)
    {
        if (conflicts.Count == 0) return [];
        try
        {
            var kept = await session.InSavepointAsync(() => mediator.Send(new KeepConflicts([.. conflicts.Select(Incoming)]), cancellationToken), cancellationToken);
            return [.. kept.Where(c => !c.Open)];
        }
        catch (Exception e) when (Poison.IsPossible(e, cancellationToken))
        {
            // R14: the records are here all the same; how they stand is told again with the next version of the conflict.
            logger.LogError(e, "{Count} conflicts of the cloud could not be kept", conflicts.Count);
            return [];
        }
    }

    /// <summary>R8: what waited for a person here asks the cloud how it stands now.</summary>
    private async Task<bool> AskAboutAsync(IReadOnlyList<KeptConflict> resolved, CancellationToken cancellationToken)
    {
        if (resolved.Count == 0) return false;
        var records = resolved.SelectMany(c => c.RecordUuids).Distinct().ToArray();
        var waiting = await db.Queue.Where(e => e.Status == QueueStatuses.Conflict && records.Contains(e.ClientUuid)).ToListAsync(cancellationToken);
        foreach (var entry in waiting) entry.AskAgain = true;
        return waiting.Count > 0;
    }

    internal static IncomingRecord Incoming(Change change) =>
        new(change.Type, change.ClientUuid, WireRecord.ToContent(change.Data ?? []), WireRecord.Origin(change.Data ?? []) ?? CloudIdentity.Cloud, change.Deleted);

    /// <summary>R4: work that regroups holds the lock of each race concerned, taken before the state is read.</summary>
    private async Task LockRacesAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var races = new HashSet<Guid>();
        var incidents = new HashSet<Guid>();
        foreach (var change in changes)
        {
            switch (change.Type)
            {
                case RecordTypes.Conflict:
                    Uuid(change.Data?["race_uuid"], races);
                    Uuid(change.Data?["record_uuid"], incidents);
                    Uuid(change.Data?["other_record_uuid"], incidents);
                    break;
                case RecordTypes.Incident:
                    incidents.Add(change.ClientUuid);
                    Uuid(change.Data?["race_uuid"], races);
                    break;
                case RecordTypes.Report:
                    Uuid(change.Data?["incident_uuid"], incidents);
                    break;
                case RecordTypes.HistoryEntry:
                    Uuid(change.Data?["record_uuid"], incidents);
                    break;
                case RecordTypes.Grouping:
                    foreach (var one in change.Data?["incident_uuids"] as JsonArray ?? []) Uuid(one, incidents);
                    break;
            }
        }

        if (incidents.Count > 0)
            foreach (var incident in await mediator.Send(new FindIncidents(incidents), cancellationToken))
                races.Add(incident.RaceUuid);
        await session.LockAsync(RaceLock.Scope, races, cancellationToken);
    }

    private static void Uuid(JsonNode? node, HashSet<Guid> to)
    {
        if (node is JsonValue v && v.TryGetValue<string>(out var text) && Guid.TryParse(text, out var uuid)) to.Add(uuid);
    }
}

internal static class RecordBases
{
    public const int MostEarlier = 20;

    /// <summary>Notes the version that was just taken.</summary>
    public static void Set(
        SyncDbContext db, Dictionary<(string RecordType, Guid ClientUuid), RecordBase> known, string type, Guid uuid, string revision, JsonObject? data)
    {
        string[] fields = data is null ? [] : [.. WireRecord.ToContent(data).Select(f => f.Key)];
        if (known.TryGetValue((type, uuid), out var seen))
        {
            seen.Lost = false;
            if (seen.BaseRevision == revision) return;
            seen.Earlier = [.. seen.Earlier.TakeLast(MostEarlier - 1), seen.BaseRevision];
            (seen.BaseRevision, seen.Fields) = (revision, fields);
            return;
        }

        seen = new RecordBase { RecordType = type, ClientUuid = uuid, BaseRevision = revision, Fields = fields };
        known.Add((type, uuid), seen);
        db.RecordBases.Add(seen);
    }
}
