using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Replaying;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>Another window is tried over what was, and nothing is changed by it.</summary>
public sealed class ReplayTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task A_wider_window_tells_what_it_would_join_and_a_narrower_what_it_would_part()
    {
        var scene = await Scene.Of(cloud);
        var (a, b, c) = (await scene.Incident(0), await scene.Incident(18), await scene.Incident(63));
        var alone = await scene.Incident(600);
        var before = await scene.Groups(a, b, c, alone);

        var same = await scene.Send(new ReplayRule(scene.Competition, 30_000));
        Assert.Equal((4, 3, 3), (same.Incidents, same.StandingNow, same.StandingThen));
        Assert.Empty(same.Changes);

        // 18 and 63 lie 45 s apart, to the millisecond.
        Assert.Empty((await scene.Send(new ReplayRule(scene.Competition, 44_999))).Changes);
        var wider = await scene.Send(new ReplayRule(scene.Competition, 45_000));
        Assert.Equal((3, 2), (wider.StandingNow, wider.StandingThen));
        var joined = Assert.Single(wider.Changes);
        Assert.Equal(["2", "1"], joined.Now.Select(g => $"{g.Count}").OrderDescending(StringComparer.Ordinal));
        Assert.Equal(new HashSet<Guid> { a, b, c }, Assert.Single(joined.Then).ToHashSet());
        var reason = Assert.Single(joined.Reasons);
        Assert.StartsWith("Bib 42 at Gate 3: two reports 45 s apart (", reason, StringComparison.Ordinal);
        Assert.EndsWith("they would be one incident", reason, StringComparison.Ordinal);

        var parted = Assert.Single((await scene.Send(new ReplayRule(scene.Competition, 17_999))).Changes);
        Assert.Equal((1, 2), (parted.Now.Count, parted.Then.Count));
        Assert.EndsWith("they would be two incidents", Assert.Single(parted.Reasons), StringComparison.Ordinal);

        Assert.Equal(before, await scene.Groups(a, b, c, alone));
        Assert.Single((await scene.Send(new ListMerges(scene.Competition, new PageRequest(null, null)))).Items);
    }

    [Fact]
    public async Task What_people_said_and_decided_holds_whatever_the_window()
    {
        var scene = await Scene.Of(cloud);
        await scene.Incident(0, "P1");
        await scene.Incident(40, "P2");
        Assert.Empty((await scene.Send(new ReplayRule(scene.Competition, 300_000))).Changes);
    }

    [Fact]
    public async Task It_is_for_those_who_merge_and_a_window_has_bounds()
    {
        var scene = await Scene.Of(cloud);
        await scene.Refused(new ReplayRule(scene.Competition, 1000), 403, "forbidden", scene.Referee);
        await scene.Refused(new ReplayRule(scene.Competition, 300_001), 400, "validation_failed");
        await scene.Refused(new ReplayRule(scene.Competition, -1), 400, "validation_failed");
        await scene.Refused(new ReplayRule(scene.NewUuid(), 1000), 403, "forbidden");
    }
}
