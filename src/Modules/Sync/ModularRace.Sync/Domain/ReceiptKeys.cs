using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Domain;

/// <summary>The key pair of a device's receipts (R13): ECDSA P-256, the private half under the host's data-protection keys.</summary>
internal static class ReceiptKeys
{
    private const string Purpose = "ModularRace.Sync.ReceiptKey";

    public static (byte[] Public, byte[] Private) Make(IDataProtectionProvider protection)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (key.ExportSubjectPublicKeyInfo(), protection.CreateProtector(Purpose).Protect(key.ExportPkcs8PrivateKey()));
    }

    public static byte[] Sign(IDataProtectionProvider protection, byte[] privateKey, byte[] data)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(protection.CreateProtector(Purpose).Unprotect(privateKey), out _);
        return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether the receipt is the cloud's, unchanged.</summary>
    /// <param name="publicKey">As given at pairing.</param>
    /// <param name="receipt">As it came.</param>
    public static bool Holds(string publicKey, Receipt receipt) => Holds(publicKey, receipt.Signed(), receipt.Signature);

    public static bool Holds(string publicKey, byte[] signed, string signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            return key.VerifyData(signed, Convert.FromBase64String(signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
