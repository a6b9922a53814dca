using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Features.Alerts;
using ModularRace.Host.Identity;
using ModularRace.Sync.Contracts;

namespace ModularRace.Host.Features.Webhooks.Telling;

/// <summary>Tells that a Pi is silent during its race, that it is back, and that it was revoked.</summary>
internal sealed class TellOfDevices(IdentityDbContext db, WebhookOutbox outbox, WebhookTargets targets, IMediator mediator) : INotificationHandler<AlertBegan>, INotificationHandler<DeviceNews>
{
    public async Task Handle(AlertBegan notification, CancellationToken cancellationToken)
    {
        var alert = notification.Alert;
        if (alert.Kind != AlertKinds.DeviceSilent || alert.DeviceUuid is not { } device) return;
        await TellAsync(WebhookEvents.DeviceSilent, device, alert.CompetitionUuid, alert.Words, alert.At, cancellationToken);
    }

    /// <summary>Back is told of a Pi whose silence was: the alert of it ends only after this.</summary>
    public async Task Handle(DeviceNews notification, CancellationToken cancellationToken)
    {
        if (notification.DeviceUuid is not { } device) return;
        if (notification.Kind == DeviceNewsKinds.Revoked)
        {
            await TellAsync(WebhookEvents.DeviceRevoked, device, notification.OnlyCompetitionUuid, $"{notification.Name} was revoked.", notification.At, cancellationToken);
        }
        else if (notification.Kind == DeviceNewsKinds.HeardAgain
            && await db.Alerts.AsNoTracking().Where(a => a.Kind == AlertKinds.DeviceSilent && a.DeviceUuid == device && a.EndedAt == null).FirstOrDefaultAsync(cancellationToken) is { } silence)
        {
            await TellAsync(WebhookEvents.DeviceBack, device, silence.CompetitionUuid, $"{notification.Name} is back.", notification.At, cancellationToken);
        }
    }

    private async Task TellAsync(string what, Guid device, Guid? competition, string words, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (!targets.Active) return;
        if (competition is { } uuid && (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).Any(c => c.Practice)) return;
        await outbox.TellAsync(what, at, new Told(device, competition, words), cancellationToken);
    }

    private sealed record Told(Guid DeviceUuid, Guid? CompetitionUuid, string Words);
}
