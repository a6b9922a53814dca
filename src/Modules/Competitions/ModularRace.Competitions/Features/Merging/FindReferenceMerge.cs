using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>The merge that holds of a competition or race; null: none. Of a race that met another in a merge of competitions, that.</summary>
internal sealed record FindReferenceMerge(Guid FromUuid) : IQuery<HoldingMerge?>;

/// <param name="By">A name with role and system.</param>
internal sealed record HoldingMerge(Guid FromUuid, Guid IntoUuid, DateTimeOffset At, string By);

internal sealed class FindReferenceMergeHandler(CompetitionsDbContext db) : IRequestHandler<FindReferenceMerge, HoldingMerge?>
{
    public Task<HoldingMerge?> Handle(FindReferenceMerge request, CancellationToken cancellationToken) =>
        db.Merges.Where(m => m.UndoneAt == null && (m.FromUuid == request.FromUuid || m.Races.Contains(request.FromUuid)))
            .Select(m => new HoldingMerge(m.FromUuid, m.IntoUuid, m.MadeAt, m.MadeBy)).SingleOrDefaultAsync(cancellationToken);
}
