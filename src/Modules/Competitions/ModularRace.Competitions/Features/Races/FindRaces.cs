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
        return uuids.Length == 0 ? [] : await SummariesAsync(db.Races.Where(r => uuids.Contains(r.ClientUuid)), cancellationToken);
    }

    public async Task<IReadOnlyList<RaceSummary>> Handle(FindRacesOfCompetition request, CancellationToken cancellationToken) =>
        await SummariesAsync(
            db.Races
                .Where(r => request.AsSaid ? (r.SaidCompetitionUuid ?? r.CompetitionUuid) == request.CompetitionUuid : r.CompetitionUuid == request.CompetitionUuid && r.MergedInto == null)
                .OrderBy(r => r.Position ?? int.MaxValue).ThenBy(r => r.ScheduledAt ?? DateTimeOffset.MaxValue).ThenBy(r => r.Name).ThenBy(r => r.ClientUuid),
            cancellationToken);

    private async Task<IReadOnlyList<RaceSummary>> SummariesAsync(IQueryable<Race> races, CancellationToken cancellationToken)
    {
        var found = await (
            from race in races
            join competition in db.Competitions on race.CompetitionUuid equals competition.ClientUuid
            select new RaceSummary(
                race.ClientUuid, race.CompetitionUuid, race.Name, race.Discipline, race.ScheduledAt, race.Status, competition.TimeZone, competition.Name,
                race.SaidCompetitionUuid ?? race.CompetitionUuid, race.MergedInto ?? race.ClientUuid)).ToListAsync(cancellationToken);
        if (!found.Exists(r => r.StandsFor != r.ClientUuid)) return found;
        var standings = await Standings.ReadAsync(db, cancellationToken);
        return found.ConvertAll(r => r with { StandsFor = standings.Of(r.ClientUuid) });
    }
}
