using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;

namespace ModularRace.Dedup.Features.Clearing;

/// <summary>What names one incident that stays, stays: a pair told apart must be so still (R5).</summary>
internal sealed class ClearGroupsHandler(DedupDbContext db, ISystemIdentity system) : IRequestHandler<ClearGroups, IReadOnlyCollection<Guid>>
{
    public async Task<IReadOnlyCollection<Guid>> Handle(ClearGroups request, CancellationToken cancellationToken)
    {
        if (system.Origin == CloudIdentity.Cloud) throw new InvalidOperationException("The cloud is never cleared.");
        Guid[] keep = [.. request.KeepIncidents];
        await db.Observations.Where(o => !keep.Contains(o.IncidentUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Members.Where(m => !keep.Contains(m.IncidentUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Merges.Where(m => !keep.Contains(m.LowerUuid) && !keep.Contains(m.HigherUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Groupings.Where(g => !keep.Contains(g.LowerUuid) && !keep.Contains(g.HigherUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Conflicts.Where(c => !keep.Contains(c.RecordUuid) && (c.OtherRecordUuid == null || !keep.Contains(c.OtherRecordUuid.Value))).ExecuteDeleteAsync(cancellationToken);
        return await db.Groupings.Select(g => g.ClientUuid).ToArrayAsync(cancellationToken);
    }
}
