using System.Text.Json.Nodes;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>Which records a record names: all that Sync needs to know of what records mean.</summary>
internal static class References
{
    private static readonly string[] Single = ["competition_uuid", "race_uuid", "race_location_uuid", "incident_uuid", "record_uuid"];
    private static readonly string[] Several = ["athlete_uuids", "incident_uuids"];

    public static Guid? Uuid(JsonObject content, string field) =>
        content.TryGetPropertyValue(field, out var node) ? Read(node) : null;

    /// <summary>What a record that cannot be kept as JSON refers to: enough to tell whose it is.</summary>
    public static JsonObject Only(JsonObject content)
    {
        var only = new JsonObject();
        foreach (var (field, uuid) in Fields(content).Where(f => Single.Contains(f.Field))) only[field] = uuid.ToString();
        return only;
    }

    public static IEnumerable<Guid> All(JsonObject content) => Fields(content).Select(f => f.Uuid);

    /// <summary>The incidents, or what a history entry is of.</summary>
    public static IEnumerable<Guid> Incidents(JsonObject content) =>
        Fields(content).Where(f => f.Field is "incident_uuid" or "incident_uuids" or "record_uuid").Select(f => f.Uuid);

    /// <summary>The field that names the record.</summary>
    public static string? Naming(JsonObject content, Guid uuid) => Fields(content).Where(f => f.Uuid == uuid).Select(f => f.Field).FirstOrDefault();

    private static IEnumerable<(string Field, Guid Uuid)> Fields(JsonObject content)
    {
        foreach (var field in Single)
            if (Uuid(content, field) is { } uuid)
                yield return (field, uuid);
        foreach (var field in Several)
            if (content.TryGetPropertyValue(field, out var node) && node is JsonArray list)
                foreach (var uuid in list.Select(Read).OfType<Guid>())
                    yield return (field, uuid);
    }

    private static Guid? Read(JsonNode? node) => node is JsonValue v && v.TryGetValue<string>(out var text) && Guid.TryParseExact(text, "D", out var uuid) ? uuid : null;
}

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
