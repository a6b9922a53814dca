using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>
/// A boot id that comes back after another has sent under the same token: a card was copied, and two machines or more are one
/// device. A Pi that starts anew has a boot id that was never there, and never goes back to an earlier one.
/// </summary>
internal sealed class WatchToken(SyncDbContext db, IMediator mediator, ILogger<WatchToken> logger) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        var (device, boot) = (notification.Device, notification.BootId);
        if (boot is null || device.BootId is null || boot == device.BootId) return;
        // Of all since it was paired: three copies that take turns come back only every third time. This very upload is one of them.
        var isBack = await db.Uploads.Where(u => u.DeviceUuid == device.DeviceUuid && u.ReceivedAt >= device.PairedAt && u.BootId == boot).Skip(1).AnyAsync(cancellationToken);
        if (!isBack) return;
        logger.LogWarning("Device {Device} ({Name}) sends under boot ids in turn: its card may have been copied", device.DeviceUuid, device.Name);
        await db.Devices.Where(d => d.DeviceUuid == device.DeviceUuid && d.TokenSharedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.TokenSharedAt, notification.At), cancellationToken);
        await mediator.Publish(
            new AlertRaised(
                AlertKinds.TokenShared, DeviceCauses.Key(AlertKinds.TokenShared, device.DeviceUuid), await DeviceAccess.OnlyGrantAsync(db, device, cancellationToken), device.DeviceUuid,
                $"More than one machine sends as {device.Name}: its card may have been copied. Nothing is lost; pair the right one anew, and the others are shut out.", notification.At),
            cancellationToken);
    }
}
