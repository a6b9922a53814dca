using MediatR;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Pairing;

/// <summary>R15: whoever was revoked while an answer was made does not get it: 401.</summary>
internal sealed record ConfirmDevice : IQuery<Done>;

internal sealed class ConfirmDeviceHandler(SyncDbContext db, ICurrentActor current) : IRequestHandler<ConfirmDevice, Done>
{
    public async Task<Done> Handle(ConfirmDevice request, CancellationToken ct)
    {
        await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct);
        return default;
    }
}
