using System.Text.Json;

namespace ModularRace.Dedup.Domain;

/// <summary>What a conflict remembers of its disputes: an edit that names one of these versions as its base saw one of several values (R7).</summary>
internal static class Spans
{
    /// <summary>To where a dispute reaches that is open.</summary>
    public const long Open = long.MaxValue;

    public static IReadOnlyList<DisputedSpan> Read(string json) => JsonSerializer.Deserialize<IReadOnlyList<DisputedSpan>>(json) ?? [];

    public static string Write(IReadOnlyList<DisputedSpan> spans) => JsonSerializer.Serialize(spans);

    /// <summary>The disputes after a judgement: new ones begin at the present version, those that are over end with it, and whoever is in one stays named.</summary>
    public static IReadOnlyList<DisputedSpan> Follow(IReadOnlyList<DisputedSpan> spans, IReadOnlyDictionary<string, IReadOnlyList<string>> disputing, long number) =>
    [
        .. spans.Select(s => s.To != Open ? s
            : disputing.TryGetValue(s.Field, out var sides) ? s with { Sides = [.. s.Sides.Union(sides, StringComparer.Ordinal).Order(StringComparer.Ordinal)] }
            : s with { To = number }),
        .. disputing.Where(d => !spans.Any(s => s.Field == d.Key && s.To == Open)).OrderBy(d => d.Key, StringComparer.Ordinal)
            .Select(d => new DisputedSpan(d.Key, number, Open, [.. d.Value.Order(StringComparer.Ordinal)])),
    ];

    /// <summary>All that are open end with this version.</summary>
    public static IReadOnlyList<DisputedSpan> End(IReadOnlyList<DisputedSpan> spans, long number) =>
        Follow(spans, new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), number);
}
