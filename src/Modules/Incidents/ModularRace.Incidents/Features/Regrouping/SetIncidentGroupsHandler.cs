using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Regrouping;

/// <summary>R4: grouping changes which incident stands for which, and no record's content or revision.</summary>
internal sealed class SetIncidentGroupsHandler(IncidentsDbContext db, IncidentChanges changes) : IRequestHandler<SetIncidentGroups, Done>
{
    public async Task<Done> Handle(SetIncidentGroups request, CancellationToken cancellationToken)
    {
        Guid[] members = [.. request.StandsFor.Keys], leaders = [.. request.StandsFor.Values];
        var before = await db.Incidents.Where(i => members.Contains(i.ClientUuid)).Select(i => new { i.ClientUuid, i.GroupUuid }).ToListAsync(cancellationToken);
        var moved = before.Where(b => request.StandsFor[b.ClientUuid] != b.GroupUuid).ToList();
        if (moved.Count == 0) return default;

        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE incidents.incidents i SET merged_into = NULLIF(n.leader, n.member)
            FROM unnest({members}, {leaders}) AS n(member, leader)
            WHERE i.client_uuid = n.member AND i.merged_into IS DISTINCT FROM NULLIF(n.leader, n.member)
            """,
            cancellationToken);
        // Whom it left and whom it joined may stand, or no longer stand, for that.
        var refreshed = await changes.RefreshStandingAsync(
            [.. moved.SelectMany(m => new[] { m.ClientUuid, m.GroupUuid, request.StandsFor[m.ClientUuid] }).Distinct()], cancellationToken);
        await changes.PublishDerivedAsync([.. moved.Select(m => m.ClientUuid).Union(refreshed)], cancellationToken);
        return default;
    }
}
