using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>A queued record as it leaves this Pi, by the link or on a stick.</summary>
internal static class SentContent
{
    public static UploadRecord ToUpload(this QueueEntry entry, AnchoredClock clock) =>
        new(entry.RecordType, entry.ClientUuid, entry.Edit, entry.BaseRevision, entry.WithClock(clock), entry.Origin);

    /// <summary>
    /// R10: what was noted before the cloud's time was known in that boot, or before it was known well, goes with the better
    /// figures. Clock figures are no edit.
    /// </summary>
    public static JsonObject WithClock(this QueueEntry entry, AnchoredClock clock)
    {
        var data = (JsonObject)entry.Content.DeepClone();
        // A grouping says what is known of its clock, and not what clock that was.
        var grouping = entry.RecordType == RecordTypes.Grouping;
        if (entry.BootId == Guid.Empty || (Text(data["clock_source"]) is null && !grouping)) return data;
        var known = data["clock_uncertainty_ms"] is JsonValue v && v.TryGetValue<long>(out var ms) ? ms : (long?)null;
        var better = clock.Correct(entry.WallAt, entry.BootId, entry.MonotonicMs);
        if (better.OffsetMs is null || known is not null && (better.UncertaintyMs is null || better.UncertaintyMs >= known)) return data;
        data["clock_offset_ms"] = better.OffsetMs;
        data["clock_uncertainty_ms"] = better.UncertaintyMs;
        if (!grouping) data["clock_source"] = better.Source;
        return data;
    }

    private static string? Text(JsonNode? node) => node is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
}
