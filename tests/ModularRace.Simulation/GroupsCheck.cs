using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>
/// R4 and R5, read plainly from the records that the cloud has in the evening and from what people said of pairs: which
/// incidents are one, and which of them stands. Without the product's own books of observations and groups.
/// </summary>
internal sealed class GroupsCheck(Records cloud, IReadOnlyDictionary<Guid, List<JsonNode>> conflicts)
{
    /// <summary>What an open conflict over keeps a record out.</summary>
    private static readonly HashSet<string> Weighty =
        new(["race_uuid", "race_location_uuid", "bib_number", "occurred_at", "decision", "incident_uuid", "withdrawn_at"], StringComparer.Ordinal);

    public async Task<IReadOnlyList<string>> RunAsync(World world)
    {
        var incidents = cloud.Of("incident").Select(i => Read(i.Key.Uuid, i.Row)).OrderBy(i => i.Name, StringComparer.Ordinal).ToList();
        var words = await WordsAsync(world);
        var groups = incidents.Select(i => new List<Incident> { i }).ToList();
        foreach (var (a, b) in Pairs(incidents, words))
        {
            var (one, other) = (groups.Single(g => g.Contains(a)), groups.Single(g => g.Contains(b)));
            if (one == other || words.GetValueOrDefault((a.Name, b.Name)) == "apart") continue;
            if (one.Concat(other).Select(i => i.Decision).OfType<string>().Distinct(StringComparer.Ordinal).Count() > 1) continue;
            if (one.Exists(x => other.Exists(y => Word(words, x, y) == "apart"))) continue;
            one.AddRange(other);
            groups.Remove(other);
        }

        var faults = new List<string>();
        foreach (var group in groups)
        {
            var first = group.OrderBy(i => i.Withdrawn).ThenBy(i => !i.OfCloud).ThenBy(i => i.At).ThenBy(i => i.Name, StringComparer.Ordinal).First();
            faults.AddRange(group.Where(i => i.Group != first.Name).Select(i => $"incident {i.Name[..8]} is with {i.Group[..8]}, and by R4 and R5 with {first.Name[..8]} ({group.Count} in all)"));
        }

        return faults;
    }

    private Incident Read(Guid uuid, JsonObject row)
    {
        var reports = cloud.Of("report").Where(r => Values.Text(r.Row, "incident_uuid") == uuid.ToString()).ToList();
        var seen = reports.Where(r => Values.Text(r.Row, Values.Withdrawn) is null && !Disputed(r.Key.Uuid)).Select(r => Sight(r.Row, row)).ToList();
        var allWithdrawn = reports.Count > 0 && reports.TrueForAll(r => Values.Text(r.Row, Values.Withdrawn) is not null);
        if (!allWithdrawn) seen.Add(Sight(row, row));
        var decided = Values.Read(row, Values.Decision);
        var decision = Values.IsPending(decided) ? null : decided;
        return new Incident(
            uuid.ToString(), Values.Text(row, "origin") == "cloud", Time(row), decision, !Disputed(uuid),
            allWithdrawn && decision is null && Values.Text(row, Values.Status) != "official", seen, Values.Text(row, "group_uuid")!);
    }

    private bool Disputed(Guid record) => conflicts.GetValueOrDefault(record, [])
        .Exists(c => c["other_record_uuid"] is null && c["differing_fields"]!.AsArray().Any(f => Weighty.Contains((string)f!)));

    /// <summary>What people put together first, then by (smallest difference, lower UUID, higher UUID).</summary>
    private static IEnumerable<(Incident, Incident)> Pairs(List<Incident> incidents, Dictionary<(string, string), string> words)
    {
        var pairs = new List<(Incident Lower, Incident Higher, bool Said, long Apart)>();
        foreach (var (i, a) in incidents.Index())
            foreach (var b in incidents.Skip(i + 1).Where(b => a.TakesPart && b.TakesPart))
            {
                var said = words.GetValueOrDefault((a.Name, b.Name)) == "together";
                var near = a.Seen.SelectMany(x => b.Seen.Where(y => x.Place is not null && x.Place == y.Place).Select(y => (long?)Math.Abs((x.At - y.At).TotalMilliseconds))).Where(d => d <= 30_000).Min();
                var between = near ?? a.Seen.SelectMany(x => b.Seen.Select(y => (long?)Math.Abs((x.At - y.At).TotalMilliseconds))).Min();
                if (said || near is not null) pairs.Add((a, b, said, between ?? long.MaxValue));
            }

        return pairs.OrderBy(p => !p.Said).ThenBy(p => p.Apart).ThenBy(p => p.Lower.Name, StringComparer.Ordinal).ThenBy(p => p.Higher.Name, StringComparer.Ordinal).Select(p => (p.Lower, p.Higher));
    }

    private static string? Word(Dictionary<(string, string), string> words, Incident x, Incident y) =>
        words.GetValueOrDefault(string.CompareOrdinal(x.Name, y.Name) < 0 ? (x.Name, y.Name) : (y.Name, x.Name));

    /// <summary>R5: of a pair the latest in corrected time holds, then the higher UUID.</summary>
    private static async Task<Dictionary<(string Lower, string Higher), string>> WordsAsync(World world)
    {
        var words = await world.Cloud.Sql.QueryAsync<string>("SELECT json_build_array(lower_uuid, higher_uuid, kind, said_at, client_uuid)::text FROM dedup.groupings");
        return words.Select(w => JsonNode.Parse(w)!.AsArray().Select(v => (string)v!).ToArray())
            .GroupBy(w => string.CompareOrdinal(w[0], w[1]) < 0 ? (w[0], w[1]) : (w[1], w[0]))
            .ToDictionary(g => g.Key, g => g.OrderBy(w => DateTimeOffset.Parse(w[3], CultureInfo.InvariantCulture)).ThenBy(w => w[4], StringComparer.Ordinal).Last()[2]);
    }

    /// <summary>Where, whom and when, the incident's where the report says none of its own; no place where the machine may not compare it.</summary>
    private static (string? Place, DateTimeOffset At) Sight(JsonObject row, JsonObject incident)
    {
        var (location, bib) = (Either("race_location_uuid"), Either("bib_number"));
        var comparable = location is not null && bib is not null && (long?)row["clock_uncertainty_ms"] is >= 0 and <= 30_000;
        return (comparable ? $"{Values.Text(incident, "race_uuid")} {location} {bib}" : null, Time(row));

        string? Either(string column) => Values.Text(row, column) ?? Values.Text(incident, column);
    }

    private static DateTimeOffset Time(JsonObject row) => DateTimeOffset.Parse(Values.Text(row, "occurred_at")!, CultureInfo.InvariantCulture);

    private sealed record Incident(
        string Name, bool OfCloud, DateTimeOffset At, string? Decision, bool TakesPart, bool Withdrawn, IReadOnlyList<(string? Place, DateTimeOffset At)> Seen, string Group);
}
