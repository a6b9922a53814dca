using CsCheck;
using ModularRace.Dedup.Domain;

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
        from uncertainty in OneOf<long?>(0, 40, 500, 30_000, 30_001, null)
        select new Observation(race, place, bib, Start.AddMilliseconds(ms), uncertainty, null, Start);

    private static readonly Gen<Candidate> Candidates =
        from seen in Observations.Array[0, 3]
        from own in Milliseconds
        from cloud in Gen.Bool
        from decision in OneOf<string?>(null, null, null, null, null, null, "penalty_applied P1", "penalty_applied P2", "no_action ")
        from takesPart in OneOf(true, true, true, true, true, true, true, false)
        select new Candidate(Guid.Empty, cloud, Start.AddMilliseconds(own), decision, takesPart, seen.Length == 0 && decision is null, seen);

    private static readonly Gen<(Candidate[] Incidents, Said[] Said)> Scenes =
        from incidents in Candidates.Array[1, 9]
        from ids in Gen.Shuffle(Enumerable.Range(1, 9).ToArray())
        from words in Gen.Select(Gen.Int[0, 8], Gen.Int[0, 8], Gen.Bool).Array[0, 6]
        let named = incidents.Select((c, i) => c with { Uuid = Uuid(ids[i]) }).ToArray()
        let said = words
            .Where(w => w.Item1 != w.Item2 && w.Item1 < named.Length && w.Item2 < named.Length)
            .Select(w => (Pair: DuplicateRule.Ordered(named[w.Item1].Uuid, named[w.Item2].Uuid), Together: w.Item3))
            .DistinctBy(w => w.Pair)
            .Select(w => new Said(w.Pair.Lower, w.Pair.Higher, w.Together, "VAR 2"))
            .ToArray()
        select (named, said);

    [Fact]
    public void The_groups_are_those_of_a_plain_reading_of_R4() =>
        Scenes.Sample(scene =>
        {
            var groups = DuplicateRule.Group(scene.Incidents, scene.Said);
            var (expectedGroups, expectedClashes) = PlainReadingOfR4.Of(scene.Incidents, scene.Said);
            Assert.Equal(expectedGroups, Text(groups));
            Assert.Equal(expectedClashes, string.Join("; ", groups.Clashes.Select(c => $"{c.Lower} against {c.Higher}").Order(StringComparer.Ordinal)));
        }, iter: 20_000, threads: 1);

    [Fact]
    public void The_order_in_which_incidents_are_given_plays_no_part() =>
        Gen.Select(Scenes, Gen.Int).Sample((scene, seed) =>
        {
            var random = new Random(seed);
            var expected = Digest(DuplicateRule.Group(scene.Incidents, scene.Said));
            for (var i = 0; i < 6; i++)
            {
                random.Shuffle(scene.Incidents);
                random.Shuffle(scene.Said);
                foreach (var incident in scene.Incidents) random.Shuffle((Observation[])incident.Observations);
                Assert.Equal(expected, Digest(DuplicateRule.Group(scene.Incidents, scene.Said)));
            }
        }, iter: 5_000, threads: 1);

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

    private static string Text(Groups groups) => string.Join("; ", groups.StandsFor.GroupBy(s => s.Value)
        .Select(g => g.Key + ": " + string.Join(",", g.Select(s => s.Key.ToString()).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));

    private static string Digest(Groups groups) =>
        Text(groups) + " | " + string.Join("; ", groups.Joins.Select(j => $"{j.Lower}-{j.Higher} {j.Apart}"))
        + " | " + string.Join("; ", groups.Clashes.Select(c => $"{c.Lower}-{c.Higher}").Order(StringComparer.Ordinal))
        + " | " + string.Join("; ", groups.NearMisses.Select(m => $"{m.Lower}-{m.Higher}"));
}
