using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Suggesting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>R5: near misses are suggested with their reason, to merge or to dismiss, and are never counted as conflicts.</summary>
public sealed class SuggestionsTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Theory]
    [InlineData(30.001, "they are more than 30 s apart")]
    [InlineData(120, "they are more than 30 s apart")]
    [InlineData(30, null)]
    [InlineData(120.001, null)]
    public async Task Two_of_one_bib_that_the_rule_did_not_join_are_suggested_within_two_minutes(double apart, string? why)
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(apart));
        var listed = await ListAsync(scene);
        if (why is null)
        {
            Assert.Empty(listed);
            return;
        }

        var suggestion = Assert.Single(listed);
        Assert.Equal(new HashSet<Guid> { a, b }, suggestion.IncidentUuids.ToHashSet());
        Assert.Equal((42, (decimal)apart, scene.Race), (suggestion.BibNumber, suggestion.SecondsApart, suggestion.RaceUuid));
        Assert.EndsWith($". Not joined: {why}", suggestion.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Bib 42 at Gate 3: two reports ", suggestion.Reason, StringComparison.Ordinal);
        Assert.Empty((await cloud.Send(new ListConflicts(null, new PageRequest(null, null), scene.Competition))).Items);
    }

    [Fact]
    public async Task What_is_at_another_place_at_none_or_by_an_unknown_clock_is_suggested_with_that_reason()
    {
        var scene = await Scene.Of(cloud);
        var gate = await scene.Place("Gate 4");
        await scene.Incident(0);
        await scene.Incident([5], place: gate);
        Assert.EndsWith("two reports 5 s apart (08:30:00 at Gate 3 by Ines; 08:30:05 at Gate 4 by Ines). Not joined: they are at different places", Assert.Single(await ListAsync(scene)).Reason, StringComparison.Ordinal);

        var unknown = await Scene.Of(cloud);
        await unknown.Incident(0);
        await unknown.Incident([7], uncertaintyMs: 30_001);
        Assert.EndsWith("Not joined: the clock is not known well enough", Assert.Single(await ListAsync(unknown)).Reason, StringComparison.Ordinal);

        var nowhere = await Scene.Of(cloud);
        await nowhere.Incident(0);
        await nowhere.Incident([7], place: Guid.Empty);
        Assert.EndsWith("Not joined: no place was given", Assert.Single(await ListAsync(nowhere)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_merged_is_one_incident_and_one_that_is_dismissed_never_comes_again()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(40));
        var first = Assert.Single(await ListAsync(scene));
        Assert.Equal(1, (await scene.Send(new CountWaiting())).Suggestions);
        var merged = await scene.Send(new SettleSuggestion("merge", "Same gate") { SuggestionUuid = first.ClientUuid });
        Assert.Equal(("merged", "Vera Var (var_operator, cloud)"), (merged.Outcome, merged.SettledBy));
        Assert.Equal("a b", await scene.Groups(a, b));
        Assert.Equal(merged, await scene.Send(new SettleSuggestion("merge") { SuggestionUuid = first.ClientUuid }) with { IncidentUuids = merged.IncidentUuids, Times = merged.Times });
        await scene.Refused(new SettleSuggestion("dismiss") { SuggestionUuid = first.ClientUuid }, 409, "already_settled");

        // Undone, it is told apart: the machine does not come back to it.
        var merge = Assert.Single((await scene.Send(new ListMerges(scene.Competition, new PageRequest(null, null)))).Items);
        await scene.Send(new UndoMerge(merge.ClientUuid));
        Assert.Equal("a | b", await scene.Groups(a, b));
        Assert.Empty(await ListAsync(scene));

        var other = await Scene.Of(cloud);
        var (c, d) = (await other.Incident(0), await other.Incident(40));
        var second = Assert.Single(await ListAsync(other));
        Assert.Equal("dismissed", (await other.Send(new SettleSuggestion("dismiss", "Two laps") { SuggestionUuid = second.ClientUuid })).Outcome);
        Assert.Empty(await ListAsync(other));
        Assert.Equal(0, (await other.Send(new CountWaiting())).Suggestions);
        Assert.Equal("a | b", await other.Groups(c, d));
        Assert.Equal(["apart"], await cloud.Sql.QueryAsync<string>($"SELECT kind FROM dedup.groupings WHERE race_uuid = '{other.Race}'"));
    }

    [Fact]
    public async Task Two_people_who_settle_one_at_once_say_it_once()
    {
        var scene = await Scene.Of(cloud);
        await scene.Incident(0);
        await scene.Incident(40);
        var suggestion = Assert.Single(await ListAsync(scene));
        var settled = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scene.Send(new SettleSuggestion("dismiss") { SuggestionUuid = suggestion.ClientUuid })));
        Assert.All(settled, s => Assert.Equal("dismissed", s.Outcome));
        Assert.Equal([1L], await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM dedup.groupings WHERE race_uuid = '{scene.Race}'"));
    }

    [Fact]
    public async Task What_would_put_together_what_was_told_apart_is_suggested_and_what_is_a_conflict_is_not()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(20));
        await scene.Send(new SplitIncident([b]) { IncidentUuid = a });
        Assert.Empty(await ListAsync(scene));
        // It lies near both; with the nearer it is joined, and with it it would join the other.
        var bridge = await scene.Incident(8);
        Assert.Equal("a c | b", await scene.Groups(a, b, bridge));
        Assert.EndsWith("Not joined: joining them would put together what a person told apart", Assert.Single(await ListAsync(scene)).Reason, StringComparison.Ordinal);

        var decided = await Scene.Of(cloud);
        await decided.Incident(0, "P1");
        await decided.Incident(10, "P2");
        Assert.Empty(await ListAsync(decided));
        Assert.Single((await cloud.Send(new ListConflicts("pending", new PageRequest(null, null), decided.Competition))).Items);
    }

    [Fact]
    public async Task A_suggestion_goes_when_a_correction_joins_the_two_or_takes_them_away_from_each_other()
    {
        var scene = await Scene.Of(cloud);
        await scene.Incident(0);
        var b = await scene.Incident(40);
        var suggestion = Assert.Single(await ListAsync(scene));
        await scene.Move(b, 45);
        var moved = Assert.Single(await ListAsync(scene));
        Assert.Equal((suggestion.ClientUuid, 45m), (moved.ClientUuid, moved.SecondsApart));
        await scene.Move(b, 29);
        Assert.Empty(await ListAsync(scene));
        await scene.Move(b, 50);
        Assert.NotEqual(suggestion.ClientUuid, Assert.Single(await ListAsync(scene)).ClientUuid);
        await scene.Move(b, 500);
        Assert.Empty(await ListAsync(scene));
        await scene.Refused(new SettleSuggestion("merge") { SuggestionUuid = suggestion.ClientUuid }, 409, "already_settled");
    }

    [Fact]
    public async Task They_are_listed_in_pages_to_those_who_may_merge_there()
    {
        var scene = await Scene.Of(cloud);
        for (var i = 0; i < 4; i++) await scene.Incident(i * 100);
        var first = await scene.Send(new ListSuggestions(scene.Competition, new PageRequest(2, null)));
        var rest = await scene.Send(new ListSuggestions(scene.Competition, new PageRequest(2, first.NextCursor)));
        Assert.Equal(3, first.Items.Concat(rest.Items).DistinctBy(s => s.ClientUuid).Count());
        Assert.Null(rest.NextCursor);

        var elsewhere = await Scene.Of(cloud);
        Assert.Empty((await elsewhere.Send(new ListSuggestions(null, new PageRequest(null, null)))).Items);
        await elsewhere.Refused(new ListSuggestions(scene.Competition, new PageRequest(null, null)), 403, "forbidden");
        await elsewhere.Refused(new SettleSuggestion("merge") { SuggestionUuid = first.Items[0].ClientUuid }, 404, "not_found");
        await scene.Refused(new SettleSuggestion("keep") { SuggestionUuid = first.Items[0].ClientUuid }, 400, "validation_failed");
        await scene.Refused(new SettleSuggestion("merge") { SuggestionUuid = first.Items[0].ClientUuid }, 404, "not_found", scene.Referee);
        Assert.Null((await scene.Send(new CountWaiting(), scene.Referee)).Suggestions);
        Assert.Equal((null, 3), ((await scene.Send(new CountWaiting())) is var waiting ? (waiting.Conflicts, waiting.Suggestions!.Value) : default));
        Assert.Equal((0, 3), ((await scene.Send(new CountWaiting(), scene.Jury)) is var jury ? (jury.Conflicts!.Value, jury.Suggestions!.Value) : default));
    }

    private static async Task<IReadOnlyList<SuggestionView>> ListAsync(Scene scene) => (await scene.Send(new ListSuggestions(scene.Competition, new PageRequest(null, null)))).Items;
}
