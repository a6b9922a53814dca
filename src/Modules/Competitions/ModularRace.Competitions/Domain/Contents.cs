using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Competitions.Domain;

/// <summary>Builds a record's content field by field; absent and null mean the same, so that null is left out.</summary>
internal static class Contents
{
    public static JsonObject With(this JsonObject content, string field, string? value) => Set(content, field, value is null ? null : JsonValue.Create(value));

    public static JsonObject With(this JsonObject content, string field, int? value) => Set(content, field, value is null ? null : JsonValue.Create(value.Value));

    public static JsonObject With(this JsonObject content, string field, bool value) => Set(content, field, JsonValue.Create(value));

    public static JsonObject With(this JsonObject content, string field, Guid? value) => With(content, field, value?.ToString("D"));

    public static JsonObject With(this JsonObject content, string field, DateTimeOffset? value) =>
        With(content, field, value is { } at ? InstantConverter.Write(at) : null);

    public static JsonObject With(this JsonObject content, string field, DateOnly value) =>
        With(content, field, value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static JsonObject With(this JsonObject content, string field, IEnumerable<Guid> values) =>
        Set(content, field, new JsonArray([.. values.Select(v => (JsonNode)JsonValue.Create(v.ToString("D")))]));

    private static JsonObject Set(JsonObject content, string field, JsonNode? value)
    {
        if (value is not null) content[field] = value;
        return content;
    }
}
