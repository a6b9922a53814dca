using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>What signs a webhook's messages, as Standard Webhooks writes it; sealed with the keys that seal cookies.</summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private const string Prefix = "whsec_";
    private const int Bytes = 32;
    private readonly IDataProtector protector = protection.CreateProtector("ModularRace.Webhooks");

    /// <returns>What is told this once, and what is kept.</returns>
    public (string Told, byte[] Sealed) Make()
    {
        var secret = RandomNumberGenerator.GetBytes(Bytes);
        return (Prefix + Convert.ToBase64String(secret), protector.Protect(secret));
    }

    public byte[] Open(byte[] kept) => protector.Unprotect(kept);
}
