using System.Text.Json.Nodes;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.Review;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>R15: who reviews one competition sees the conflicts of that one.</summary>
public sealed class ReviewAccessTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task The_jury_of_one_competition_sees_its_conflicts_only_though_it_may_look_at_all_competitions()
    {
        var (mine, other) = (Uuids.New(cloud.Time), Uuids.New(cloud.Time));
        await RaiseAsync(mine);
        await RaiseAsync(other);
        var jury = new Actor("Jorid Jury", [new RoleGrant(Roles.Viewer, null), new RoleGrant(Roles.JuryPresident, mine)]);

        Assert.Equal(mine, Assert.Single((await ListAsync(jury)).Items).CompetitionUuid);
        Assert.Equal(2, (await ListAsync(ModuleHost.Person("Jana Jury", Roles.JuryPresident))).Items.Count);
        Assert.Empty((await ListAsync(ModuleHost.Person("Runa Referee", Roles.Referee, mine, other))).Items);
    }

    private Task<Page<ConflictView>> ListAsync(Actor actor) => cloud.Send(new ListConflicts("pending", new PageRequest(null, null)), actor);

    /// <summary>Two devices say different things of one incident, and neither had seen the other's.</summary>
    private async Task RaiseAsync(Guid competition)
    {
        var (device, another) = (Uuids.New(cloud.Time), Uuids.New(cloud.Time));
        SideEdit Says(Guid by, string description) =>
            new(by.ToString(), 1, new JsonObject { ["description"] = description }, null, 0, 1, new Dictionary<string, long>(StringComparer.Ordinal));
        var judged = await cloud.Send(new JudgeRecords(
        [
            new RecordSides(RecordTypes.Incident, Uuids.New(cloud.Time), competition, null, device.ToString(), null, null, [Says(device, "One ski"), Says(another, "Two skis")], device, "Pi Start"),
        ]));
        Assert.NotNull(Assert.Single(judged).ConflictUuid);
    }
}
