using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.Review.Suggesting;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;

namespace ModularRace.Dedup.Features.Review;

internal sealed class CountWaitingHandler(DedupDbContext db, ICurrentActor current) : IRequestHandler<CountWaiting, WaitingCounts>
{
    public async Task<WaitingCounts> Handle(CountWaiting request, CancellationToken cancellationToken)
    {
        var resolves = current.Actor.Grants.Any(g => g.Role is Roles.Admin or Roles.JuryPresident);
        var merges = resolves || current.Actor.Grants.Any(g => g.Role == Roles.VarOperator);
        return new WaitingCounts(
            resolves ? await db.Conflicts.ForJury(current.Actor).CountAsync(c => c.ResolvedAt == null, cancellationToken) : null,
            merges ? await db.Suggestions.ForMerging(current.Actor).CountAsync(s => s.Outcome == null, cancellationToken) : null);
    }
}
