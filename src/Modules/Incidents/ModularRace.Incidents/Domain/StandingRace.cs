using MediatR;
using ModularRace.Competitions.Contracts;

namespace ModularRace.Incidents.Domain;

internal static class StandingRace
{
    /// <summary>The race, or the one that stands for it where it was merged into another; null: there is none.</summary>
    public static async Task<RaceSummary?> FindAsync(IMediator mediator, Guid raceUuid, CancellationToken cancellationToken)
    {
        var race = (await mediator.Send(new FindRaces([raceUuid]), cancellationToken)).SingleOrDefault();
        return race is null || race.StandsFor == raceUuid ? race : (await mediator.Send(new FindRaces([race.StandsFor]), cancellationToken)).Single();
    }
}
