using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Wire;

/// <summary>The body of <c>POST /sync/upload</c>, as a Pi writes it. (The cloud reads it record by record, since one may be bad.)</summary>
/// <param name="Runs">Finished runs that the cloud was not told of yet. A device that says none, not even an empty list, is counted by its uploads.</param>
internal sealed record UploadRequest(Guid BatchUuid, Guid? StoreUuid, DateTimeOffset SentAt, DeviceStatus? Status, IReadOnlyList<RunReport>? Runs, IReadOnlyList<UploadRecord> Records)
{
    public const int MostRecords = 2000;
}

/// <param name="Edit">This device's count of its edits of the record, from 1.</param>
/// <param name="BaseRevision">Of the version that the device last took from a download or the changes; null: none.</param>
/// <param name="Data">The device's whole version.</param>
/// <param name="Origin">Of a record that goes back to a cloud which lost it, where it was made; absent: by this device.</param>
internal sealed record UploadRecord(
    string Type, Guid ClientUuid, long Edit, string? BaseRevision, JsonObject Data, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Origin = null);

/// <summary>How a device is, sent with each upload and shown to the desk.</summary>
/// <param name="Pending">What waits beside the records of this upload.</param>
/// <param name="FailedInQuarantine">Of the failed those that the cloud keeps in quarantine; the others are on the device only.</param>
/// <param name="ClipsPending">Clips that the cloud does not have yet, those failed among them.</param>
/// <param name="ClipsFailed">Of those, clips that the cloud would not take too often.</param>
internal sealed record DeviceStatus(
    int? Pending, int? Failed, int? FailedInQuarantine, int? Conflicts, int? ClipsPending, int? ClipsFailed, long? DiskFreeBytes, long? DiskTotalBytes, long? ClockOffsetMs, long? ClockUncertaintyMs,
    string? AppVersion, DateTimeOffset? OfflineSince, double? LongestOfflineHours);

/// <summary>A run as its Pi kept it; the cloud keeps it once by <paramref name="RunUuid"/>, beside the figures of its own.</summary>
/// <param name="StartedAt">On the cloud's clock as well as that is known.</param>
/// <param name="ClockUncertaintyMs">How far the times may be off; null: unknown.</param>
/// <param name="Reached">The cloud answered at least once.</param>
/// <param name="Error">Why it ended early; null: it ended well.</param>
/// <param name="DurationMs">Without clips.</param>
/// <param name="ClipsDurationMs">Of the clips that followed; null: there were none.</param>
/// <param name="OfflineHours">How long the cloud had been away when the run reached it; null: no report was taken meanwhile.</param>
internal sealed record RunReport(
    Guid RunUuid, Guid? CompetitionUuid, DateTimeOffset StartedAt, DateTimeOffset EndedAt, long? ClockUncertaintyMs, bool Manual, bool Reached, string? Error,
    int Uploaded, int Merged, int Conflicts, int Failed, int Deferred, int Downloaded, long BytesSent, long BytesReceived, int Requests, long DurationMs,
    int ClipsUploaded, long? ClipsDurationMs, double? OfflineHours);

/// <param name="RunsLeftOut">How many of the told runs cannot be kept; null: none. The device has nothing to do about them.</param>
internal sealed record UploadAnswer(
    DateTimeOffset ServerTime, IReadOnlyList<UploadResult> Results, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RunsLeftOut = null)
{
    /// <summary>Without what the sender knows by the order, and without revisions, which come with the changes: on a slow link they cost more than the rest (R12).</summary>
    public ShortAnswer InShort() => new(ServerTime, [.. Results.Select(r => new ShortResult(r.Status, r.MergedInto, r.ConflictUuid, r.QuarantineUuid, r.Error))], RunsLeftOut);
}

/// <param name="Type">As sent; null in a short answer, which goes by the order.</param>
/// <param name="ClientUuid">The same.</param>
/// <param name="Status">One of <see cref="UploadStatuses"/>.</param>
/// <param name="Revision">Of what the cloud has now; null: nothing.</param>
/// <param name="MergedInto">For an incident: the one that stands for it, where that is another.</param>
/// <param name="ConflictUuid">The conflict that waits for a person.</param>
/// <param name="QuarantineUuid">Where a rejected record is kept.</param>
/// <param name="Error">Why it was deferred or rejected.</param>
internal sealed record UploadResult(
    string? Type, string? ClientUuid,
    [property: AllowedValues("created", "already_synced", "updated", "merged", "conflict", "deferred", "rejected")] string Status, string? Revision = null, Guid? MergedInto = null, Guid? ConflictUuid = null, Guid? QuarantineUuid = null,
    RecordError? Error = null);

/// <summary>An answer for a sender that asks for it in short; read as an <see cref="UploadAnswer"/>.</summary>
internal sealed record ShortAnswer(DateTimeOffset ServerTime, IReadOnlyList<ShortResult> Results, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RunsLeftOut = null);

/// <summary>What became of the record in the same place of the upload; what is null is left out.</summary>
internal sealed record ShortResult(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? MergedInto,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? ConflictUuid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? QuarantineUuid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RecordError? Error);

internal static class UploadStatuses
{
    public const string Created = "created", AlreadySynced = "already_synced", Updated = "updated", Merged = "merged", Conflict = "conflict",
        Deferred = "deferred", Rejected = "rejected";

    public static readonly IReadOnlyList<string> All = [Created, AlreadySynced, Updated, Merged, Conflict, Deferred, Rejected];
}
