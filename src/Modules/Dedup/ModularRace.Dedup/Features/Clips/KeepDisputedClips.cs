using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Dedup.Features.Clips;

/// <summary>R8: all versions of a conflict are kept whole, with their clips.</summary>
internal sealed class KeepDisputedClips(DedupDbContext db) : INotificationHandler<ClipsLeaving>
{
    public async Task Handle(ClipsLeaving notification, CancellationToken cancellationToken)
    {
        foreach (var sha256 in notification.Sha256)
            if (await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT FROM dedup.sync_conflicts WHERE strpos(versions::text, {sha256}) > 0) AS \"Value\"").SingleAsync(cancellationToken))
                notification.InUse.Add(sha256);
    }
}
