using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Standings;

internal sealed class FindMergeReasonsHandler(DedupDbContext db) : IRequestHandler<FindMergeReasons, IReadOnlyList<MergeReason>>
{
    public async Task<IReadOnlyList<MergeReason>> Handle(FindMergeReasons request, CancellationToken cancellationToken)
    {
        var asked = request.IncidentUuids.ToArray();
        var groups = db.Members.Where(m => asked.Contains(m.IncidentUuid)).Select(m => m.StandsFor);
        var members = await db.Members.Where(m => groups.Contains(m.StandsFor)).Select(m => m.IncidentUuid).ToArrayAsync(cancellationToken);
        return await db.Merges.AsNoTracking()
            .Where(m => m.UndoneAt == null && members.Contains(m.LowerUuid) && members.Contains(m.HigherUuid))
            .OrderBy(m => m.Id)
            .Select(m => new MergeReason(m.ClientUuid, new[] { m.LowerUuid, m.HigherUuid }, m.IntoUuid, m.By, m.Reason, m.SecondsApart, m.MadeAt))
            .ToListAsync(cancellationToken);
    }
}
