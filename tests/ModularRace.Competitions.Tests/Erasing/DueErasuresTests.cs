using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Erasing;
using ModularRace.Competitions.Features.Erasing.OnServer;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Tests.Erasing;

/// <summary>Names go by themselves where an admin said so, and not a day earlier.</summary>
public sealed class DueErasuresTests(CloudModules modules) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task Names_go_so_many_days_after_the_end_where_that_was_said_and_only_there()
    {
        // Both end on 9 February.
        var (ruled, kept) = (await modules.CompetitionAsync(name: "Ruled Cup"), await modules.CompetitionAsync(name: "Kept Cup"));
        var (race, other) = (await modules.RaceAsync(competition: ruled.ClientUuid), await modules.RaceAsync(competition: kept.ClientUuid));
        await modules.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ida,Berg,NOR,F");
        await modules.ImportAsync(other.ClientUuid, $"{Arrange.Header}\n1,Uta,Tal,NOR,F");
        var none = await modules.Send(new ReadRetention(ruled.ClientUuid));
        Assert.Equal((null, null), (none.EraseNamesAfterDays, none.DueOn));
        var rule = await modules.Send(new SetRetention(ruled.ClientUuid, 30));
        Assert.Equal((30, new DateOnly(2026, 3, 11)), (rule.EraseNamesAfterDays, rule.DueOn));

        // 10 March at the venue, an hour before midnight.
        modules.Time.SetUtcNow(new DateTimeOffset(2026, 3, 10, 22, 0, 0, TimeSpan.Zero));
        await RunJobAsync();
        Assert.Equal("Ida Berg", await WearingAsync(race.ClientUuid));
        modules.Time.Advance(TimeSpan.FromHours(2));
        await RunJobAsync();
        Assert.Equal("Name erased", await WearingAsync(race.ClientUuid));
        Assert.Equal("Uta Tal", await WearingAsync(other.ClientUuid));
        var done = Assert.Single((await modules.Send(new ListErasures(ruled.ClientUuid, new PageRequest(null, null)))).Items);
        Assert.Equal(("everybody", "ModularRace (cloud)"), (done.Whose, done.MadeBy));

        // Once.
        await RunJobAsync();
        Assert.Single((await modules.Send(new ListErasures(ruled.ClientUuid, new PageRequest(null, null)))).Items);
        Assert.Null((await modules.Send(new ReadRetention(ruled.ClientUuid))).DueOn);
        await modules.Send(new SetRetention(ruled.ClientUuid, null));
        Assert.Null((await modules.Send(new ReadRetention(ruled.ClientUuid))).EraseNamesAfterDays);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3651)]
    public async Task A_rule_of_no_day_or_too_many_is_refused(int days)
    {
        var cup = await modules.CompetitionAsync(name: "Odd Cup");
        Assert.Equal(400, (await Assert.ThrowsAsync<Problem>(() => modules.Send(new SetRetention(cup.ClientUuid, days)))).Status);
    }

    [Fact]
    public async Task An_admin_of_another_competition_erases_nothing()
    {
        var cup = await modules.CompetitionAsync(name: "Own Cup", startDate: new DateOnly(2025, 2, 8));
        var stranger = ModuleHost.Person("Eve", Roles.Admin, Guid.Parse("0198f3a0-0000-7000-8000-0000000000aa"));
        foreach (var preview in (bool[])[true, false])
            Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => modules.Send(new EraseNames(cup.ClientUuid, null, null, "Own Cup", preview), stranger))).Status);
        Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => modules.Send(new SetRetention(cup.ClientUuid, 3), stranger))).Status);
    }

    private async Task<string> WearingAsync(Guid race) => (await modules.Send(new FindStartList(race)))[0].Names;

    private Task RunJobAsync() => modules.InScope(
        async scoped => await new EraseDueNamesJob(modules.Services.GetRequiredService<IServiceScopeFactory>(), scoped.GetRequiredService<IMediator>(), NullLogger<EraseDueNamesJob>.Instance).Execute(null!),
        Actor.System);
}
