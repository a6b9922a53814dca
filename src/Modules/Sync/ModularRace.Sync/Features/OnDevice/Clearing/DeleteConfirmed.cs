using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clearing;

/// <summary>
/// R13: deletes exactly what was confirmed, in one commit that looks again under lock. What was made or edited since stays,
/// with all that it refers to; where nothing stays, the competition goes too, and the next can be downloaded.
/// </summary>
internal sealed record DeleteConfirmed(Holdings Confirmed) : ICommand<IReadOnlyDictionary<string, int>>;

internal sealed class DeleteConfirmedHandler(SyncDbContext db, DatabaseSession session, DeviceRow row, DeviceIdentity identity, IMediator mediator)
    : IRequestHandler<DeleteConfirmed, IReadOnlyDictionary<string, int>>
{
    public async Task<IReadOnlyDictionary<string, int>> Handle(DeleteConfirmed request, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        var confirmed = request.Confirmed.Records.ToDictionary(r => (r.Type, r.ClientUuid), r => r.Edit);
        var queue = await db.Queue.Select(e => new { e.RecordType, e.ClientUuid, e.Edit }).ToListAsync(cancellationToken);
        var since = queue.Where(e => !confirmed.TryGetValue((e.RecordType, e.ClientUuid), out var edit) || edit != e.Edit).Select(e => e.ClientUuid).ToArray();

        var keep = since.ToHashSet();
        foreach (var entry in await db.Queue.AsNoTracking().Where(e => since.Contains(e.ClientUuid)).ToListAsync(cancellationToken))
            keep.UnionWith(References.All(entry.Content));
        var kept = await mediator.Send(new ClearIncidentRecords(keep), cancellationToken);
        keep.UnionWith([.. kept.Incidents, .. kept.Others, .. await mediator.Send(new ClearGroups(kept.Incidents), cancellationToken)]);

        // Reference data stays whole while anything stays: a report may show any bib, and the place names its race.
        var cleared = queue.Where(e => since.Length == 0 || (!RecordTypes.IsReference(e.RecordType) && !keep.Contains(e.ClientUuid))).ToList();
        if (since.Length == 0) await mediator.Send(new ClearReferenceRecords(), cancellationToken);
        await ForgetAsync([.. cleared.Select(e => e.ClientUuid)], everything: since.Length == 0, floor: cleared.Select(e => e.Edit).DefaultIfEmpty().Max(), cancellationToken);
        if (since.Length == 0) await mediator.Publish(new Contracts.DeviceCleared(), cancellationToken);
        return cleared.CountBy(e => e.RecordType).OrderBy(c => RecordTypes.Rank(c.Key)).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);
    }

    /// <summary>
    /// Whoever reports holds its race's lock from before it looks until its commit: who was first is waited for and seen, who
    /// comes later finds what was cleared gone. The queue's lock holds up every other change.
    /// </summary>
    private async Task LockAsync(CancellationToken cancellationToken)
    {
        var races = new List<Guid>();
        foreach (var competition in await mediator.Send(new FindCompetitions(), cancellationToken))
            races.AddRange((await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken)).Select(r => r.ClientUuid));
        await session.LockAsync(RaceLock.Scope, races, cancellationToken);
        await db.Database.ExecuteSqlAsync($"LOCK TABLE sync.sync_queue IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
    }

    /// <summary>The queue's rows of what is gone, and how far this Pi had read: what it is given next it reads from the beginning.</summary>
    private async Task ForgetAsync(Guid[] cleared, bool everything, long floor, CancellationToken cancellationToken)
    {
        await db.Queue.Where(e => cleared.Contains(e.ClientUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM sync.clip_transfers t WHERE NOT EXISTS (SELECT FROM sync.sync_queue q WHERE q.record_type = {RecordTypes.Report} AND q.content -> 'clip' ->> 'sha256' = t.sha256)", cancellationToken);
        await db.HeldChanges.ExecuteDeleteAsync(cancellationToken);
        await db.RecordBases.Where(b => everything || cleared.Contains(b.ClientUuid)).ExecuteDeleteAsync(cancellationToken);
        var device = await row.TakeAsync(cancellationToken);
        device.Cursor = null;
        device.EditFloor = floor = Math.Max(device.EditFloor, floor);
        if (everything) (device.CompetitionUuid, device.CompetitionName, device.CompetitionDate, device.ReadyForOfflineAt) = (null, null, null, null);
        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            identity.CountingFrom(floor);
            return Task.CompletedTask;
        });
    }
}
