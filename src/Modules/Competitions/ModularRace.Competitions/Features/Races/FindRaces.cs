using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Races;

internal sealed class FindRacesHandler(CompetitionsDbContext db)
    : IRequestHandler<FindRaces, IReadOnlyList<RaceSummary>>, IRequestHandler<FindRacesOfCompetition, IReadOnlyList<RaceSummary>>
{
    public async Task<IReadOnlyList<RaceSummary>> Handle(FindRaces request, CancellationToken cancellationToken)
    {
        var uuids = request.Uuids.ToArray();
        return uuids.Length == 0 ? [] : await Summaries(db.Races.Where(r => uuids.Contains(r.ClientUuid))).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<RaceSummary>> Handle(FindRacesOfCompetition request, CancellationToken cancellationToken) =>
        await Summaries(db.Races
                .Where(r => r.CompetitionUuid == request.CompetitionUuid && r.MergedInto == null)
                .OrderBy(r => r.Position ?? int.MaxValue).ThenBy(r => r.ScheduledAt ?? DateTimeOffset.MaxValue).ThenBy(r => r.Name).ThenBy(r => r.ClientUuid))
            .ToListAsync(cancellationToken);

    private IQueryable<RaceSummary> Summaries(IQueryable<Race> races) =>
        from race in races
        join competition in db.Competitions on race.CompetitionUuid equals competition.ClientUuid
        select new RaceSummary(
            race.ClientUuid, race.CompetitionUuid, race.Name, race.Discipline, race.ScheduledAt, race.Status, competition.TimeZone, competition.Name);
}
