using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

internal sealed class FindPenaltiesOfRaceHandler(CompetitionsDbContext db) : IRequestHandler<FindPenaltiesOfRace, IReadOnlyList<OfferedPenalty>>
{
    public async Task<IReadOnlyList<OfferedPenalty>> Handle(FindPenaltiesOfRace request, CancellationToken cancellationToken)
    {
        if (await db.Races.StandingAsync(request.RaceUuid, cancellationToken) is not { } race) return [];
        var lines = await db.Penalties.AsNoTracking()
            .Where(p => p.CompetitionUuid == race.CompetitionUuid && !p.Deleted && (p.Discipline == null || p.Discipline == race.Discipline))
            .ToListAsync(cancellationToken);
        return
        [
            .. CatalogueSets.Shown(lines).GroupBy(p => p.Word, StringComparer.Ordinal)
                .Select(code => new OfferedPenalty(code.Key, code.OrderBy(p => p.Discipline is null).ThenBy(Foreign).First().Name)),
        ];
    }

    /// <summary>The desk speaks English.</summary>
    private static int Foreign(CatalogueEntry entry) =>
        entry.Language is not { } language ? 1 : string.Equals(language.Split('-')[0], PageLanguages.Usual, StringComparison.OrdinalIgnoreCase) ? 0 : 2;
}
