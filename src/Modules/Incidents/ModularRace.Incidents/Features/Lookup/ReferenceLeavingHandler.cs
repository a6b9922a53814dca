using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Persistence;

namespace ModularRace.Incidents.Features.Lookup;

/// <summary>A location or bib that an incident or report names stays, were it withdrawn ten times: its history must remain readable.</summary>
internal sealed class ReferenceLeavingHandler(IncidentsDbContext db, DatabaseSession session) : INotificationHandler<ReferenceLeaving>
{
    public async Task Handle(ReferenceLeaving notification, CancellationToken cancellationToken)
    {
        // Whoever reports holds this lock from before the place is looked up until the commit: a report that is on its way
        // is waited for, and one that comes later finds the place gone.
        await session.LockAsync(RaceLock.Scope, notification.RaceUuid, cancellationToken);
        if (notification.LocationUuids.Count > 0)
        {
            // By the place that stands, and by one that met it and that records name still.
            var named = await db.Incidents.Select(i => i.RaceLocationUuid).Concat(db.Incidents.Select(i => i.SaidRaceLocationUuid))
                .Concat(db.Reports.Select(r => r.RaceLocationUuid)).Concat(db.Reports.Select(r => r.SaidRaceLocationUuid))
                .Where(l => l != null && notification.LocationUuids.Contains(l.Value)).Distinct().ToListAsync(cancellationToken);
            foreach (var location in named) notification.InUse.Add(location!.Value.ToString());
        }

        if (notification.Bibs.Count > 0)
        {
            var ofRace = db.Incidents.Where(i => i.RaceUuid == notification.RaceUuid);
            var named = await ofRace.Where(i => i.BibNumber != null && notification.Bibs.Contains(i.BibNumber.Value)).Select(i => i.BibNumber)
                .Union(db.Reports.Where(r => r.BibNumber != null && notification.Bibs.Contains(r.BibNumber.Value) && ofRace.Any(i => i.ClientUuid == r.IncidentUuid)).Select(r => r.BibNumber))
                .ToListAsync(cancellationToken);
            foreach (var bib in named) notification.InUse.Add(bib!.Value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
