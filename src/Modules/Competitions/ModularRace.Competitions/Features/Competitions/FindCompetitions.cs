using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Competitions;

internal sealed class FindCompetitionsHandler(CompetitionsDbContext db) : IRequestHandler<FindCompetitions, IReadOnlyList<CompetitionSummary>>
{
    public async Task<IReadOnlyList<CompetitionSummary>> Handle(FindCompetitions request, CancellationToken cancellationToken)
    {
        var uuids = request.Uuids?.ToArray();
        var counts = await db.Database.SqlQuery<Counts>($"""
            SELECT c.client_uuid AS competition,
                   (SELECT count(*)::int FROM competitions.races r WHERE r.competition_uuid = c.client_uuid AND r.merged_into IS NULL) AS races,
                   (SELECT count(DISTINCT coalesce(p.merged_into, p.client_uuid))::int FROM competitions.races r JOIN competitions.bib_assignments b ON b.race_uuid = r.client_uuid AND NOT b.deleted
                     CROSS JOIN LATERAL unnest(b.athlete_uuids) a JOIN competitions.athletes p ON p.client_uuid = a WHERE r.competition_uuid = c.client_uuid) AS athletes,
                   (SELECT count(DISTINCT (b.race_uuid, b.bib_number))::int FROM competitions.races r JOIN competitions.bib_assignments b ON b.race_uuid = r.client_uuid AND NOT b.deleted
                     WHERE r.competition_uuid = c.client_uuid) AS bibs,
                   (SELECT count(*)::int FROM competitions.races r JOIN competitions.race_locations l ON l.race_uuid = r.client_uuid AND NOT l.deleted AND l.merged_into IS NULL
                     WHERE r.competition_uuid = c.client_uuid) AS locations
            FROM competitions.competitions c
            WHERE {uuids}::uuid[] IS NULL OR c.client_uuid = ANY({uuids}::uuid[])
            """).ToDictionaryAsync(c => c.Competition, cancellationToken);
        var competitions = await db.Competitions.AsNoTracking()
            .Where(c => uuids == null || uuids.Contains(c.ClientUuid))
            .OrderByDescending(c => c.StartDate).ThenBy(c => c.Name).ThenBy(c => c.ClientUuid)
            .ToListAsync(cancellationToken);
        return
        [
            .. competitions.Select(c =>
            {
                var has = counts.GetValueOrDefault(c.ClientUuid) ?? new Counts(c.ClientUuid, 0, 0, 0, 0);
                return new CompetitionSummary(
                    c.ClientUuid, c.Name, c.Place, c.Country, c.StartDate, c.EndDate, c.TimeZone, c.Practice, c.Origin, has.Races, has.Athletes, has.Bibs, has.Locations, c.MergedInto);
            }),
        ];
    }

    private sealed record Counts(Guid Competition, int Races, int Athletes, int Bibs, int Locations);
}
