using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>
/// The key by which this device signs its archives: ECDSA P-256, made with its database, the private half under this host's
/// data protection. The cloud learns the public half at pairing, or at the next contact.
/// </summary>
internal sealed class SigningKey(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("ModularRace.Sync.SigningKey");

    /// <summary>Makes one where there is none, or where the keys that protected it are gone. True: it is new.</summary>
    public bool Ensure(ThisDevice device)
    {
        if (Read(device) is { } known)
        {
            known.Dispose();
            return false;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        device.SigningKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        device.SigningKeyProtected = protector.Protect(key.ExportPkcs8PrivateKey());
        return true;
    }

    /// <summary>The key, to be disposed of; null: there is none that can be read.</summary>
    public ECDsa? Read(ThisDevice device)
    {
        if (device.SigningKeyProtected is null) return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(protector.Unprotect(device.SigningKeyProtected), out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }
}
