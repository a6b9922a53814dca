using System.Text.Json.Nodes;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>R6: a device may change official status or decisions only where the cloud granted it.</summary>
internal static class Decisions
{
    /// <summary>The field by which an incident's status or decision differs from what the device had seen (nothing: unofficial and pending); null: none.</summary>
    public static string? Change(JsonObject content, JsonObject? seen)
    {
        if (Text(content, "status", "unofficial") != Text(seen, "status", "unofficial")) return "status";
        var decision = Text(content, "decision", "pending");
        if (decision != Text(seen, "decision", "pending")) return "decision";
        // "Part of the decision once there is one"; before, it is what the referee proposes.
        return decision != "pending" && (Text(content, "penalty_code", "") != Text(seen, "penalty_code", "") || Text(content, "decision_note", "") != Text(seen, "decision_note", ""))
            ? "decision"
            : null;
    }

    private static string Text(JsonObject? content, string field, string unless) =>
        content is not null && content.TryGetPropertyValue(field, out var node) && node is JsonValue v && v.TryGetValue<string>(out var text) ? text : unless;
}
