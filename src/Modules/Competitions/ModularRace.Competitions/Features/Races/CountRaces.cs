using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Competitions.Features.Races;

/// <summary>What each race of a competition holds; by race.</summary>
internal sealed record CountRaces(Guid CompetitionUuid) : IQuery<IReadOnlyDictionary<Guid, RaceCounts>>;

/// <param name="Bibs">On the start list.</param>
/// <param name="Locations">On the course.</param>
internal sealed record RaceCounts(int Bibs, int Locations);

internal sealed class CountRacesHandler(CompetitionsDbContext db) : IRequestHandler<CountRaces, IReadOnlyDictionary<Guid, RaceCounts>>
{
    public async Task<IReadOnlyDictionary<Guid, RaceCounts>> Handle(CountRaces request, CancellationToken cancellationToken)
    {
        var races = db.Races.Where(r => r.CompetitionUuid == request.CompetitionUuid).Select(r => r.ClientUuid);
        return await races
            .Select(r => new
            {
                Race = r,
                Bibs = db.BibAssignments.Where(b => b.RaceUuid == r && !b.Deleted).Select(b => b.BibNumber).Distinct().Count(),
                Locations = db.RaceLocations.Count(l => l.RaceUuid == r && !l.Deleted && l.MergedInto == null),
            })
            .ToDictionaryAsync(c => c.Race, c => new RaceCounts(c.Bibs, c.Locations), cancellationToken);
    }
}
