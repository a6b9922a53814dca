using System.Security.Cryptography;
using CsCheck;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Tests.Domain;

public sealed class DuplicateRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);
    private static readonly Guid Race = Uuid(9000), OtherRace = Uuid(9001), Gate = Uuid(9100), Finish = Uuid(9101);

    // Times that matter: the window's edge to the millisecond, bucket borders, and a chain's links.
    private static readonly Gen<int> Milliseconds = Gen.OneOf(
        OneOf(0, 1, 999, 15_000, 29_000, 29_999, 30_000, 30_001, 31_000, 45_000, 59_999, 60_000, 60_001, 75_000, 90_000), Gen.Int[0, 120_000]);

    private static readonly Gen<Observation> Observations =
        from ms in Milliseconds
        from bib in OneOf<int?>(42, 42, 42, 42, 43, null)
        from place in OneOf<Guid?>(Gate, Gate, Gate, Gate, Finish, null)
        from race in OneOf(Race, Race, Race, Race, Race, OtherRace)
        from uncertainty in OneOf<long?>(0, 40, 40, 500, 30_000, 30_001, -1, null)
        from who in OneOf(null, "Ines", "VAR 2")
        from corrected in OneOf(0, 0, 47_000, -47_000)
        select new Observation(race, place, bib, Start.AddMilliseconds(ms), uncertainty, who, Start.AddMilliseconds(ms - corrected));

    private static readonly Gen<Candidate> Candidates =
        from seen in Observations.Array[0, 3]
        from own in Milliseconds
        from cloud in Gen.Bool
        from decision in OneOf<string?>(null, null, null, null, null, null, "penalty_applied P1", "penalty_applied P2", "no_action ")
        from takesPart in OneOf(true, true, true, true, true, true, true, false)
        select new Candidate(Guid.Empty, cloud, Start.AddMilliseconds(own), decision, takesPart, seen.Length == 0 && decision is null, seen);

    /// <summary>What people said: of pairs, and apart for every pair across two sides, which is how a merge is undone (R5). Times and UUIDs of words meet.</summary>
    private static readonly Gen<GroupingRow[]> Words =
        from said in Gen.Select(Gen.Int[0, 8], Gen.Int[0, 8], Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 6]
        from ids in Gen.Shuffle(Enumerable.Range(1, 100).ToArray())
        let pairs = said.SelectMany(w => w.Item3 == 3
            ? from left in new[] { w.Item1, w.Item2 } from right in Enumerable.Range(0, 4).Except([w.Item1, w.Item2]) select (One: left, Other: right, Kind: "apart", At: w.Item4)
            : [(One: w.Item1, Other: w.Item2, Kind: w.Item3 == 0 ? "apart" : "together", At: w.Item4)])
        select pairs.Where(p => p.One != p.Other).Select((p, i) => Word(ids[i], p.One + 1, p.Other + 1, p.Kind, p.At)).ToArray();

    private static readonly Gen<(Candidate[] Incidents, GroupingRow[] Words)> Scenes =
        from size in OneOf(1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7, 8, 9)
        from incidents in Candidates.Array[size]
        from ids in Gen.Shuffle(Enumerable.Range(1, 9).ToArray())
        from words in Words
        let named = incidents.Select((c, i) => c with { Uuid = Uuid(ids[i]) }).ToArray()
        let here = named.Select(c => c.Uuid).ToHashSet()
        select (named, words.Where(w => here.Contains(w.LowerUuid) && here.Contains(w.HigherUuid)).ToArray());

    [Fact]
    public void Whatever_the_order_the_groups_are_those_of_a_plain_reading_of_R4_to_the_last_figure() =>
        Gen.Select(Scenes, Gen.Int).Sample((scene, seed) =>
        {
            var random = new Random(seed);
            var (incidents, words) = (scene.Incidents, scene.Words);
            var (groups, joins, clashes, misses) = PlainReadingOfR4.Of(incidents, PlainlySaid(words));
            var expected = $"{groups} | {joins} | {string.Join("; ", clashes.Select(c => $"{c.Between} {c.Figures}"))} | {misses}";
            Assert.Equal(expected, Told(DuplicateRule.Group(incidents, Holding(words))));

            // The plain reading is slow, so that the orders are held against a digest of what it was shown to be.
            var digest = Digest(DuplicateRule.Group(incidents, Holding(words)));
            foreach (var order in incidents.Length <= 6 ? Orders.All(incidents) : Orders.Some(incidents, 100, random))
            {
                random.Shuffle(words);
                foreach (var incident in order) random.Shuffle((Observation[])incident.Observations);
                Assert.True(digest.AsSpan().SequenceEqual(Digest(DuplicateRule.Group(order, Holding(words)))), "In another order something else comes out");
            }
        }, iter: 10_000, threads: 1);

    [Theory]
    [InlineData(29_999, true)]
    [InlineData(30_000, true)]
    [InlineData(30_001, false)]
    public void Thirty_seconds_are_inclusive_to_the_millisecond(int apart, bool one)
    {
        var groups = DuplicateRule.Group([Seen(1, 0), Seen(2, apart)], []);
        Assert.Equal(one, groups.StandsFor[Uuid(2)] == groups.StandsFor[Uuid(1)]);
    }

    [Fact]
    public void Two_reports_in_different_buckets_meet()
    {
        var (first, second) = (Seen(1, 29_000), Seen(2, 31_000));
        Assert.NotEqual(Fingerprint.Bucket(first.OccurredAt), Fingerprint.Bucket(second.OccurredAt));
        Assert.Equal(Uuid(1), DuplicateRule.Group([first, second], []).StandsFor[Uuid(2)]);
    }

    [Fact]
    public void A_third_report_bridges_two_that_are_too_far_apart()
    {
        var groups = DuplicateRule.Group([Seen(1, 0), Seen(2, 50_000), Seen(3, 25_000)], []);
        Assert.All(groups.StandsFor.Values, stands => Assert.Equal(Uuid(1), stands));
    }

    [Fact]
    public void What_was_made_on_the_cloud_stands_before_what_a_device_made_earlier()
    {
        var groups = DuplicateRule.Group([Seen(1, 0), Seen(2, 9_000) with { MadeOnCloud = true }], []);
        Assert.Equal(Uuid(2), groups.StandsFor[Uuid(1)]);
    }

    [Fact]
    public void Different_decisions_are_never_put_into_one_group_and_are_told()
    {
        var groups = DuplicateRule.Group([Seen(1, 0, "penalty_applied P1"), Seen(2, 9_000, "penalty_applied P2"), Seen(3, 3_000)], []);
        Assert.NotEqual(groups.StandsFor[Uuid(1)], groups.StandsFor[Uuid(2)]);
        Assert.Equal(groups.StandsFor[Uuid(1)], groups.StandsFor[Uuid(3)]);
        var clash = Assert.Single(groups.Clashes);
        Assert.Equal((Uuid(1), Uuid(2)), (clash.Lower, clash.Higher));
    }

    [Fact]
    public void A_pair_told_apart_is_not_merged_and_not_bridged()
    {
        var groups = DuplicateRule.Group([Seen(1, 0), Seen(2, 10_000), Seen(3, 6_000)], [new Said(Uuid(1), Uuid(2), Together: false, "VAR 2")]);
        Assert.Equal(groups.StandsFor[Uuid(2)], groups.StandsFor[Uuid(3)]);
        Assert.NotEqual(groups.StandsFor[Uuid(1)], groups.StandsFor[Uuid(2)]);
        Assert.Equal((Uuid(1), Uuid(3)), Assert.Single(groups.NearMisses.Select(m => (m.Lower, m.Higher))));
    }

    [Fact]
    public void People_put_together_what_the_rule_would_not()
    {
        var groups = DuplicateRule.Group([Seen(1, 0), Seen(2, 600_000)], [new Said(Uuid(1), Uuid(2), Together: true, "VAR 2")]);
        Assert.Equal(Uuid(1), groups.StandsFor[Uuid(2)]);
        Assert.Equal("VAR 2", Assert.Single(groups.Joins).SaidBy);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Candidate Seen(int id, int ms, string? decision = null) =>
        new(Uuid(id), false, Start.AddMilliseconds(ms), decision, true, false, [new Observation(Race, Gate, 42, Start.AddMilliseconds(ms), 40, null, Start)]);

    private static Guid Uuid(int id) => Guid.Parse($"01980000-0000-7000-8000-{id:D12}");

    private static GroupingRow Word(int id, int one, int other, string kind, int at)
    {
        var (lower, higher) = DuplicateRule.Ordered(Uuid(one), Uuid(other));
        return new GroupingRow
        {
            ClientUuid = Uuid(8000 + id), Kind = kind, LowerUuid = lower, HigherUuid = higher, CompetitionUuid = Guid.Empty, RaceUuid = Race,
            SaidAtDevice = Start, SaidAt = Start.AddMilliseconds(at), SaidBy = $"VAR {id}", Revision = "", Origin = "cloud", CreatedAt = Start,
        };
    }

    /// <summary>As the words arrive.</summary>
    private static List<Said> Holding(GroupingRow[] words)
    {
        var holding = new Dictionary<(Guid, Guid), GroupingRow>();
        foreach (var word in words)
            if (!holding.TryGetValue((word.LowerUuid, word.HigherUuid), out var known) || word.HoldsOver(known)) holding[(word.LowerUuid, word.HigherUuid)] = word;
        return [.. holding.Values.Select(w => new Said(w.LowerUuid, w.HigherUuid, w.Kind == "together", w.SaidBy))];
    }

    /// <summary>R5: for a pair the latest in corrected time holds, then the higher UUID.</summary>
    private static List<Said> PlainlySaid(GroupingRow[] words) =>
    [
        .. words.GroupBy(w => $"{w.LowerUuid} {w.HigherUuid}").Select(g => g.OrderBy(w => w.SaidAt).ThenBy(w => w.ClientUuid.ToString(), StringComparer.Ordinal).Last())
            .Select(w => new Said(w.LowerUuid, w.HigherUuid, w.Kind == "together", w.SaidBy)),
    ];

    private static string Told(Groups groups)
    {
        var standing = groups.StandsFor.GroupBy(s => s.Value).Select(g => g.Key + ": " + string.Join(",", g.Select(s => s.Key.ToString()).Order(StringComparer.Ordinal)));
        var joins = groups.Joins.Select(j => $"{j.Lower}-{j.Higher} {Distance(j.Apart)} ({PlainReadingOfR4.Figures(j.First)}; {PlainReadingOfR4.Figures(j.Second)}) {j.SaidBy}");
        var clashes = groups.Clashes.Select(c => $"{c.Lower} against {c.Higher} {Distance(c.Apart)} ({PlainReadingOfR4.Figures(c.First)}; {PlainReadingOfR4.Figures(c.Second)})");
        var misses = groups.NearMisses.Select(m => $"{m.Lower}-{m.Higher} {Distance(m.Apart)}");
        return $"{string.Join("; ", standing.Order(StringComparer.Ordinal))} | {string.Join("; ", joins)} | {string.Join("; ", clashes.Order(StringComparer.Ordinal))} | {string.Join("; ", misses)}";
    }

    private static string Distance(TimeSpan? apart) => apart is { } span ? FormattableString.Invariant($"{span.TotalSeconds:0.000}") : "";

    /// <summary>SHA-256 over all that the rule says, in binary: who stands for whom, the pairs in their order, and each figure of their reasons.</summary>
    private static byte[] Digest(Groups groups)
    {
        using var all = new MemoryStream();
        using var writer = new BinaryWriter(all);
        foreach (var (incident, standsFor) in groups.StandsFor.OrderBy(s => s.Key)) Write(incident, standsFor);
        foreach (var j in groups.Joins)
        {
            Write(j.Lower, j.Higher);
            writer.Write(j.SaidBy ?? "");
            Figures(j.Apart, j.First, j.Second);
        }

        foreach (var c in groups.Clashes)
        {
            Write(c.Lower, c.Higher);
            Figures(c.Apart, c.First, c.Second);
        }

        foreach (var m in groups.NearMisses)
        {
            Write(m.Lower, m.Higher);
            Figures(m.Apart, null, null);
        }

        return SHA256.HashData(all.GetBuffer().AsSpan(0, (int)all.Length));

        void Write(Guid one, Guid other)
        {
            writer.Write(one.ToByteArray());
            writer.Write(other.ToByteArray());
        }

        void Figures(TimeSpan? apart, Observation? first, Observation? second)
        {
            writer.Write(apart?.Ticks ?? -1);
            foreach (var seen in new[] { first, second })
            {
                if (seen is null) continue;
                Write(seen.Race, seen.Location ?? Guid.Empty);
                writer.Write(seen.Bib ?? 0);
                writer.Write(seen.At.Ticks);
                writer.Write(seen.OwnTime.Ticks);
                writer.Write(seen.UncertaintyMs ?? -2);
                writer.Write(seen.By ?? "");
            }
        }
    }
}
