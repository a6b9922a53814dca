using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Host.Identity;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Contracts;
using Quartz;

namespace ModularRace.Host.Features.Alerts;

/// <summary>A cause that did not hold before, within the transaction that noticed it: once, however often it is raised.</summary>
internal sealed record AlertBegan(AlertRaised Alert) : INotification;

/// <summary>
/// Keeps each cause once until it has ended, in the transaction that noticed it: whichever replica comes second finds it
/// there. Of a cause that goes on the newest words count. Whoever is to hear of it elsewhere is noted in the same commit, once
/// a cause, and written to after it.
/// </summary>
internal sealed class KeepAlerts(IdentityDbContext db, DatabaseSession session, IMediator mediator, AlertChannels channels, ISchedulerFactory schedulers, TimeProvider time)
    : INotificationHandler<AlertRaised>, INotificationHandler<AlertEnded>, INotificationHandler<AlertsHold>
{
    public async Task Handle(AlertRaised notification, CancellationToken cancellationToken)
    {
        var a = notification;
        var raised = await db.Database.SqlQuery<long>(
            $"""
             INSERT INTO identity.alerts (client_uuid, kind, cause_key, competition_uuid, device_uuid, words, raised_at)
             VALUES ({Uuids.New(time)}, {a.Kind}, {a.CauseKey}, {a.CompetitionUuid}, {a.DeviceUuid}, {a.Words}, {a.At})
             ON CONFLICT (cause_key) WHERE ended_at IS NULL DO UPDATE SET words = excluded.words WHERE identity.alerts.words <> excluded.words
             RETURNING CASE WHEN xmax = 0 THEN id ELSE 0 END AS "Value"
             """).ToListAsync(cancellationToken);
        if (raised is not [> 0 and var alert]) return;
        await mediator.Publish(new AlertBegan(a), cancellationToken);
        if (a.DeviceUuid is { } device) await mediator.Publish(new DeviceChanged(device, a.CompetitionUuid is { } competition ? [competition] : null), cancellationToken);
        if (channels.Names.Length == 0) return;
        db.AlertDeliveries.AddRange(channels.Names.Select(channel => new AlertDelivery { ClientUuid = Uuids.New(time), AlertId = alert, Channel = channel, NextAttemptAt = a.At }));
        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(async () => await (await schedulers.GetScheduler(CancellationToken.None)).TriggerJob(DeliverAlertsJob.Key));
    }

    public Task Handle(AlertEnded notification, CancellationToken cancellationToken) =>
        db.Alerts.Where(a => a.CauseKey == notification.CauseKey && a.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.EndedAt, notification.At), cancellationToken);

    public async Task Handle(AlertsHold notification, CancellationToken cancellationToken)
    {
        var holding = notification.Causes.Select(c => c.CauseKey).ToArray();
        await db.Alerts.Where(a => a.Kind == notification.Kind && a.EndedAt == null && !holding.Contains(a.CauseKey))
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.EndedAt, notification.At), cancellationToken);
        foreach (var cause in notification.Causes.OrderBy(c => c.CauseKey, StringComparer.Ordinal)) await Handle(cause, cancellationToken);
    }
}
