using System.Text.Json.Nodes;

namespace ModularRace.Sync.Domain;

/// <summary>What a device said of itself with an upload, figure by figure; the status is JSON of its own making.</summary>
internal static class StatusFigures
{
    /// <summary>Null: it does not say, or no number.</summary>
    public static double? Read(string? status, string name) =>
        status is not null && JsonNode.Parse(status) is JsonObject said && said[name] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
