using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Clips;

/// <summary>
/// R15: a device sends clips of its own reports in competitions that it was granted. What it said of a report that lies in
/// conflict or quarantine counts too: all of it is kept (R8, R14), and it must not stand in the way of clearing.
/// </summary>
internal sealed class AllowClip(SyncDbContext db, DatabaseSession session, ICurrentActor current) : INotificationHandler<ClipComing>
{
    public async Task Handle(ClipComing notification, CancellationToken cancellationToken)
    {
        // In turn with a revocation: once that is answered, no clip is taken.
        await session.LockAsync("device", notification.DeviceUuid, cancellationToken);
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, cancellationToken, notification.DeviceUuid);
        var edits = await db.RecordEdits.AsNoTracking().Where(e => e.ClientUuid == notification.ReportUuid && e.Type == RecordTypes.Report && e.DeviceUuid == device.DeviceUuid)
            .Select(e => e.Content).ToListAsync(cancellationToken);
        var quarantined = await db.Quarantine.AsNoTracking().Where(q => q.DeviceUuid == device.DeviceUuid && q.RecordUuid == notification.ReportUuid).Select(q => q.Received).ToListAsync(cancellationToken);
        var inQuarantine = quarantined.Exists(Names);
        notification.Named = inQuarantine || edits.Exists(Names);
        if (!inQuarantine && notification.CompetitionUuid is { } competition) await DeviceAccess.RequireGrantAsync(db, device, competition, cancellationToken);

        bool Names(string version) => version.Contains(notification.Sha256, StringComparison.Ordinal);
    }
}

/// <summary>What a device said last of a report, and what waits in quarantine, keeps its clip; by a rule only what a person looked at goes.</summary>
internal sealed class KeepNamedClips(SyncDbContext db) : INotificationHandler<ClipsLeaving>, INotificationHandler<ClipsExpiring>
{
    public async Task Handle(ClipsExpiring notification, CancellationToken cancellationToken)
    {
        foreach (var open in await db.Quarantine.AsNoTracking().Where(q => q.State == QuarantineStates.Open).Select(q => new { q.RecordUuid, q.Received }).ToListAsync(cancellationToken))
            foreach (var clip in notification.Clips)
                if ((open.RecordUuid is { } record && clip.Records.Contains(record)) || open.Received.Contains(clip.Sha256, StringComparison.Ordinal))
                    notification.Stay[clip.Sha256] = "in_quarantine";
    }

    public async Task Handle(ClipsLeaving notification, CancellationToken cancellationToken)
    {
        foreach (var sha256 in notification.Sha256)
            if (await db.RecordEdits.AnyAsync(e => e.Type == RecordTypes.Report && EF.Functions.JsonContains(e.Content, $$$"""{"clip":{"sha256":"{{{sha256}}}"}}"""), cancellationToken)
                || await db.Quarantine.AnyAsync(q => q.Received.Contains(sha256), cancellationToken))
                notification.InUse.Add(sha256);
    }
}
