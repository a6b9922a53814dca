using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Competitions;

internal sealed class FindMergedCompetitionsHandler(CompetitionsDbContext db) : IRequestHandler<FindMergedCompetitions, IReadOnlyDictionary<Guid, Guid>>
{
    public async Task<IReadOnlyDictionary<Guid, Guid>> Handle(FindMergedCompetitions request, CancellationToken cancellationToken)
    {
        var into = await db.Competitions.Where(c => c.MergedInto != null).ToDictionaryAsync(c => c.ClientUuid, c => c.MergedInto!.Value, cancellationToken);
        return into.ToDictionary(m => m.Key, m => Standing(m.Value));

        Guid Standing(Guid uuid) => into.TryGetValue(uuid, out var next) ? Standing(next) : uuid;
    }
}
