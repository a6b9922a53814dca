using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Devices;

/// <summary>R15: a lost Pi is revoked in one step, and what it sent before stays. Again: unchanged.</summary>
internal sealed record RevokeDevice(Guid DeviceUuid) : ICommand<DeviceItem>;

internal sealed class RevokeDeviceHandler(SyncDbContext db, DatabaseSession session, IMediator mediator, ICurrentActor current, TimeProvider time) : IRequestHandler<RevokeDevice, DeviceItem>
{
    public async Task<DeviceItem> Handle(RevokeDevice request, CancellationToken ct)
    {
        await session.LockAsync("device", request.DeviceUuid, ct);
        var device = await db.Devices.SingleOrDefaultAsync(d => d.DeviceUuid == request.DeviceUuid, ct) ?? throw Problem.NotFound("device");
        await DeviceAccess.RequireAdminAsync(db, current.Actor, device, ct);
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var news = device.RevokedAt is null;
        device.RevokedAt ??= now;
        await db.SaveChangesAsync(ct);
        // A code that it may still hold must not let it in again.
        await db.PairingCodes.Where(c => (c.UsedBy == device.DeviceUuid || c.BoundDeviceUuid == device.DeviceUuid) && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.ExpiresAt, now), ct);
        await DeviceCauses.EndAllAsync(mediator, device.DeviceUuid, now, ct);
        if (news) await mediator.Publish(new DeviceNews(DeviceNewsKinds.Revoked, device.DeviceUuid, device.Name, await DeviceAccess.OnlyGrantAsync(db, device, ct), null, now), ct);
        await DeviceAccess.TellChangedAsync(db, mediator, device, ct);
        return await DeviceItems.ReadAsync(db, device.DeviceUuid, now, ct);
    }
}
