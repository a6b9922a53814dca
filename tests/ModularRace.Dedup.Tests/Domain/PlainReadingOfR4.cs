using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>
/// R4 read plainly from design.md, slowly and without looking at the rule's code: every pair of incidents, every pair of
/// their observations, lists of lists. What the rule says must be what this says.
/// </summary>
internal static class PlainReadingOfR4
{
    public static (string Groups, string Clashes) Of(IReadOnlyList<Candidate> incidents, IReadOnlyList<Said> said)
    {
        var near = new List<(bool ByPerson, decimal Apart, string Lower, string Higher)>();
        foreach (var a in incidents)
            foreach (var b in incidents)
            {
                if (string.CompareOrdinal(a.Uuid.ToString(), b.Uuid.ToString()) >= 0) continue;
                if (!a.TakesPart || !b.TakesPart) continue;
                decimal? nearest = null, any = null;
                foreach (var x in a.Observations)
                    foreach (var y in b.Observations)
                    {
                        var apart = Math.Abs((decimal)(x.At - y.At).TotalMilliseconds) / 1000m;
                        if (any is null || apart < any) any = apart;
                        if (x.Bib is null || y.Bib is null || x.Location is null || y.Location is null) continue;
                        if (x.UncertaintyMs is null || y.UncertaintyMs is null || x.UncertaintyMs > 30_000 || y.UncertaintyMs > 30_000) continue;
                        if (x.Race != y.Race || x.Location != y.Location || x.Bib != y.Bib) continue;
                        if (apart <= 30.000m && (nearest is null || apart < nearest)) nearest = apart;
                    }

                var together = said.Any(s => s.Together && s.Lower == a.Uuid && s.Higher == b.Uuid);
                if (nearest is not null) near.Add((together, nearest.Value, a.Uuid.ToString(), b.Uuid.ToString()));
                else if (together) near.Add((true, any ?? decimal.MaxValue, a.Uuid.ToString(), b.Uuid.ToString()));
            }

        var apartPairs = said.Where(s => !s.Together).Select(s => s.Lower + " " + s.Higher).ToHashSet();
        var groups = incidents.Select(i => new List<Candidate> { i }).ToList();
        var refused = new List<(string, string)>();
        foreach (var pair in near.OrderByDescending(p => p.ByPerson).ThenBy(p => p.Apart).ThenBy(p => p.Lower, StringComparer.Ordinal).ThenBy(p => p.Higher, StringComparer.Ordinal))
        {
            var one = groups.Single(g => g.Any(i => i.Uuid.ToString() == pair.Lower));
            var other = groups.Single(g => g.Any(i => i.Uuid.ToString() == pair.Higher));
            if (one == other) continue;
            if (apartPairs.Contains(pair.Lower + " " + pair.Higher)) continue;
            if (one.Concat(other).Select(i => i.Decision).Where(d => d is not null).Distinct().Count() > 1)
            {
                refused.Add((pair.Lower, pair.Higher));
                continue;
            }

            var wouldUniteApart = one.Any(x => other.Any(y => apartPairs.Contains(x.Uuid + " " + y.Uuid) || apartPairs.Contains(y.Uuid + " " + x.Uuid)));
            if (wouldUniteApart) continue;
            one.AddRange(other);
            groups.Remove(other);
        }

        var text = groups.Select(g =>
        {
            var stands = InOrderOfStanding(g).First();
            return stands.Uuid + ": " + string.Join(",", g.Select(i => i.Uuid.ToString()).Order(StringComparer.Ordinal));
        }).Order(StringComparer.Ordinal);
        var clashes = refused.Select(r =>
        {
            var pair = new[] { r.Item1, r.Item2 }
                .Select(u => groups.Single(g => g.Any(i => i.Uuid.ToString() == u)))
                .Select(g => InOrderOfStanding(g).First(i => i.Decision is not null).Uuid.ToString())
                .Order(StringComparer.Ordinal);
            return string.Join(" against ", pair);
        }).Distinct().Order(StringComparer.Ordinal);
        return (string.Join("; ", text), string.Join("; ", clashes));
    }

    private static IEnumerable<Candidate> InOrderOfStanding(List<Candidate> group) =>
        group.OrderBy(i => i.Withdrawn).ThenByDescending(i => i.MadeOnCloud).ThenBy(i => i.OccurredAt).ThenBy(i => i.Uuid.ToString(), StringComparer.Ordinal);
}
