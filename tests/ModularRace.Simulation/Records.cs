using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace ModularRace.Simulation;

internal readonly record struct RecordKey(string Type, Guid Uuid)
{
    public override string ToString() => $"{Type} {Uuid.ToString()[..8]}";
}

/// <summary>The incidents and reports of a competition as a system has them stored, each with its columns, and on a Pi with the number of its edit.</summary>
internal sealed class Records
{
    private const string Sql = """
        SELECT 'incident', i.client_uuid, to_jsonb(i)::text, coalesce(q.edit, 0) FROM incidents.incidents i
        LEFT JOIN sync.sync_queue q ON q.client_uuid = i.client_uuid WHERE i.competition_uuid = $1
        UNION ALL
        SELECT 'report', r.client_uuid, to_jsonb(r)::text, coalesce(q.edit, 0) FROM incidents.reports r
        JOIN incidents.incidents i ON i.client_uuid = r.incident_uuid
        LEFT JOIN sync.sync_queue q ON q.client_uuid = r.client_uuid WHERE i.competition_uuid = $1
        """;

    private readonly SortedDictionary<string, (RecordKey Key, JsonObject Row, long Edit)> rows = new(StringComparer.Ordinal);

    public IEnumerable<(RecordKey Key, JsonObject Row, long Edit)> All => rows.Values;

    public IEnumerable<(RecordKey Key, JsonObject Row, long Edit)> Of(string type) => rows.Values.Where(r => r.Key.Type == type);

    public JsonObject? this[RecordKey key] => rows.TryGetValue(Text(key), out var found) ? found.Row : null;

    public static async Task<Records> ReadAsync(NpgsqlDataSource source, Guid competition)
    {
        var records = new Records();
        await using var command = source.CreateCommand(Sql);
        command.Parameters.AddWithValue(competition);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var key = new RecordKey(reader.GetString(0), reader.GetGuid(1));
            if (!records.rows.TryAdd(Text(key), (key, JsonNode.Parse(reader.GetString(2))!.AsObject(), reader.GetInt64(3))))
                throw new SimulationFault($"{key} is there twice.");
        }

        return records;
    }

    private static string Text(RecordKey key) => $"{key.Type} {key.Uuid}";
}

/// <summary>What is held against what people said: the values of a record, each as a text that two systems write alike.</summary>
internal static class Values
{
    public const string Decision = "decision", Status = "status", Withdrawn = "withdrawn_at";

    private static readonly string[] OfIncident = ["description", "bib_number", "race_location_uuid", "occurred_at_device", Decision, Status];
    private static readonly string[] OfReport =
        ["description", "reporter_name", "penalty_code", "athlete_position", "bib_number", "race_location_uuid", "occurred_at_device", "incident_uuid", Withdrawn];

    public static IReadOnlyList<string> Of(string type) => type == "incident" ? OfIncident : OfReport;

    public static string? Read(JsonObject row, string value) => value switch
    {
        Decision => $"{Text(row, Decision)} {Text(row, "penalty_code")}",
        Withdrawn => Text(row, Withdrawn) is null ? null : "withdrawn",
        _ => Text(row, value),
    };

    /// <summary>The same text out of a version as it is sent.</summary>
    public static string? OfVersion(JsonObject version, string value) => value switch
    {
        Decision => $"{Text(version, Decision) ?? "pending"} {Text(version, "penalty_code")}",
        "occurred_at_device" => Text(version, "occurred_at") is { } at
            ? DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFzzz", CultureInfo.InvariantCulture) : null,
        _ => Read(version, value),
    };

    /// <summary>As <c>differing_fields</c> names it.</summary>
    public static string OnTheWire(string value) => value == "occurred_at_device" ? "occurred_at" : value;

    public static bool IsPending(string? decision) => decision is null || decision.StartsWith("pending ", StringComparison.Ordinal);

    public static string? Text(JsonObject row, string column) => row[column]?.ToString();
}

/// <summary>The product did not keep its word.</summary>
internal sealed class SimulationFault(string message) : Exception(message);
