using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Locations;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Tests;

public sealed class CloudWithAnIncidentAtTheFinish : CloudModules
{
    protected override void Configure(IServiceCollection services) => services.AddScoped<INotificationHandler<ReferenceLeaving>, AtTheFinish>();

    private sealed class AtTheFinish(IMediator mediator) : INotificationHandler<ReferenceLeaving>
    {
        public async Task Handle(ReferenceLeaving notification, CancellationToken cancellationToken)
        {
            foreach (var location in await mediator.Send(new FindLocations(notification.LocationUuids), cancellationToken))
                if (location.Name == "Finish") notification.InUse.Add(location.ClientUuid.ToString());
        }
    }
}

public sealed class ReferenceDataTests(CloudWithAnIncidentAtTheFinish cloud) : IClassFixture<CloudWithAnIncidentAtTheFinish>
{
    private static readonly PageRequest All = new(500, null);

    [Fact]
    public async Task Creating_with_the_same_uuid_again_finds_what_is_there()
    {
        var uuid = Guid.Parse("0190a000-0000-7000-8000-000000000001");
        var first = await cloud.CompetitionAsync(uuid);
        var again = await cloud.Send(new CreateCompetition
        {
            ClientUuid = uuid, Name = "Another name", Country = "ITA", StartDate = new(2026, 2, 8), EndDate = new(2026, 2, 8), TimeZone = "Europe/Rome",
        });
        Assert.False(again.Created);
        Assert.Equal(first, again.Value);
    }

    [Fact]
    public async Task An_edit_raises_the_revision_and_the_same_edit_again_does_not()
    {
        var made = await cloud.CompetitionAsync();
        var edit = new ChangeCompetition
        {
            CompetitionUuid = made.ClientUuid, Name = "Val Prova Cup ❄", City = "Prova", Country = "ITA", StartDate = made.StartDate, EndDate = made.EndDate,
            TimeZone = "Europe/Rome", IfMatch = $"\"{made.Revision}\"",
        };
        var changed = await cloud.Send(edit);
        Assert.NotEqual(made.Revision, changed.Revision);
        Assert.Equal("Val Prova Cup ❄", changed.Name);
        Assert.Equal("stale_revision", (await Assert.ThrowsAsync<Problem>(() => cloud.Send(edit))).Code);
        Assert.Equal(changed, await cloud.Send(edit with { IfMatch = null }));
        Assert.Equal(changed, await cloud.Send(new ReadCompetition(made.ClientUuid)));
    }

    [Fact]
    public async Task What_the_contract_does_not_take_is_refused_by_field()
    {
        var good = new CreateCompetition { Name = "Cup", Country = "ITA", StartDate = new(2026, 2, 8), EndDate = new(2026, 2, 8), TimeZone = "Europe/Rome" };
        var wrong = new Dictionary<string, CreateCompetition>
        {
            ["name"] = good with { Name = " " },
            ["country"] = good with { Country = "Italy" },
            ["end_date"] = good with { EndDate = new(2026, 2, 7) },
            ["time_zone"] = good with { TimeZone = "Rome" },
            ["webpage_url"] = good with { WebpageUrl = "javascript:alert(1)" },
            ["client_uuid"] = good with { ClientUuid = Guid.Empty },
            ["city"] = good with { City = new string('a', 201) },
            ["place"] = good with { Place = "a\u0000b" },
            ["start_date"] = good with { StartDate = null },
        };
        foreach (var (field, command) in wrong)
        {
            var problem = await Assert.ThrowsAsync<Problem>(() => cloud.Send(command));
            Assert.Equal((400, "validation_failed"), (problem.Status, problem.Code));
            Assert.Equal([field], problem.Errors!.Keys);
        }
    }

    [Theory]
    [InlineData("sprint")]
    [InlineData("individual")]
    [InlineData("vertical")]
    [InlineData("team")]
    [InlineData("mixed_relay")]
    public async Task A_new_race_gets_the_usual_locations_of_its_discipline(string discipline)
    {
        var race = await cloud.RaceAsync(discipline);
        var locations = (await cloud.Send(new ListLocations(race.ClientUuid, All))).Items;
        Assert.Equal("Start", locations[0].Name);
        Assert.Equal("Finish", locations[^1].Name);
        Assert.Equal(Enumerable.Range(1, locations.Count), locations.Select(l => l.Position!.Value));
        Assert.Equal(locations.Select(l => l.ClientUuid), (await cloud.Send(new FindLocationsOfRace(race.ClientUuid))).Select(l => l.ClientUuid));
    }

    [Fact]
    public async Task A_race_of_no_known_discipline_gets_none() =>
        Assert.Empty((await cloud.Send(new ListLocations((await cloud.RaceAsync("other")).ClientUuid, All))).Items);

    [Fact]
    public async Task A_location_that_an_incident_names_stays_and_another_leaves_a_tombstone()
    {
        var race = await cloud.RaceAsync();
        var locations = (await cloud.Send(new ListLocations(race.ClientUuid, All))).Items;
        var refused = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new DeleteLocation(locations[^1].ClientUuid)));
        Assert.Equal((409, "in_use"), (refused.Status, refused.Code));

        var deleted = await cloud.Send(new DeleteLocation(locations[0].ClientUuid));
        Assert.True(deleted.Deleted);
        Assert.Equal(deleted, await cloud.Send(new DeleteLocation(locations[0].ClientUuid)));
        Assert.DoesNotContain((await cloud.Send(new ListLocations(race.ClientUuid, All))).Items, l => l.ClientUuid == deleted.ClientUuid);
        Assert.True(Assert.Single(await cloud.Send(new FindLocations([deleted.ClientUuid]))).Deleted);
    }

    [Fact]
    public async Task Competitions_come_in_pages_latest_first_and_only_those_that_one_may_see()
    {
        var days = Enumerable.Range(0, 5).Select(i => new DateOnly(2030, 1, 1).AddDays(i / 2)).ToList();
        var made = new List<CompetitionView>();
        foreach (var day in days) made.Add(await cloud.CompetitionAsync(startDate: day));
        var actor = ModuleHost.Person("Vera", Roles.Viewer, [.. made.Select(c => c.ClientUuid)]);

        var seen = new List<CompetitionView>();
        string? cursor = null;
        do
        {
            var page = await cloud.Send(new ListCompetitions(new PageRequest(2, cursor)), actor);
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(made.OrderByDescending(c => c.StartDate).ThenByDescending(c => c.ClientUuid.ToString(), StringComparer.Ordinal).Select(c => c.ClientUuid), seen.Select(c => c.ClientUuid));
        var hidden = await cloud.CompetitionAsync();
        Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => cloud.Send(new ReadCompetition(hidden.ClientUuid), actor))).Status);
    }

    [Fact]
    public async Task Races_come_in_pages_by_position_time_and_name()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        await cloud.RaceAsync("other", competition, name: "C");
        await cloud.RaceAsync("other", competition, ModuleHost.Morning, "B");
        await cloud.RaceAsync("other", competition, ModuleHost.Morning, "A");
        await cloud.Send(new CreateRace { CompetitionUuid = competition, Name = "Z", Discipline = "other", Position = 1 });
        var first = await cloud.Send(new ListRaces(competition, new PageRequest(3, null)));
        var second = await cloud.Send(new ListRaces(competition, new PageRequest(3, first.NextCursor)));
        Assert.Equal(["Z", "A", "B", "C"], first.Items.Concat(second.Items).Select(r => r.Name));
        Assert.Equal(["Z", "A", "B", "C"], (await cloud.Send(new FindRacesOfCompetition(competition))).Select(r => r.Name));
    }

    [Fact]
    public async Task A_catalogue_is_what_the_list_says_and_survives_the_way_through_a_spreadsheet()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        CatalogueItem Item(string code, string? name = null) => new(null, code, null, name, null, "en", null, null);
        var first = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Item("A1", "=Time penalty"), Item("A2"), Item("A3")]));
        var second = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Item("A1", "=Time penalty"), Item("A3")]));
        Assert.Equal(["A1", "A3"], second.Items.Select(i => i.Code));
        Assert.Equal(first.Items[0].Revision, second.Items[0].Revision);

        var csv = CatalogueCsv.Write(second.Items, CatalogueKind.Penalties);
        Assert.Contains("'=Time penalty", csv, StringComparison.Ordinal);
        var back = CatalogueCsv.Read(System.Text.Encoding.UTF8.GetBytes(csv), CatalogueKind.Penalties);
        var third = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, back));
        Assert.Equal(second.Items, third.Items);
        Assert.Equal(second.Items, (await cloud.Send(new ReadCatalogue(competition, CatalogueKind.Penalties, All))).Items);
        Assert.Empty((await cloud.Send(new ReadCatalogue(competition, CatalogueKind.Phrases, All))).Items);
    }

    [Fact]
    public async Task A_summary_counts_what_a_competition_has()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        var race = await cloud.RaceAsync("vertical", competition);
        await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n2,Eva,Roth,AUT,F\n");
        var summary = Assert.Single(await cloud.Send(new FindCompetitions([competition])));
        Assert.Equal((1, 2, 2, 5), (summary.Races, summary.Athletes, summary.Bibs, summary.Locations));
        Assert.Contains(await cloud.Send(new FindCompetitions()), c => c.ClientUuid == competition);
    }
}
