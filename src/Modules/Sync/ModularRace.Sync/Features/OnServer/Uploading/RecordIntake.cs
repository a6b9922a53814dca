using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>
/// Takes records that a device sent: what was taken before is told from what is new (R2), owners check it (R14), the sides of
/// what is known are merged (R7), and owners store the outcome. Set-based: the number of statements does not grow with the
/// number of records.
/// </summary>
internal sealed class RecordIntake(SyncDbContext db, DatabaseSession session, IMediator mediator, QuarantineKeeper quarantine, TimeProvider time)
{
    /// <param name="records">Each record once; in any order.</param>
    /// <param name="sender">Whose they are.</param>
    /// <param name="accepted">A person took them out of quarantine: neither grants nor an earlier answer stand in the way.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyDictionary<ReceivedRecord, UploadResult>> TakeAsync(
        IReadOnlyList<ReceivedRecord> records, Sender sender, bool accepted, CancellationToken ct)
    {
        var run = new Run(sender, accepted);
        foreach (var record in records.Where(r => r.Fault is not null)) run.Reject(record, record.Fault!, null);
        var fresh = await TellKnownAsync([.. records.Where(r => r.Fault is null).OrderBy(r => RecordTypes.Rank(r.Type)).ThenBy(r => r.Index)], run, ct);

        // Each module's records after those of the modules before it, whose records they refer to.
        await TakeOfOwnerAsync([.. fresh.Where(i => RecordTypes.IsReference(i.Record.Type!))], run, ct);
        var others = fresh.Where(i => !RecordTypes.IsReference(i.Record.Type!)).ToList();
        await LockRacesAsync(others, ct);
        await TakeOfOwnerAsync([.. others.Where(i => i.Record.Type != RecordTypes.Grouping)], run, ct);
        await TakeOfOwnerAsync([.. others.Where(i => i.Record.Type == RecordTypes.Grouping)], run, ct);

        await StoreEdits.UpsertAsync(db, run.Edits, ct);
        await StoreEdits.KeepDigestsAsync(db, run.Digests, ct);
        await quarantine.KeepAsync(run.Rejections, sender, run.Results, ct);
        await quarantine.CloseAsync([.. run.Good.Select(r => (r.ClientUuid, r.Edit))], sender, ct);
        return run.Results;
    }

    /// <summary>Puts one record aside that broke its batch.</summary>
    public async Task<IReadOnlyDictionary<ReceivedRecord, UploadResult>> RejectAsync(ReceivedRecord record, Sender sender, RecordError error, CancellationToken ct)
    {
        var run = new Run(sender, Accepted: false);
        run.Reject(record, error, null);
        await quarantine.KeepAsync(run.Rejections, sender, run.Results, ct);
        return run.Results;
    }

    /// <summary>R2: an edit that was taken, or is not above the last one taken, changes nothing; a second content under one number is a conflict.</summary>
    private async Task<List<Item>> TellKnownAsync(List<ReceivedRecord> records, Run run, CancellationToken ct)
    {
        var uuids = records.Select(r => r.ClientUuid).Distinct().ToArray();
        if (uuids.Length == 0) return [];
        var side = run.Sender.Side;
        var digests = (await db.EditDigests.AsNoTracking().Where(d => d.Side == side && uuids.Contains(d.ClientUuid)).ToListAsync(ct))
            .ToLookup(d => (d.Type, d.ClientUuid, d.Edit), d => d.Digest);
        var last = (await db.RecordEdits.Where(e => e.Side == side && uuids.Contains(e.ClientUuid)).Select(e => new { e.Type, e.ClientUuid, e.Edit }).ToListAsync(ct))
            .ToDictionary(e => (e.Type, e.ClientUuid), e => e.Edit);

        var fresh = new List<Item>();
        var known = new List<ReceivedRecord>();
        foreach (var record in records)
        {
            var taken = digests[(record.Type!, record.ClientUuid, record.Edit)].ToList();
            if (taken.Exists(d => d.AsSpan().SequenceEqual(record.Digest))) known.Add(record);
            else if (taken.Count == 0 && !run.Accepted && last.TryGetValue(record.Key, out var edit) && edit >= record.Edit)
            {
                known.Add(record);
                run.KeepDigest(record);
            }
            else fresh.Add(new Item(record) { Origin = run.Sender.Origin, Repeated = taken.Count > 0 && !run.Accepted });
        }

        if (known.Count == 0) return fresh;
        var conflicts = await mediator.Send(new FindOpenConflicts([.. known.Select(r => r.ClientUuid)]), ct);
        var latest = await LatestVersions.ReadAsync(db, known.Select(r => r.ClientUuid), ct);
        foreach (var record in known)
        {
            var conflict = conflicts.TryGetValue(record.ClientUuid, out var open) ? open : (Guid?)null;
            run.Answer(record, conflict is null ? UploadStatuses.AlreadySynced : UploadStatuses.Conflict, latest.GetValueOrDefault(record.Key)?.Revision, conflict);
            run.Good.Add(record);
        }

        return fresh;
    }

    /// <summary>R4: what regroups holds its race's lock, before anything of the race is read.</summary>
    private async Task LockRacesAsync(List<Item> items, CancellationToken ct)
    {
        if (items.Count == 0) return;
        // An incident of this batch brings its race itself, for what refers to it too.
        var races = items.Select(i => References.Uuid(i.Record.Content, "race_uuid")).OfType<Guid>().ToHashSet();
        var named = items.SelectMany(i => References.Incidents(i.Record.Content)).Concat(items.Select(i => i.Record.ClientUuid)).Distinct().ToArray();
        var stored = await db.Feed.Where(r => named.Contains(r.ClientUuid) && r.RaceUuid != null).Select(r => r.RaceUuid!.Value).Distinct().ToListAsync(ct);
        races.UnionWith(stored);
        await session.LockAsync(RaceLock.Scope, races, ct);
    }

    private async Task TakeOfOwnerAsync(List<Item> items, Run run, CancellationToken ct)
    {
        if (items.Count == 0) return;
        await LoadAsync(items, run, ct);
        var checks = await CheckAsync(items, ct);
        var good = await SortOutAsync(items, checks, run, ct);
        if (good.Count == 0) return;
        await JudgeAsync(good, run, ct);

        var apply = good.Where(i => !i.Repeated && !i.Settled).ToList();
        if (apply.Count > 0)
        {
            var incoming = apply.Select(i => Incoming(i, i.Judgement?.Content ?? i.Content)).ToList();
            var outcomes = RecordTypes.IsReference(apply[0].Record.Type!) ? await mediator.Send(new ApplyReferenceRecords(incoming), ct)
                : apply[0].Record.Type == RecordTypes.Grouping ? await mediator.Send(new ApplyGroupingRecords(incoming), ct)
                : await mediator.Send(new ApplyIncidentRecords(incoming), ct);
            foreach (var (item, outcome) in apply.Zip(outcomes)) item.Outcome = outcome;
        }

        // R4: a conflict that opened or closed without a change of content is told to the rule by nobody else.
        var silent = good.Where(i => i.Judgement is not null && i.Record.Type is RecordTypes.Incident or RecordTypes.Report && i.Outcome?.Verdict is null or RecordVerdict.Unchanged)
            .Select(i => i.Record.ClientUuid).ToList();
        if (silent.Count > 0) await mediator.Send(new RegroupRecords(silent), ct);

        foreach (var item in good) Conclude(item, run);
        await GrantOwnCompetitionsAsync(good, run, ct);
    }

    /// <summary>What the cloud has of each record, the sides' last edits, and the versions that they had seen.</summary>
    private async Task LoadAsync(List<Item> items, Run run, CancellationToken ct)
    {
        var uuids = items.Select(i => i.Record.ClientUuid).Distinct().ToArray();
        var latest = await LatestVersions.ReadAsync(db, uuids, ct);
        var sides = await StoredSides.ReadAsync(db, uuids, items.Select(i => i.Record.BaseRevision), ct);
        foreach (var item in items)
        {
            item.Latest = latest.GetValueOrDefault(item.Record.Key);
            foreach (var stored in sides.Of(item.Record.Key)) item.Stored[stored.Edit.Side] = stored;
            (item.Base, item.BaseNumber) = sides.Base(item.Record.Key, item.Record.BaseRevision);
            item.Content = Fill(item, run.Sender.Side);
        }
    }

    /// <summary>"A field that an older app does not know and leaves out is unchanged": as the side last said it, or as it had last seen it.</summary>
    private static JsonObject Fill(Item item, string side)
    {
        var content = item.Record.Content;
        var own = item.Stored.TryGetValue(side, out var stored) ? stored.Side : null;
        // A base that took account of the side's last edit is the later of the two.
        JsonObject?[] from = own is not null && item.BaseNumber < own.TakenNumber ? [own.Content, item.Base] : [item.Base, own?.Content];
        foreach (var source in from)
        {
            if (source is null) continue;
            var missing = source.Where(p => p.Value is not null && !content.ContainsKey(p.Key)).ToList();
            if (missing.Count == 0) continue;
            if (ReferenceEquals(content, item.Record.Content)) content = content.DeepClone().AsObject();
            foreach (var (name, value) in missing) content[name] = value!.DeepClone();
        }

        return content;
    }

    private Task<IReadOnlyList<RecordOutcome>> CheckAsync(List<Item> items, CancellationToken ct)
    {
        var incoming = items.Select(i => Incoming(i, i.Content)).ToList();
        return RecordTypes.IsReference(items[0].Record.Type!) ? mediator.Send(new CheckReferenceRecords(incoming), ct)
            : items[0].Record.Type == RecordTypes.Grouping ? mediator.Send(new CheckGroupingRecords(incoming), ct)
            : mediator.Send(new CheckIncidentRecords(incoming), ct);

    }

    private static IncomingRecord Incoming(Item item, JsonObject content)
    {
        var whole = new JsonObject();
        foreach (var (name, value) in content)
            if (value is not null) whole[name] = value.DeepClone();
        var deleted = whole["deleted"] is JsonValue v && v.TryGetValue<bool>(out var flag) && flag;
        return new IncomingRecord(item.Record.Type!, item.Record.ClientUuid, whole, item.Latest?.Origin ?? item.Origin, deleted);
    }

    /// <summary>Those that can be taken; the others are put off or put aside, and what refers to them goes with them.</summary>
    private async Task<List<Item>> SortOutAsync(List<Item> items, IReadOnlyList<RecordOutcome> checks, Run run, CancellationToken ct)
    {
        var missing = checks.Where(c => c.Verdict == RecordVerdict.MissingParent).Select(c => c.MissingParentUuid).OfType<Guid>().Distinct().ToArray();
        var quarantined = await quarantine.HoldsAsync(missing, ct);
        var good = new List<Item>();
        for (var i = 0; i < items.Count; i++)
        {
            var (item, check) = (items[i], checks[i]);
            item.CompetitionUuid = check.CompetitionUuid ?? item.Latest?.CompetitionUuid;
            item.RaceUuid = check.RaceUuid ?? item.Latest?.RaceUuid;
            if (check.Verdict == RecordVerdict.Invalid)
            {
                run.Reject(item.Record, check.Error ?? new RecordError("validation_failed", "It cannot be taken."), item);
                continue;
            }

            var own = item.Record.Type == RecordTypes.Competition && item.Latest is null;
            // R15: of what is here already the competition that it is in counts too: nobody takes a record out of one by naming another's race.
            Guid?[] concerned = [item.CompetitionUuid, item.Latest?.CompetitionUuid];
            if (!own && !run.Accepted && run.Sender.Grants is { } grants && concerned.Any(c => c is { } competition && !grants.Contains(competition)))
            {
                run.Reject(item.Record, new RecordError("competition_not_granted", "This competition was not granted to the device."), item);
                continue;
            }

            var lost = References.All(item.Content).Where(run.Rejected.Contains).Select(u => (Guid?)u).FirstOrDefault();
            if (check.MissingParentUuid is { } parent && (run.Rejected.Contains(parent) || run.Unreadable.Contains(parent) || quarantined.Contains(parent))) lost = parent;
            if (lost is not null)
            {
                run.Reject(item.Record, new RecordError("parent_in_quarantine", "It refers to a record that is in quarantine, and follows when that is accepted.", References.Naming(item.Content, lost.Value)), item);
                continue;
            }

            var late = References.All(item.Content).Any(run.Deferred.Contains);
            if (late || check.Verdict == RecordVerdict.MissingParent)
            {
                run.Defer(item.Record, check.Error ?? new RecordError("foreign_key_not_found", "It refers to something that is not here yet."), item);
                continue;
            }

            if (!run.Accepted && !run.Sender.MayDecide && item.Record.Type == RecordTypes.Incident && Decisions.Change(item.Content, item.Base) is { } field)
            {
                run.Reject(item.Record, new RecordError("decision_not_granted", "This device may not change official status or decisions.", field), item);
                continue;
            }

            if (own) run.Sender.Grants?.Add(item.Record.ClientUuid);
            good.Add(item);
        }

        return good;
    }

    /// <summary>R7, for records that somebody knew before. Records that nobody knew are as they came.</summary>
    private async Task JudgeAsync(List<Item> good, Run run, CancellationToken ct)
    {
        var judged = new List<(Item Item, RecordSides Sides)>();
        foreach (var item in good.Where(i => i.Latest is not null || i.Stored.Count > 0))
        {
            var (record, sender) = (item.Record, run.Sender);
            // Never changed: the same again is known, another content is a conflict and changes nothing.
            var fixedForEver = record.Type is RecordTypes.Grouping or RecordTypes.HistoryEntry;
            item.Settled = fixedForEver && item.Latest is not null;
            if (item.Settled && RecordDigest.Of(item.Content).AsSpan().SequenceEqual(RecordDigest.Of(item.Latest!.Content))) continue;

            var own = item.Stored.TryGetValue(sender.Side, out var stored) ? stored.Side : null;
            // What never changes has but one number, whichever the device gave to its second content.
            item.Repeated |= item.Settled && own is not null;
            var arriving = new SideEdit(
                sender.Side, record.Edit, item.Content, item.Base, item.BaseNumber, Revision.Number(item.Latest?.Revision) + 1,
                own is null ? new Dictionary<string, long>(StringComparer.Ordinal) : Saying.Inherited(own.Inherited, own.Content, item.Content));
            var sides = item.Stored.Values.Select(s => s.Side).Where(s => item.Repeated || s.Side != sender.Side).ToList();
            if (!item.Repeated) sides.Add(arriving);
            judged.Add((item, new RecordSides(
                record.Type!, record.ClientUuid, item.CompetitionUuid, item.RaceUuid, item.Latest?.Origin ?? item.Origin, item.Latest?.Revision, item.Latest?.Content,
                sides, sender.DeviceUuid, sender.Name, item.Repeated ? arriving : null)));
        }

        if (judged.Count == 0) return;
        var judgements = await mediator.Send(new JudgeRecords([.. judged.Select(j => j.Sides)]), ct);
        foreach (var ((item, _), judgement) in judged.Zip(judgements)) item.Judgement = judgement;
    }

    private void Conclude(Item item, Run run)
    {
        var (record, outcome, judgement) = (item.Record, item.Outcome, item.Judgement);
        if (outcome?.Verdict is RecordVerdict.Invalid)
        {
            run.Reject(record, outcome.Error ?? new RecordError("validation_failed", "It cannot be taken."), item);
            return;
        }

        if (outcome?.Verdict is RecordVerdict.MissingParent)
        {
            run.Defer(record, outcome.Error ?? new RecordError("foreign_key_not_found", "It refers to something that is not here yet."), item);
            return;
        }

        var revision = outcome?.Revision ?? item.Latest?.Revision;
        var status = judgement?.ConflictUuid is not null ? UploadStatuses.Conflict
            : outcome?.Verdict switch
            {
                RecordVerdict.Created => UploadStatuses.Created,
                RecordVerdict.Updated => UploadStatuses.Updated,
                _ => UploadStatuses.AlreadySynced,
            };
        run.Answer(record, status, revision, judgement?.ConflictUuid);
        run.Good.Add(record);
        if (item.Repeated)
        {
            run.KeepDigest(record);
            return;
        }

        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var (number, expected) = (Revision.Number(revision), Revision.Number(item.Latest?.Revision) + 1);
        var edit = new RecordEdit
        {
            Type = record.Type!,
            ClientUuid = record.ClientUuid,
            Side = run.Sender.Side,
            DeviceUuid = run.Sender.DeviceUuid,
            Edit = record.Edit,
            BaseRevision = record.BaseRevision,
            Content = item.Content.ToJsonString(ApiJson.Options),
            Digest = record.Digest!,
            TakenNumber = number,
            Says = Saying.Write(judgement is null ? Saying.Of(record.Type!, item.Content, item.Base, number, null, null) : Saying.Judged(judgement, run.Sender.Side, expected, number)),
            TakenAt = now,
        };
        run.Edits.Add(edit);
        if (judgement is null) return;
        // What the others say may have given way.
        foreach (var (side, (stored, _)) in item.Stored)
        {
            if (side == run.Sender.Side) continue;
            var says = Saying.Write(Saying.Judged(judgement, side, expected, number));
            if (says == Saying.Write(Saying.Read(stored.Says))) continue;
            stored.Says = says;
            run.Edits.Add(stored);
        }
    }

    /// <summary>"A competition that a device made is granted to it."</summary>
    private async Task GrantOwnCompetitionsAsync(List<Item> items, Run run, CancellationToken ct)
    {
        foreach (var made in items.Where(i => i.Record.Type == RecordTypes.Competition && i.Outcome?.Verdict == RecordVerdict.Created))
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO sync.device_grants (device_uuid, competition_uuid, made_by_device) VALUES ({run.Sender.DeviceUuid}, {made.Record.ClientUuid}, true) ON CONFLICT (device_uuid, competition_uuid) DO UPDATE SET made_by_device = true", ct);
    }

    /// <summary>A record on its way through.</summary>
    private sealed class Item(ReceivedRecord record)
    {
        public ReceivedRecord Record { get; } = record;

        /// <summary>Another content came under this number before (R2).</summary>
        public bool Repeated { get; set; }

        /// <summary>Known, and never changed.</summary>
        public bool Settled { get; set; }

        public required string Origin { get; init; }

        public JsonObject Content { get; set; } = record.Content;

        public LatestVersion? Latest { get; set; }

        public Dictionary<string, (RecordEdit Edit, SideEdit Side)> Stored { get; } = new(StringComparer.Ordinal);

        public JsonObject? Base { get; set; }

        public long BaseNumber { get; set; }

        public Guid? CompetitionUuid { get; set; }

        public Guid? RaceUuid { get; set; }

        public RecordJudgement? Judgement { get; set; }

        public RecordOutcome? Outcome { get; set; }
    }

    /// <summary>What one batch has come to so far.</summary>
    private sealed record Run(Sender Sender, bool Accepted)
    {
        public Dictionary<ReceivedRecord, UploadResult> Results { get; } = new(ReferenceEqualityComparer.Instance);

        public List<Rejection> Rejections { get; } = [];

        /// <summary>Records that were put aside and are not here in any version.</summary>
        public HashSet<Guid> Rejected { get; } = [];

        /// <summary>Records that could not be read: whether an earlier version is here, nobody asked.</summary>
        public HashSet<Guid> Unreadable { get; } = [];

        /// <summary>The same of those that were put off.</summary>
        public HashSet<Guid> Deferred { get; } = [];

        public List<ReceivedRecord> Good { get; } = [];

        public List<RecordEdit> Edits { get; } = [];

        public List<EditDigest> Digests { get; } = [];

        public void Answer(ReceivedRecord record, string status, string? revision, Guid? conflict) =>
            Results[record] = new UploadResult(record.Type, record.UuidText, status, revision, ConflictUuid: conflict);

        public void Reject(ReceivedRecord record, RecordError error, Item? item)
        {
            Results[record] = new UploadResult(record.Type, record.UuidText, UploadStatuses.Rejected, item?.Latest?.Revision, Error: error);
            Rejections.Add(new Rejection(record, error, item?.CompetitionUuid));
            if (item is { Latest: null }) Rejected.Add(record.ClientUuid);
            else if (item is null) Unreadable.Add(record.ClientUuid);
        }

        public void Defer(ReceivedRecord record, RecordError error, Item item)
        {
            Results[record] = new UploadResult(record.Type, record.UuidText, UploadStatuses.Deferred, item.Latest?.Revision, Error: error);
            if (item.Latest is null) Deferred.Add(record.ClientUuid);
        }

        public void KeepDigest(ReceivedRecord record) =>
            Digests.Add(new EditDigest { ClientUuid = record.ClientUuid, Type = record.Type!, Side = Sender.Side, Edit = record.Edit, Digest = record.Digest! });
    }
}
