using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Showing;

/// <summary>The official incidents of races, those that something was decided or said of last first.</summary>
/// <param name="Races">All are of one competition that the caller sees.</param>
/// <param name="Most">So many at most.</param>
internal sealed record ListOfficialIncidents(IReadOnlyList<RaceSummary> Races, int Most) : IQuery<IReadOnlyList<IncidentView>>;

internal sealed class ListOfficialIncidentsHandler(IMediator mediator) : IRequestHandler<ListOfficialIncidents, IReadOnlyList<IncidentView>>
{
    public async Task<IReadOnlyList<IncidentView>> Handle(ListOfficialIncidents request, CancellationToken cancellationToken)
    {
        var incidents = new List<IncidentView>();
        foreach (var race in request.Races)
            incidents.AddRange((await mediator.Send(new ListIncidents(race.ClientUuid, Statuses.Official, Limit: PageRequest.Most), cancellationToken)).Items);
        return [.. incidents.OrderByDescending(Said).ThenByDescending(i => i.Number).Take(request.Most)];
    }

    private static DateTimeOffset Said(IncidentView incident) => incident.DecidedAt ?? incident.OfficializedAt ?? incident.OccurredAt;
}
