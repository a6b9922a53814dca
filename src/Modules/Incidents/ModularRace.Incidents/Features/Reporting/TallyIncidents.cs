using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Reporting;

/// <summary>What the screen that reports shows of a race. As long as the list of its bibs, however many incidents there are: the screen asks it twice a minute, all day.</summary>
internal sealed record TallyIncidents(Guid RaceUuid) : IQuery<RaceTally>;

/// <param name="Standing">How many incidents stand, those without a bib too.</param>
/// <param name="Bibs">Those with an incident that stands, by number.</param>
internal sealed record RaceTally(int Standing, IReadOnlyList<BibTally> Bibs);

/// <param name="BibNumber">1 to 9999.</param>
/// <param name="Reports">Of its incidents that stand, those that were not taken back; at least one for each incident.</param>
/// <param name="LastAt">When its latest incident occurred, corrected.</param>
internal sealed record BibTally(int BibNumber, int Reports, DateTimeOffset LastAt);

internal sealed class TallyIncidentsHandler(IncidentsDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<TallyIncidents, RaceTally>
{
    public async Task<RaceTally> Handle(TallyIncidents request, CancellationToken cancellationToken)
    {
        var race = await StandingRace.FindAsync(mediator, request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        if (!current.Actor.Sees(race.CompetitionUuid) || current.Actor.SeesOfficialOnly(race.CompetitionUuid)) throw Problem.Forbidden("Your role is not on this competition.");

        var rows = await db.Database.SqlQuery<Row>(
            $"""
             SELECT i.bib_number, count(*)::int AS incidents, coalesce(sum(greatest(1, r.reports)), 0)::int AS reports, max(i.occurred_at) AS last_at
             FROM incidents.incidents i
             LEFT JOIN (
                 SELECT m.group_uuid, count(*) AS reports
                 FROM incidents.reports r JOIN incidents.incidents m ON m.client_uuid = r.incident_uuid
                 WHERE m.race_uuid = {race.ClientUuid} AND r.withdrawn_at IS NULL
                 GROUP BY m.group_uuid) r ON r.group_uuid = i.client_uuid
             WHERE i.race_uuid = {race.ClientUuid} AND i.stands
             GROUP BY i.bib_number
             ORDER BY i.bib_number
             """).ToListAsync(cancellationToken);
        return new RaceTally(rows.Sum(r => r.Incidents), [.. rows.Where(r => r.BibNumber is not null).Select(r => new BibTally(r.BibNumber!.Value, r.Reports, r.LastAt))]);
    }

    private sealed record Row(int? BibNumber, int Incidents, int Reports, DateTimeOffset LastAt);
}
