using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>This device's row, and the token in it.</summary>
internal sealed class DeviceRow(SyncDbContext db, DeviceIdentity identity, IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("ModularRace.Sync.DeviceToken");

    /// <summary>As it is now: a run or a download may have changed it since this scope last looked.</summary>
    public async Task<ThisDevice> ReadAsync(CancellationToken cancellationToken)
    {
        _ = identity.DeviceUuid; // makes the row
        return await db.ThisDevice.AsNoTracking().SingleAsync(cancellationToken);
    }

    /// <summary>To be changed by the command that runs.</summary>
    public async Task<ThisDevice> TakeAsync(CancellationToken cancellationToken)
    {
        _ = identity.DeviceUuid;
        return await db.ThisDevice.SingleAsync(cancellationToken);
    }

    /// <summary>How to reach the cloud; null: not paired.</summary>
    public async Task<CloudAccess?> AccessAsync(CancellationToken cancellationToken)
    {
        var device = await ReadAsync(cancellationToken);
        return ServerAddress.Read(device.ServerUrl) is { } server && Token(device) is { } token ? new CloudAccess(server, device.DeviceUuid, token, device.SigningKey) : null;
    }

    public async Task<CloudAccess> RequireAccessAsync(CancellationToken cancellationToken) =>
        await AccessAsync(cancellationToken) ?? throw new Problem(409, "not_paired", "This Pi is not paired with a server yet.");

    public string Protect(string token) => protector.Protect(token);

    private string? Token(ThisDevice device)
    {
        if (device.TokenProtected is null) return null;
        try
        {
            return protector.Unprotect(device.TokenProtected);
        }
        catch (CryptographicException)
        {
            // The keys are gone: as good as not paired, and pairing anew mends it.
            return null;
        }
    }
}
