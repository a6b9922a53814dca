using MediatR;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>A Pi's card has less than a tenth left.</summary>
internal sealed class WatchCard(SyncDbContext db, IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (notification.Carried || Card.Free(notification.Status) is not { } free) return;
        var device = notification.Device;
        var cause = DeviceCauses.Key(AlertKinds.CardNearlyFull, device.DeviceUuid);
        if (free >= Card.Low) await mediator.Publish(new AlertEnded(cause, notification.At), cancellationToken);
        else
            await mediator.Publish(
                new AlertRaised(
                    AlertKinds.CardNearlyFull, cause, await DeviceAccess.OnlyGrantAsync(db, device, cancellationToken), device.DeviceUuid,
                    $"The card of {device.Name} is nearly full: {(int)(free * 100)} % are free.", notification.At),
                cancellationToken);
    }
}
