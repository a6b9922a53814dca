using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Domain;

/// <summary>R7: which fields a side says, and at which number of the cloud's version each was taken.</summary>
internal static class Saying
{
    /// <summary>Fields that are one value with another go by its name (R7).</summary>
    private static readonly Dictionary<string, string> Heads = new(StringComparer.Ordinal)
    {
        ["officialized_at"] = "status",
        ["officialized_by"] = "status",
        ["penalty_code"] = "decision",
        ["decided_at"] = "decision",
        ["decided_by"] = "decision",
        ["decision_note"] = "decision",
        ["clock_offset_ms"] = "occurred_at",
        ["clock_uncertainty_ms"] = "occurred_at",
        ["clock_source"] = "occurred_at",
        ["withdrawn_by"] = "withdrawn_at",
    };

    /// <summary>
    /// What a side says by an edit that needed no judgement: the fields that differ from its base (no base: all), and those
    /// that it said before and says still.
    /// </summary>
    public static Dictionary<string, long> Of(string type, JsonObject content, JsonObject? seen, long number, IReadOnlyDictionary<string, long>? before, JsonObject? contentBefore)
    {
        var says = new Dictionary<string, long>(StringComparer.Ordinal);
        // What was emptied stands in no version any more, and is said all the same.
        foreach (var field in content.Select(p => p.Key).Concat(seen?.Select(p => p.Key) ?? []).Concat(before?.Keys ?? []).Distinct(StringComparer.Ordinal))
        {
            if (field == "created_at") continue;
            var name = Head(type, field);
            if (before is not null && before.TryGetValue(name, out var earlier) && Same(content[field], contentBefore?[field])) says.TryAdd(name, earlier);
            else if (seen is null ? content[field] is not null : !Same(content[field], seen[field])) says[name] = number;
        }

        return says;
    }

    // A report's penalty is its reporter's proposal; only an incident's is part of a decision.
    private static string Head(string type, string field) =>
        type is RecordTypes.Incident || (type is RecordTypes.Report && field != "penalty_code") ? Heads.GetValueOrDefault(field) ?? field : field;

    /// <summary>Of what a side said by its last edit, what it says still.</summary>
    public static Dictionary<string, long> Inherited(SideEdit last, JsonObject content) =>
        last.Inherited.Where(s => !last.Earlier.ContainsKey(s.Key) && Same(content[s.Key], last.Content[s.Key])).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);

    /// <summary>What a judgement leaves a side to say.</summary>
    /// <param name="judgement">Of the record.</param>
    /// <param name="side">The side.</param>
    /// <param name="expected">The number on which the judgement counted: the next version's.</param>
    /// <param name="number">The version that took account of it: where nothing changed, the present one.</param>
    public static Dictionary<string, long> Judged(RecordJudgement judgement, string side, long expected, long number) =>
        judgement.Says.TryGetValue(side, out var says)
            ? says.ToDictionary(s => s.Key, s => s.Value == expected ? number : s.Value, StringComparer.Ordinal)
            : [];

    /// <summary>Equal as values; absent and null are one.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) =>
        a is null || b is null ? a is null && b is null : CanonicalJson.Write(a).AsSpan().SequenceEqual(CanonicalJson.Write(b));

    public static string Write(IReadOnlyDictionary<string, long> says) => JsonSerializer.Serialize(says);

    public static Dictionary<string, long> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];
}
