using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Records;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>Of what comes in: what is of a competition, or of a record, that names were erased from. It could bring them back.</summary>
internal sealed class ErasedOnes(SyncDbContext db)
{
    public async Task<IReadOnlySet<IntakeItem>> AmongAsync(List<IntakeItem> items, IReadOnlyList<RecordOutcome> checks, CancellationToken ct)
    {
        var places = items.Zip(checks, (item, check) => (Item: item, Competitions: new[] { check.CompetitionUuid, item.Latest?.CompetitionUuid }.OfType<Guid>().ToArray())).ToList();
        var (uuids, competitions) = (items.Select(i => i.Record.ClientUuid).ToArray(), places.SelectMany(p => p.Competitions).Distinct().ToArray());
        var closed = competitions.Length == 0 ? [] : await db.ErasedCompetitions.Where(c => competitions.Contains(c.CompetitionUuid)).Select(c => c.CompetitionUuid).ToHashSetAsync(ct);
        var records = (await db.ErasedRecords.AsNoTracking().Where(r => uuids.Contains(r.ClientUuid)).ToListAsync(ct)).Select(r => (r.Type, r.ClientUuid)).ToHashSet();
        return places.Where(p => records.Contains(p.Item.Record.Key) || p.Competitions.Any(closed.Contains)).Select(p => p.Item).ToHashSet();
    }
}
