using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;

namespace ModularRace.Incidents.Features.Lookup;

/// <summary>An incident that stands counts once, with what it is shown with; reports that were withdrawn do not count.</summary>
internal sealed class CountIncidentsHandler(IncidentsDbContext db) : IRequestHandler<CountIncidents, IReadOnlyDictionary<Guid, IncidentCounts>>
{
    public async Task<IReadOnlyDictionary<Guid, IncidentCounts>> Handle(CountIncidents request, CancellationToken cancellationToken)
    {
        var standing = await db.Incidents.Where(i => request.CompetitionUuids.Contains(i.CompetitionUuid) && i.Stands)
            .GroupBy(i => i.CompetitionUuid).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var reports = await db.Reports.Where(r => r.WithdrawnAt == null)
            .Join(db.Incidents, r => r.IncidentUuid, i => i.ClientUuid, (r, i) => i.CompetitionUuid)
            .Where(c => request.CompetitionUuids.Contains(c))
            .GroupBy(c => c).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return request.CompetitionUuids.Distinct().ToDictionary(c => c, c => new IncidentCounts(standing.GetValueOrDefault(c), reports.GetValueOrDefault(c)));
    }
}
