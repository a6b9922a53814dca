using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Standings;

internal sealed class FindStandingsHandler(DedupDbContext db, IMediator mediator) : IRequestHandler<FindStandings, IReadOnlyList<IncidentStanding>>
{
    public async Task<IReadOnlyList<IncidentStanding>> Handle(FindStandings request, CancellationToken cancellationToken)
    {
        var uuids = request.IncidentUuids.ToArray();
        var members = await db.Members.AsNoTracking().Where(m => uuids.Contains(m.IncidentUuid))
            .Select(m => new { m.IncidentUuid, m.StandsFor }).ToListAsync(cancellationToken);
        var conflicts = await mediator.Send(new FindOpenConflicts(uuids), cancellationToken);
        return [.. members.Select(m => new IncidentStanding(m.IncidentUuid, m.StandsFor, conflicts.TryGetValue(m.IncidentUuid, out var conflict) ? conflict : null))];
    }
}

internal sealed class FindOpenConflictsHandler(DedupDbContext db) : IRequestHandler<FindOpenConflicts, IReadOnlyDictionary<Guid, Guid>>
{
    public async Task<IReadOnlyDictionary<Guid, Guid>> Handle(FindOpenConflicts request, CancellationToken cancellationToken)
    {
        var uuids = request.RecordUuids.ToArray();
        var open = await db.Conflicts.AsNoTracking()
            .Where(c => c.ResolvedAt == null && (uuids.Contains(c.RecordUuid) || uuids.Contains(c.OtherRecordUuid!.Value)))
            .OrderBy(c => c.Id)
            .Select(c => new { c.ClientUuid, c.RecordUuid, c.OtherRecordUuid }).ToListAsync(cancellationToken);
        var conflicts = new Dictionary<Guid, Guid>();
        // A conflict over the record itself comes before one between it and another.
        foreach (var c in open.Where(c => c.OtherRecordUuid is null)) conflicts.TryAdd(c.RecordUuid, c.ClientUuid);
        foreach (var c in open.Where(c => c.OtherRecordUuid is not null))
        {
            conflicts.TryAdd(c.RecordUuid, c.ClientUuid);
            conflicts.TryAdd(c.OtherRecordUuid!.Value, c.ClientUuid);
        }

        return conflicts;
    }
}

internal sealed class CountOpenConflictsHandler(DedupDbContext db) : IRequestHandler<CountOpenConflicts, IReadOnlyDictionary<Guid, int>>
{
    public async Task<IReadOnlyDictionary<Guid, int>> Handle(CountOpenConflicts request, CancellationToken cancellationToken) =>
        await db.Conflicts.AsNoTracking().Where(c => c.ResolvedAt == null && c.CompetitionUuid != null)
            .GroupBy(c => c.CompetitionUuid!.Value).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
}
