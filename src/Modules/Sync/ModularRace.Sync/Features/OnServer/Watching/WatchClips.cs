using MediatR;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>Clips that the cloud would not take too often wait on the Pi as failed. Their reports are here, without what they saw.</summary>
internal sealed class WatchClips(SyncDbContext db, IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (notification.Carried || StatusFigures.Read(notification.Status, "clips_failed") is not (>= 0 and <= int.MaxValue and var failed)) return;
        var device = notification.Device;
        var cause = DeviceCauses.Key(AlertKinds.ClipFailed, device.DeviceUuid);
        if (failed == 0) await mediator.Publish(new AlertEnded(cause, notification.At), cancellationToken);
        else
            await mediator.Publish(
                new AlertRaised(
                    AlertKinds.ClipFailed, cause, await DeviceAccess.OnlyGrantAsync(db, device, cancellationToken), device.DeviceUuid,
                    $"{(failed == 1 ? "One clip waits" : $"{(int)failed} clips wait")} on {device.Name} as failed and {(failed == 1 ? "is" : "are")} not here. Sync now on its screen tries again.", notification.At),
                cancellationToken);
    }
}
