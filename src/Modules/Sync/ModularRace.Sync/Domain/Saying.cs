using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Domain;

/// <summary>R7: which fields a side says, and at which number of the cloud's version each was taken.</summary>
internal static class Saying
{
    /// <summary>
    /// What a side says by an edit that needed no judgement: the fields that differ from its base (no base: all), and those
    /// that it said before and says still.
    /// </summary>
    public static Dictionary<string, long> Of(JsonObject content, JsonObject? seen, long number, IReadOnlyDictionary<string, long>? before, JsonObject? contentBefore)
    {
        var says = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var field in content.Select(p => p.Key).Concat(seen?.Select(p => p.Key) ?? []).Distinct(StringComparer.Ordinal))
        {
            if (field == "created_at") continue;
            if (before is not null && before.TryGetValue(field, out var earlier) && Same(content[field], contentBefore?[field])) says[field] = earlier;
            else if (seen is null ? content[field] is not null : !Same(content[field], seen[field])) says[field] = number;
        }

        return says;
    }

    /// <summary>
    /// Of what a side said in an earlier edit, what it says still though its base holds it already: what it does not say by
    /// differing from its base.
    /// </summary>
    public static Dictionary<string, long> Inherited(IReadOnlyDictionary<string, long> before, JsonObject contentBefore, JsonObject content, JsonObject? seen)
    {
        var inherited = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (field, number) in before)
            if (seen is not null && Same(content[field], contentBefore[field]) && Same(content[field], seen[field]))
                inherited[field] = number;
        return inherited;
    }

    /// <summary>Equal as values; absent and null are one.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) =>
        a is null || b is null ? a is null && b is null : CanonicalJson.Write(a).AsSpan().SequenceEqual(CanonicalJson.Write(b));

    public static string Write(IReadOnlyDictionary<string, long> says) => JsonSerializer.Serialize(says);

    public static Dictionary<string, long> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];
}
