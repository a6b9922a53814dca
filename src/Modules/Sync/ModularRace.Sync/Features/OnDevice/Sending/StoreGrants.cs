using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Takes what the cloud granted this device, and what it calls it.</summary>
internal sealed record StoreGrants(DeviceCompetitions Offered) : ICommand<Done>;

internal sealed class StoreGrantsHandler(SyncDbContext db, DatabaseSession session, DeviceRow row, DeviceIdentity identity, TimeProvider time) : IRequestHandler<StoreGrants, Done>
{
    public async Task<Done> Handle(StoreGrants request, CancellationToken cancellationToken)
    {
        var device = await row.TakeAsync(cancellationToken);
        device.MayDecide = request.Offered.MayDecide;
        device.GrantsReadAt = time.GetUtcNow();
        device.ReceiptKey = request.Offered.ReceiptKey ?? device.ReceiptKey;
        device.ArchiveKey = request.Offered.ArchiveKey ?? device.ArchiveKey;
        var name = device.Name = request.Offered.DeviceName ?? device.Name;
        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            if (name is not null) identity.Renamed(name);
            return Task.CompletedTask;
        });
        return default;
    }
}
