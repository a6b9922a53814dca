using System.Security.Cryptography;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Pairing;

internal sealed class AuthenticateDeviceHandler(SyncDbContext db) : IRequestHandler<AuthenticateDevice, DeviceIdentity?>
{
    public async Task<DeviceIdentity?> Handle(AuthenticateDevice request, CancellationToken ct)
    {
        var device = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.DeviceUuid == request.DeviceUuid, ct);
        if (device is null) return null;
        // R15: digests are compared in constant time.
        if (CryptographicOperations.FixedTimeEquals(device.TokenDigest, request.TokenDigest))
            return new DeviceIdentity(device.DeviceUuid, device.Name, device.RevokedAt is not null);
        var retired = false;
        foreach (var digest in device.RetiredTokenDigests) retired |= CryptographicOperations.FixedTimeEquals(digest, request.TokenDigest);
        // A void token of a device in good standing belongs to it no more; of a revoked one it tells why it opens nothing.
        return retired && device.RevokedAt is not null ? new DeviceIdentity(device.DeviceUuid, device.Name, Revoked: true) : null;
    }
}
