using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;

namespace ModularRace.Incidents.Features.Lookup;

/// <summary>Each incident as it is itself, not as its group is shown.</summary>
internal sealed class FindIncidentsHandler(IncidentsDbContext db) : IRequestHandler<FindIncidents, IReadOnlyList<IncidentSummary>>
{
    public async Task<IReadOnlyList<IncidentSummary>> Handle(FindIncidents request, CancellationToken cancellationToken) =>
        await db.Incidents.Where(i => request.Uuids.Contains(i.ClientUuid))
            .Select(i => new IncidentSummary(
                i.ClientUuid, i.Number, i.CompetitionUuid, i.RaceUuid, i.RaceLocationUuid, i.BibNumber, i.OccurredAt, i.Status, i.Decision, i.Description,
                i.Origin, i.MergedInto, db.Reports.Count(r => r.IncidentUuid == i.ClientUuid && r.WithdrawnAt == null),
                db.Reports.Where(r => r.IncidentUuid == i.ClientUuid).OrderBy(r => r.Id).Select(r => r.ReporterName ?? r.ReportedBy).FirstOrDefault()))
            .ToListAsync(cancellationToken);
}
