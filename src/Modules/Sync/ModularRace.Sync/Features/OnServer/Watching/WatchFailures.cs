using MediatR;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>R11: records that were put off too often wait on the Pi as failed. They are nowhere else, and nobody may stand before its screen.</summary>
internal sealed class WatchFailures(SyncDbContext db, IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (notification.Carried || FailedRecords.OutsideQuarantine(notification.Status) is not { } failed) return;
        var device = notification.Device;
        var cause = DeviceCauses.Key(AlertKinds.RecordFailed, device.DeviceUuid);
        if (failed == 0) await mediator.Publish(new AlertEnded(cause, notification.At), cancellationToken);
        else
            await mediator.Publish(
                new AlertRaised(
                    AlertKinds.RecordFailed, cause, await DeviceAccess.OnlyGrantAsync(db, device, cancellationToken), device.DeviceUuid,
                    $"{(failed == 1 ? "One record waits" : $"{failed} records wait")} on {device.Name} as failed and {(failed == 1 ? "is" : "are")} not here. Sync now on its screen tries again.", notification.At),
                cancellationToken);
    }
}
