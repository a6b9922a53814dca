using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>
/// R4 read plainly from design.md, slowly and without looking at the rule's code: every pair of incidents, every pair of
/// their observations, lists of lists. What the rule says must be what this says.
/// </summary>
internal static class PlainReadingOfR4
{
    /// <summary>The groups with the one that stands first, what joined them, what clashes and what was nearly joined, each as text.</summary>
    public static (string Groups, string Joins, IReadOnlyList<(string Between, string Figures)> Clashes, string Misses) Of(IReadOnlyList<Candidate> incidents, IReadOnlyList<Said> said)
    {
        var pairs = new List<PlainPair>();
        foreach (var a in incidents)
            foreach (var b in incidents)
            {
                if (string.CompareOrdinal(a.Uuid.ToString(), b.Uuid.ToString()) >= 0) continue;
                if (!a.TakesPart || !b.TakesPart) continue;
                var together = said.SingleOrDefault(s => s.Together && s.Lower == a.Uuid && s.Higher == b.Uuid);
                var between = a.Observations.SelectMany(x => b.Observations.Select(y => Between(x, y))).ToList();
                var near = between.Where(p => p.Near && p.Apart <= 30.000m).ToList();
                if (near.Count == 0 && together is null) continue;
                var nearest = (near.Count > 0 ? near : between).OrderBy(p => p.Apart).ThenBy(p => p.First, StringComparer.Ordinal).ThenBy(p => p.Second, StringComparer.Ordinal).FirstOrDefault();
                pairs.Add(new PlainPair(together?.By, nearest?.Apart ?? decimal.MaxValue, a.Uuid.ToString(), b.Uuid.ToString(), nearest?.First, nearest?.Second));
            }

        var apartPairs = said.Where(s => !s.Together).Select(s => s.Lower + " " + s.Higher).ToHashSet();
        var groups = incidents.Select(i => new List<Candidate> { i }).ToList();
        var (joined, refused, missed) = (new List<PlainPair>(), new List<PlainPair>(), new List<PlainPair>());
        foreach (var pair in pairs.OrderBy(p => p.SaidBy is null).ThenBy(p => p.Apart).ThenBy(p => p.Lower, StringComparer.Ordinal).ThenBy(p => p.Higher, StringComparer.Ordinal))
        {
            var one = groups.Single(g => g.Any(i => i.Uuid.ToString() == pair.Lower));
            var other = groups.Single(g => g.Any(i => i.Uuid.ToString() == pair.Higher));
            if (one == other) continue;
            if (apartPairs.Contains(pair.Lower + " " + pair.Higher)) continue;
            if (one.Concat(other).Select(i => i.Decision).Where(d => d is not null).Distinct().Count() > 1)
            {
                refused.Add(pair);
                continue;
            }

            if (one.Any(x => other.Any(y => apartPairs.Contains(x.Uuid + " " + y.Uuid) || apartPairs.Contains(y.Uuid + " " + x.Uuid))))
            {
                missed.Add(pair);
                continue;
            }

            joined.Add(pair);
            one.AddRange(other);
            groups.Remove(other);
        }

        var text = groups.Select(g => InOrderOfStanding(g).First().Uuid + ": " + string.Join(",", g.Select(i => i.Uuid.ToString()).Order(StringComparer.Ordinal)));
        // One for each two groups, named by the decided one of each that stands before the others; of several pairs the nearest is told.
        var clashes = refused
            .GroupBy(p => string.Join(" against ", new[] { p.Lower, p.Higher }.Select(u => Decided(groups, u)).Order(StringComparer.Ordinal)))
            .Select(g => (g.Key, g.First().Figures)).OrderBy(c => c.Key, StringComparer.Ordinal).ToList();
        return (string.Join("; ", text.Order(StringComparer.Ordinal)), string.Join("; ", joined.Select(p => $"{p.Lower}-{p.Higher} {p.Figures} {p.SaidBy}")), clashes, string.Join("; ", missed.Select(p => $"{p.Lower}-{p.Higher} {p.Distance}")));
    }

    /// <summary>An observation's figures, so that the earlier one comes first as text.</summary>
    public static string Figures(Observation? seen) =>
        seen is null ? "" : $"{seen.At:HH:mm:ss.fff} {seen.OwnTime:HH:mm:ss.fff} {seen.By} {seen.UncertaintyMs + 2_000_000} {seen.Race} {seen.Location} {seen.Bib}";

    private static PlainDistance Between(Observation x, Observation y)
    {
        var near = x.Bib is not null && x.Location is not null && x.Race == y.Race && x.Location == y.Location && x.Bib == y.Bib && ClockIsKnown(x) && ClockIsKnown(y);
        var figures = new[] { Figures(x), Figures(y) }.Order(StringComparer.Ordinal).ToArray();
        return new PlainDistance(near, Math.Abs((decimal)(x.At - y.At).TotalMilliseconds) / 1000m, figures[0], figures[1]);
    }

    private static bool ClockIsKnown(Observation seen) => seen.UncertaintyMs is not null && seen.UncertaintyMs >= 0 && seen.UncertaintyMs <= 30_000;

    private static string Decided(List<List<Candidate>> groups, string uuid) =>
        InOrderOfStanding(groups.Single(g => g.Any(i => i.Uuid.ToString() == uuid))).First(i => i.Decision is not null).Uuid.ToString();

    private static IEnumerable<Candidate> InOrderOfStanding(List<Candidate> group) =>
        group.OrderBy(i => i.Withdrawn).ThenByDescending(i => i.MadeOnCloud).ThenBy(i => i.OccurredAt).ThenBy(i => i.Uuid.ToString(), StringComparer.Ordinal);

    private sealed record PlainDistance(bool Near, decimal Apart, string First, string Second);

    private sealed record PlainPair(string? SaidBy, decimal Apart, string Lower, string Higher, string? First, string? Second)
    {
        public string Distance => Apart == decimal.MaxValue ? "" : FormattableString.Invariant($"{Apart:0.000}");

        public string Figures => $"{Distance} ({First}; {Second})";
    }
}
