using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Dedup.Features.Clips;

/// <summary>R8: all versions of a conflict are kept whole, with their clips; and by no rule goes what somebody has still to look at.</summary>
internal sealed class KeepDisputedClips(DedupDbContext db) : INotificationHandler<ClipsLeaving>, INotificationHandler<ClipsExpiring>
{
    public async Task Handle(ClipsLeaving notification, CancellationToken cancellationToken)
    {
        foreach (var sha256 in notification.Sha256)
            if (await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT FROM dedup.sync_conflicts WHERE strpos(versions::text, {sha256}) > 0) AS \"Value\"").SingleAsync(cancellationToken))
                notification.InUse.Add(sha256);
    }

    public async Task Handle(ClipsExpiring notification, CancellationToken cancellationToken)
    {
        foreach (var open in await db.Conflicts.AsNoTracking().Where(c => c.ResolvedAt == null).Select(c => new { c.RecordUuid, c.OtherRecordUuid, c.Versions }).ToListAsync(cancellationToken))
            foreach (var clip in notification.Clips)
                if (clip.Records.Contains(open.RecordUuid) || (open.OtherRecordUuid is { } other && clip.Records.Contains(other)) || open.Versions.Contains(clip.Sha256, StringComparison.Ordinal))
                    notification.Stay[clip.Sha256] = "in_conflict";
    }
}
