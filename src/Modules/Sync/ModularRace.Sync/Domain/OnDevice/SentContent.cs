using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>A queued record as it leaves this Pi, by the link or on a stick.</summary>
internal static class SentContent
{
    public static UploadRecord ToUpload(this QueueEntry entry, AnchoredClock clock) => entry.ToUpload(entry.BetterClock(clock));

    public static UploadRecord ToUpload(this QueueEntry entry, JsonObject? figures) =>
        new(entry.RecordType, entry.ClientUuid, entry.Edit, entry.BaseRevision, entry.Content.With(figures), entry.Origin);

    /// <summary>The content as it went, with the clock figures that went in place of its own.</summary>
    public static JsonObject With(this JsonObject content, JsonObject? figures)
    {
        var data = (JsonObject)content.DeepClone();
        foreach (var (name, figure) in figures ?? []) data[name] = figure?.DeepClone();
        return data;
    }

    /// <summary>
    /// R10: what was noted before the cloud's time was known in that boot, or before it was known well, goes with the better
    /// figures. Clock figures are no edit. Null: those of the entry are as good.
    /// </summary>
    public static JsonObject? BetterClock(this QueueEntry entry, AnchoredClock clock)
    {
        // A grouping says what is known of its clock, and not what clock that was.
        var grouping = entry.RecordType == RecordTypes.Grouping;
        if (entry.BootId == Guid.Empty || (Text(entry.Content["clock_source"]) is null && !grouping)) return null;
        var known = entry.Content["clock_uncertainty_ms"] is JsonValue v && v.TryGetValue<long>(out var ms) ? ms : (long?)null;
        var better = clock.Correct(entry.WallAt, entry.BootId, entry.MonotonicMs);
        if (better.OffsetMs is null || known is not null && (better.UncertaintyMs is null || better.UncertaintyMs >= known)) return null;
        var figures = new JsonObject { ["clock_offset_ms"] = better.OffsetMs, ["clock_uncertainty_ms"] = better.UncertaintyMs };
        if (!grouping) figures["clock_source"] = better.Source;
        return figures;
    }

    private static string? Text(JsonNode? node) => node is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
}
