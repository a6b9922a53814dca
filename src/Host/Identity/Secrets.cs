using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Host.Identity;

/// <summary>Tokens and keys: 256 random bits each, told once, kept as SHA-256 (R15). Their first letters say what they are.</summary>
internal static class Secrets
{
    public const string AccessToken = "mra_", RefreshToken = "mrr_", ApiKey = "mrk_", Phone = "mrp_", PasswordLink = "mrl_";

    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
