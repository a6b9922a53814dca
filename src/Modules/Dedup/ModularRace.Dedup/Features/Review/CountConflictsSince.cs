using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Review;

internal sealed class CountConflictsSinceHandler(DedupDbContext db) : IRequestHandler<CountConflictsSince, IReadOnlyDictionary<Guid, int>>
{
    public async Task<IReadOnlyDictionary<Guid, int>> Handle(CountConflictsSince request, CancellationToken cancellationToken) =>
        await db.Conflicts.Where(c => c.CreatedAt >= request.Since && c.CompetitionUuid != null)
            .GroupBy(c => c.CompetitionUuid!.Value).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
}
