using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Sync.Domain;

/// <summary>Pairing codes and device tokens. Both are kept as SHA-256 digests only (R15).</summary>
internal static class PairingCodes
{
    public const int Length = 8;

    /// <summary>Without look-alikes: no 0 and O, no 1, I and L.</summary>
    public const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    public static string Make() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The digest of a code as a person typed it: lower case, spaces and dashes are forgiven. Null: it cannot be one.</summary>
    public static byte[]? Digest(string? typed)
    {
        if (typed is null || typed.Length > 40) return null;
        var code = string.Concat(typed.Where(c => c is not (' ' or '-'))).ToUpperInvariant();
        return code.Length == Length && code.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) ? SHA256.HashData(Encoding.ASCII.GetBytes(code)) : null;
    }

    /// <summary>A new device token: 32 random bytes, base64url.</summary>
    public static string MakeToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] DigestToken(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
