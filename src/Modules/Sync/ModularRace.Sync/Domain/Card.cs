using System.Text.Json.Nodes;

namespace ModularRace.Sync.Domain;

/// <summary>Room on a device's card, as its status tells it.</summary>
internal static class Card
{
    /// <summary>Reports are small, but a full card takes none.</summary>
    public const double Low = .1;

    /// <summary>The free part, 0 to 1; null: the status does not say.</summary>
    public static double? Free(string? status) =>
        status is not null && JsonNode.Parse(status) is JsonObject said && Number(said["disk_free_bytes"]) is >= 0 and var free && Number(said["disk_total_bytes"]) is > 0 and var total
            ? Math.Min(1, free / total)
            : null;

    private static double? Number(JsonNode? node) => node is JsonValue v && v.TryGetValue<double>(out var number) ? number : null;
}
