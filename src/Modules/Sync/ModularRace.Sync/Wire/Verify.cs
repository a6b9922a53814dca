using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Wire;

/// <param name="Records">What the device made or changed.</param>
/// <param name="Clips">SHA-256 of each clip, lower-case hexadecimal.</param>
/// <param name="Earlier">
/// The receipt that this request continues, where everything does not go into one request of 8 MiB: the receipt for this part
/// then counts what the earlier ones counted too, so that the last one covers everything.
/// </param>
internal sealed record VerifyRequest(
    Guid? CompetitionUuid, IReadOnlyList<VerifyRecord>? Records, IReadOnlyList<string>? Clips,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Earlier = null)
{
    /// <summary>What a receipt for this request holds in <c>digest</c>.</summary>
    public string Digest() => Convert.ToHexStringLower(CanonicalJson.Digest(JsonSerializer.SerializeToNode(
        this with { Records = Records ?? [], Clips = Clips ?? [] }, ApiJson.Options)));

    /// <summary>What a receipt for this request holds in <c>counts</c>, the parts before it included.</summary>
    public Dictionary<string, int> Counts(IReadOnlyDictionary<string, int>? earlier = null)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var type in (IEnumerable<string>)[.. RecordTypes.InOrder, VerifyFault.Clip])
        {
            var own = type == VerifyFault.Clip ? Clips?.Count ?? 0 : Records?.Count(r => r.Type == type) ?? 0;
            if (own + (earlier?.GetValueOrDefault(type) ?? 0) is > 0 and var all) counts[type] = all;
        }

        return counts;
    }
}

/// <param name="ContentSha256">Lower-case hexadecimal, as <see cref="RecordDigest.Hex(JsonObject)"/> computes it.</param>
internal sealed record VerifyRecord(string? Type, Guid? ClientUuid, string? ContentSha256);

/// <param name="Missing">What the cloud does not hold: records as sent; a clip has the type <c>clip</c>.</param>
/// <param name="Different">What it holds otherwise.</param>
/// <param name="Receipt">Only when nothing is missing or different.</param>
internal sealed record VerifyAnswer(bool Verified, IReadOnlyList<VerifyFault> Missing, IReadOnlyList<VerifyFault> Different, Receipt? Receipt);

internal sealed record VerifyFault(string Type, Guid? ClientUuid, string ContentSha256)
{
    public const string Clip = "clip";
}

/// <summary>The cloud's word that it holds everything.</summary>
/// <param name="Digest">SHA-256, lower-case hexadecimal, over the canonical JSON of the request that was verified.</param>
/// <param name="Signature">
/// ECDSA P-256 with SHA-256, DER (RFC 3279), base64, over the canonical JSON (RFC 8785) of this receipt without <c>signature</c>.
/// </param>
internal sealed record Receipt(
    Guid ReceiptUuid, Guid DeviceUuid, Guid CompetitionUuid, DateTimeOffset VerifiedAt, IReadOnlyDictionary<string, int> Counts, string Digest, string Signature)
{
    /// <summary>What is signed.</summary>
    public byte[] Signed()
    {
        var body = JsonSerializer.SerializeToNode(this, ApiJson.Options)!.AsObject();
        body.Remove("signature");
        return CanonicalJson.Write(body);
    }
}
