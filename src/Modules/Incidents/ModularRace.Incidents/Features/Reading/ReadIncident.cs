using MediatR;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>An incident with all its reports; an alias answers the one that stands.</summary>
internal sealed record ReadIncident(Guid IncidentUuid) : IQuery<IncidentView>;

internal sealed class ReadIncidentHandler(IncidentsDbContext db, ICurrentActor current) : IRequestHandler<ReadIncident, IncidentView>
{
    public async Task<IncidentView> Handle(ReadIncident request, CancellationToken cancellationToken) =>
        current.RequireSeeing(await db.ReadIncidentAsync(request.IncidentUuid, cancellationToken));
}
