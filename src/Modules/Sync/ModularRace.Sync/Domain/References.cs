using System.Text.Json.Nodes;

namespace ModularRace.Sync.Domain;

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
