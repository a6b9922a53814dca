using System.Text.Json;
using System.Text.Json.Serialization;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Wire;

/// <summary>What the cloud answers to an archive, and the Pi takes back: the outcome of each record, and the receipts where everything is held.</summary>
/// <param name="Results">As an upload's answers would be, in the archive's order.</param>
/// <param name="Missing">What the archive says is on the Pi, and the cloud does not hold.</param>
/// <param name="Different">What it holds otherwise.</param>
/// <param name="Receipts">Each continues the one before, the last covers everything; none where anything is missing or different, or the file told nothing of the whole.</param>
/// <param name="Complete">The file was read to its end. A journal whose last frame is torn is not, and all before that was taken.</param>
/// <param name="Clips">What became of the clips whose bytes the file holds; null: it holds none.</param>
/// <param name="Signature">By the key of the device's receipts, over the canonical JSON of this without <c>signature</c>.</param>
internal sealed record ImportReceipt(
    int Version, Guid DeviceUuid, string? DeviceName, DateTimeOffset ImportedAt, bool Complete, IReadOnlyList<ImportResult> Results, IReadOnlyList<VerifyFault> Missing,
    IReadOnlyList<VerifyFault> Different, IReadOnlyList<Receipt> Receipts, string Signature,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedClip>? Clips = null)
{
    public const int Current = 1;

    /// <summary>What is signed.</summary>
    public byte[] Signed()
    {
        var body = JsonSerializer.SerializeToNode(this, ApiJson.Options)!.AsObject();
        body.Remove("signature");
        return CanonicalJson.Write(body);
    }
}

/// <param name="Error">Why it could not be taken; null: the cloud holds it, whole.</param>
internal sealed record ImportedClip(Guid ReportUuid, string Sha256, RecordError? Error);

/// <param name="Edit">The edit that it is the outcome of.</param>
/// <param name="Status">One of <see cref="UploadStatuses"/>.</param>
internal sealed record ImportResult(
    string? Type, string? ClientUuid, long Edit, string Status, string? Revision = null, Guid? MergedInto = null, Guid? ConflictUuid = null, Guid? QuarantineUuid = null,
    RecordError? Error = null);
