using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Regrouping;

internal sealed class SeparateReportsHandler(IncidentsDbContext db, IncidentChanges changes, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<SeparateReports, Done>
{
    public async Task<Done> Handle(SeparateReports request, CancellationToken cancellationToken)
    {
        var reports = await db.Reports.Where(r => request.ReportUuids.Contains(r.ClientUuid)).ToListAsync(cancellationToken);
        var homes = reports.Select(r => r.IncidentUuid).Distinct().ToArray();
        var incidents = await db.Incidents.Where(i => homes.Contains(i.ClientUuid)).ToDictionaryAsync(i => i.ClientUuid, cancellationToken);
        foreach (var competition in incidents.Values.Select(i => i.CompetitionUuid).Distinct()) current.RequireEditing(system, competition, reports);

        var edit = changes.Begin(incidents.Values.FirstOrDefault()?.CompetitionUuid);
        foreach (var report in reports.Where(r => request.OwnIncidents.ContainsKey(r.ClientUuid)))
        {
            var from = incidents[report.IncidentUuid];
            var (bib, location) = (report.BibNumber ?? from.BibNumber, report.RaceLocationUuid ?? from.RaceLocationUuid);
            var own = await changes.MakeOwnAsync(edit, request.OwnIncidents[report.ClientUuid], from, report, bib, location, report.At, report.Description, cancellationToken);
            edit.Change(report, r => (r.IncidentUuid, r.BibNumber, r.RaceLocationUuid) = (own.ClientUuid, null, null));
        }

        await changes.SaveAsync(edit, cancellationToken);
        return default;
    }
}
