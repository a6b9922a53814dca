using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>
/// Takes records that a device sent: what was taken before is told from what is new (R2), owners check it (R14), the sides of
/// what is known are merged (R7), and owners store the outcome. Set-based: the number of statements does not grow with the
/// number of records. Each step has its file beside this one.
/// </summary>
internal sealed class RecordIntake(SyncDbContext db, DatabaseSession session, IMediator mediator, QuarantineKeeper quarantine, ErasedOnes erased, TimeProvider time)
{
    /// <param name="records">Each record once; in any order.</param>
    /// <param name="sender">Whose they are.</param>
    /// <param name="accepted">A person took them out of quarantine: neither grants nor an earlier answer stand in the way.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyDictionary<ReceivedRecord, UploadResult>> TakeAsync(
        IReadOnlyList<ReceivedRecord> records, Sender sender, bool accepted, CancellationToken ct)
    {
        var run = new IntakeRun(sender, accepted);
        await mediator.Send(new NameDevice(sender.DeviceUuid, sender.Name), ct);
        foreach (var record in records.Where(r => r.Fault is not null)) run.Reject(record, record.Fault!, null);
        var fresh = await KnownEdits.TellAsync(db, mediator, [.. records.Where(r => r.Fault is null).OrderBy(r => RecordTypes.Rank(r.Type)).ThenBy(r => r.Index)], run, ct);

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
        var run = new IntakeRun(sender, Accepted: false);
        run.Reject(record, error, null);
        await quarantine.KeepAsync(run.Rejections, sender, run.Results, ct);
        return run.Results;
    }

    /// <summary>R4: what regroups holds its race's lock, before anything of the race is read.</summary>
    private async Task LockRacesAsync(List<IntakeItem> items, CancellationToken ct)
    {
        if (items.Count == 0) return;
        // An incident of this batch brings its race itself, for what refers to it too.
        var races = items.Select(i => References.Uuid(i.Record.Content, "race_uuid")).OfType<Guid>().ToHashSet();
        var named = items.SelectMany(i => References.Incidents(i.Record.Content)).Concat(items.Select(i => i.Record.ClientUuid)).Distinct().ToArray();
        var stored = await db.Feed.Where(r => named.Contains(r.ClientUuid) && r.RaceUuid != null).Select(r => r.RaceUuid!.Value).Distinct().ToListAsync(ct);
        races.UnionWith(stored);
        for (HashSet<Guid> locked = []; !races.IsSubsetOf(locked);)
        {
            await session.LockAsync(RaceLock.Scope, races, ct);
            locked = [.. races];
            // Where a race was merged into another, that is regrouped; which it is, is sure only under the lock of the first.
            races.UnionWith((await mediator.Send(new FindRaces(races), ct)).Select(r => r.StandsFor));
        }
    }

    private async Task TakeOfOwnerAsync(List<IntakeItem> items, IntakeRun run, CancellationToken ct)
    {
        if (items.Count == 0) return;
        await IntakeSides.LoadAsync(db, items, run.Sender.Side, ct);
        var checks = await IntakeOwners.CheckAsync(mediator, items, ct);
        var good = await IntakeSorting.SortOutAsync(quarantine, erased, items, checks, run, ct);
        if (good.Count == 0) return;
        await IntakeJudging.JudgeAsync(mediator, good, run.Sender, ct);
        await IntakeOwners.ApplyAsync(mediator, [.. good.Where(i => !i.Repeated && !i.Settled)], ct);

        // R4: a conflict that opened or closed without a change of content is told to the rule by nobody else.
        var silent = good.Where(i => i.Judgement is not null && i.Record.Type is RecordTypes.Incident or RecordTypes.Report && i.Outcome?.Verdict is null or RecordVerdict.Unchanged)
            .Select(i => i.Record.ClientUuid).ToList();
        if (silent.Count > 0) await mediator.Send(new RegroupRecords(silent), ct);

        var now = Instants.ToMilliseconds(time.GetUtcNow());
        foreach (var item in good) IntakeOutcome.Conclude(item, run, now);
        await GrantOwnCompetitionsAsync(good, run, ct);
    }

    /// <summary>"A competition that a device made is granted to it."</summary>
    private async Task GrantOwnCompetitionsAsync(List<IntakeItem> items, IntakeRun run, CancellationToken ct)
    {
        foreach (var made in items.Where(i => i.Record.Type == RecordTypes.Competition && i.Outcome?.Verdict == RecordVerdict.Created))
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO sync.device_grants (device_uuid, competition_uuid, made_by_device) VALUES ({run.Sender.DeviceUuid}, {made.Record.ClientUuid}, true) ON CONFLICT (device_uuid, competition_uuid) DO UPDATE SET made_by_device = true", ct);
    }
}
