using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents.Features.Reading;

internal sealed class ReadIncidentHandler(IncidentsDbContext db, ICurrentActor current) : IRequestHandler<ReadIncident, IncidentView>
{
    public async Task<IncidentView> Handle(ReadIncident request, CancellationToken cancellationToken) =>
        current.RequireSeeing(await db.ReadIncidentAsync(request.IncidentUuid, cancellationToken));
}
