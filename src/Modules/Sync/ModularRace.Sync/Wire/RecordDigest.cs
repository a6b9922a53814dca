using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Wire;

/// <summary>
/// The digest of a device's whole version: SHA-256 over the canonical JSON (RFC 8785) of <c>data</c> without nulls, clock
/// figures and <c>created_at</c>. Both sides compute it, so that both must agree to the bit (R2, R13).
/// </summary>
internal static class RecordDigest
{
    private static readonly HashSet<string> LeftOut =
        new(StringComparer.Ordinal) { "clock_offset_ms", "clock_uncertainty_ms", "clock_source", "created_at" };

    public static byte[] Of(JsonObject data) => CanonicalJson.Digest(Reduce(data, top: true));

    public static string Hex(JsonObject data) => Convert.ToHexStringLower(Of(data));

    public static string Hex(byte[] digest) => Convert.ToHexStringLower(digest);

    /// <summary>SHA-256 of text.</summary>
    public static byte[] OfText(string text) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));

    // "Absent and null mean the same", in nested objects too; in a list a null has its place and stays.
    private static JsonObject Reduce(JsonObject from, bool top)
    {
        var to = new JsonObject();
        foreach (var (name, value) in from)
        {
            if (value is null || (top && LeftOut.Contains(name))) continue;
            to[name] = value is JsonObject nested ? Reduce(nested, top: false) : value.DeepClone();
        }

        return to;
    }
}
