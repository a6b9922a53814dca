using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.StartLists;

internal sealed class FindStartListHandler(CompetitionsDbContext db) : IRequestHandler<FindStartList, IReadOnlyList<StartingBib>>
{
    public async Task<IReadOnlyList<StartingBib>> Handle(FindStartList request, CancellationToken cancellationToken)
    {
        var race = (await db.Races.StandingAsync(request.RaceUuid, cancellationToken))?.ClientUuid ?? request.RaceUuid;
        var bibs = request.Bibs?.ToArray();
        var assignments = (await db.BibAssignments.AsNoTracking()
                .Where(b => b.RaceUuid == race && !b.Deleted && (bibs == null || bibs.Contains(b.BibNumber)))
                .OrderBy(b => b.BibNumber)
                .ToListAsync(cancellationToken))
            .OnePerBib();
        var athletes = await db.Athletes.WearingAsync(assignments, cancellationToken);
        return
        [
            .. assignments.Select(b => new StartingBib(b.BibNumber, b.Heat, b.Status,
            [
                .. b.AthleteUuids.Select(u => athletes.GetValueOrDefault(u)).OfType<Athlete>()
                    .Select(a => new StartingAthlete(a.ClientUuid, a.FirstName, a.LastName, a.Nation, a.Gender, a.BirthYear, a.LicenseNumber)),
            ])),
        ];
    }
}
