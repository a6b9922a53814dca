using System.Text;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.StartLists;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Tests.StartLists;

/// <summary>A cloud in which bib 13 has an incident.</summary>
public sealed class CloudWithAnIncidentOfBib13 : CloudModules
{
    protected override void Configure(IServiceCollection services) => services.AddScoped<INotificationHandler<ReferenceLeaving>, Bib13>();

    private sealed class Bib13 : INotificationHandler<ReferenceLeaving>
    {
        public Task Handle(ReferenceLeaving notification, CancellationToken cancellationToken)
        {
            if (notification.Bibs.Contains(13)) notification.InUse.Add("13");
            return Task.CompletedTask;
        }
    }
}

public sealed class StartListTests(CloudWithAnIncidentOfBib13 cloud) : IClassFixture<CloudWithAnIncidentOfBib13>
{
    [Theory]
    [InlineData("50km-classic-men.csv", "individual", 1)]
    [InlineData("skiathlon-men.csv", "individual", 1)]
    [InlineData("team-sprint-men.csv", "team", 2)]
    public async Task The_lists_of_Tesero_2026_come_in_whole_and_with_their_diacritics(string name, string discipline, int athletesPerBib)
    {
        var file = await File.ReadAllBytesAsync(Checkout.PathOf("build", "example", "tesero-2026", name), TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(file);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        var race = await cloud.RaceAsync(discipline);

        var first = await cloud.Send(new ImportStartList(race.ClientUuid, file, null, false));
        var again = await cloud.Send(new ImportStartList(race.ClientUuid, file, "replace", false));

        Assert.Equal(lines.Count / athletesPerBib, first.Created);
        Assert.Equal(new StartListChanges(0, 0, first.Created, 0, 0), again);
        var list = await cloud.Send(new FindStartList(race.ClientUuid));
        Assert.All(list, bib => Assert.Equal(athletesPerBib, bib.Athletes.Count));
        Assert.All(list.SelectMany(b => b.Athletes), a => Assert.Contains($"{a.FirstName},{a.LastName},{a.Nation},{a.Gender}", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Merge_leaves_other_bibs_alone_and_replace_takes_them_off()
    {
        var race = await cloud.RaceAsync();
        await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n2,Eva,Roth,AUT,F\n3,Mia,Moser,SUI,F\n");

        var merged = await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header},heat\n2,Eva,Roth,AUT,F,4\n5,Lea,Blanc,FRA,F,4\n");
        Assert.Equal(new StartListChanges(1, 1, 0, 0, 1), merged);

        var preview = await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n6,Zoe,Neu,GER,F\n", "replace", preview: true);
        Assert.Equal(new StartListChanges(1, 0, 1, 3, 1), preview);
        Assert.Equal([1, 2, 3, 5], (await cloud.Send(new FindStartList(race.ClientUuid))).Select(b => b.BibNumber));

        Assert.Equal(preview, await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n6,Zoe,Neu,GER,F\n", "replace"));
        Assert.Equal([1, 6], (await cloud.Send(new FindStartList(race.ClientUuid))).Select(b => b.BibNumber));
    }

    [Fact]
    public async Task A_wrong_line_anywhere_imports_nothing()
    {
        var race = await cloud.RaceAsync();
        var problem = await Assert.ThrowsAsync<Problem>(() => cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n0,Eva,Roth,AUT,F\n"));
        Assert.Equal((400, "invalid_start_list"), (problem.Status, problem.Code));
        Assert.Equal(["line 3"], problem.Errors!.Keys);
        Assert.Empty(await cloud.Send(new FindStartList(race.ClientUuid)));
    }

    [Fact]
    public async Task A_bib_that_two_sides_gave_out_is_gone_when_the_list_is_replaced_without_it()
    {
        var race = await cloud.RaceAsync();
        await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n15,Ana,Vidal,ESP,F\n16,Eva,Roth,AUT,F\n");
        var athlete = Assert.Single(await cloud.Send(new FindStartList(race.ClientUuid, [15]))).Athletes[0].ClientUuid;
        await cloud.Send(new ApplyReferenceRecords(
        [
            new IncomingRecord(
                RecordTypes.BibAssignment, Guid.Parse("0190a000-0000-7000-8000-0000000b0015"),
                new JsonObject { ["race_uuid"] = race.ClientUuid.ToString(), ["bib_number"] = 15, ["athlete_uuids"] = new JsonArray(athlete.ToString()) }, "0190a000-0000-7000-8000-00000000d001"),
        ]));

        Assert.Equal(1, (await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n16,Eva,Roth,AUT,F\n", "replace")).Removed);
        Assert.Equal([16], (await cloud.Send(new FindStartList(race.ClientUuid))).Select(b => b.BibNumber));
    }

    [Fact]
    public async Task A_bib_with_incidents_stays_and_with_it_the_whole_list()
    {
        var race = await cloud.RaceAsync();
        await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n12,Ana,Vidal,ESP,F\n13,Eva,Roth,AUT,F\n");

        var replaced = await Assert.ThrowsAsync<Problem>(() => cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n14,Mia,Moser,SUI,F\n", "replace"));
        var removed = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new RemoveBib(race.ClientUuid, 13)));

        Assert.All([replaced, removed], p => Assert.Equal((409, "in_use"), (p.Status, p.Code)));
        Assert.Equal([12, 13], (await cloud.Send(new FindStartList(race.ClientUuid))).Select(b => b.BibNumber));
    }

    [Fact]
    public async Task A_bib_that_left_comes_back_as_the_same_record()
    {
        var race = await cloud.RaceAsync();
        await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n7,Ana,Vidal,ESP,F\n");
        var gone = await cloud.Send(new RemoveBib(race.ClientUuid, 7));
        Assert.True(gone.Deleted);
        Assert.Equal(gone.Revision, (await cloud.Send(new RemoveBib(race.ClientUuid, 7))).Revision);

        Assert.Equal(1, (await cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n7,Ana,Vidal,ESP,F\n")).Created);
        var back = Assert.Single((await cloud.Send(new ListStartList(race.ClientUuid, new PageRequest(null, null)))).Items);
        Assert.Equal(gone.ClientUuid, back.ClientUuid);
        Assert.NotEqual(gone.Revision, back.Revision);
    }

    [Fact]
    public async Task An_athlete_is_found_by_licence_then_by_name_nation_and_gender()
    {
        var one = await cloud.RaceAsync();
        var two = await cloud.RaceAsync();
        await cloud.ImportAsync(one.ClientUuid, "bib,first_name,last_name,nation,gender,birth_year,license_number\n1,Ida,Falk,NOR,F,1999,NOR-77\n2,Ulla,Falk,NOR,F,1998,\n");

        var changes = await cloud.ImportAsync(two.ClientUuid,
            "bib,first_name,last_name,nation,gender,birth_year,license_number\n1,Ida Marie,Falk,NOR,F,,NOR-77\n2,Ulla,Falk,NOR,F,1998,NOR-78\n3,Ulla,Falk,NOR,M,,\n");

        Assert.Equal(1, changes.AthletesCreated);
        var before = await cloud.Send(new FindStartList(one.ClientUuid));
        var after = await cloud.Send(new FindStartList(two.ClientUuid));
        Assert.Equal(before[0].Athletes[0].ClientUuid, after[0].Athletes[0].ClientUuid);
        Assert.Equal(("Ida Marie", 1999), (after[0].Athletes[0].FirstName, after[0].Athletes[0].BirthYear));
        Assert.Equal("NOR-78", before[1].Athletes[0].LicenseNumber);
        Assert.Equal(before[1].Athletes[0].ClientUuid, after[1].Athletes[0].ClientUuid);
        Assert.NotEqual(before[1].Athletes[0].ClientUuid, after[2].Athletes[0].ClientUuid);
    }

    [Fact]
    public async Task Namesakes_born_in_different_years_are_two_people_and_stay_so()
    {
        var race = await cloud.RaceAsync();
        const string file = "bib,first_name,last_name,nation,gender,birth_year\n1,Jan,Novak,CZE,M,1990\n2,Jan,Novak,CZE,M,2001\n";
        Assert.Equal(2, (await cloud.ImportAsync(race.ClientUuid, file)).AthletesCreated);
        Assert.Equal(new StartListChanges(0, 0, 2, 0, 0), await cloud.ImportAsync(race.ClientUuid, file));
    }

    [Fact]
    public async Task Ten_thousand_lines_are_taken_in_one_go()
    {
        var race = await cloud.RaceAsync("team");
        var file = new StringBuilder(Arrange.Header).Append('\n');
        for (var i = 0; i < 10_000; i++) file.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(i / 2) + 1},Vor{i},Nach{i % 700},AUT,M\n");

        Assert.Equal(new StartListChanges(5000, 0, 0, 0, 10_000), await cloud.ImportAsync(race.ClientUuid, file.ToString()));
        Assert.Equal(new StartListChanges(0, 0, 5000, 0, 0), await cloud.ImportAsync(race.ClientUuid, file.ToString()));
    }

    [Fact]
    public async Task Two_imports_at_once_make_one_list()
    {
        var race = await cloud.RaceAsync();
        const string file = $"{Arrange.Header}\n1,Ole,Dahl,NOR,M\n2,Per,Dahl,NOR,M\n";
        var both = await Task.WhenAll(cloud.ImportAsync(race.ClientUuid, file), cloud.ImportAsync(race.ClientUuid, file));
        Assert.Equal([0, 2], both.Select(b => b.Created).Order());
        Assert.Equal(2, both.Sum(b => b.AthletesCreated));
    }

    [Fact]
    public async Task The_list_is_read_in_pages()
    {
        var race = await cloud.RaceAsync();
        await cloud.ImportAsync(race.ClientUuid, Arrange.Header + "\n" + string.Concat(Enumerable.Range(1, 205).Select(i => $"{i},Fia{i},Gren,SWE,F\n")));
        var first = await cloud.Send(new ListStartList(race.ClientUuid, new PageRequest(null, null)));
        var second = await cloud.Send(new ListStartList(race.ClientUuid, new PageRequest(200, first.NextCursor)));
        Assert.Equal(100, first.Items.Count);
        Assert.Equal(Enumerable.Range(1, 205), first.Items.Concat(second.Items).Select(b => b.BibNumber));
        Assert.Null(second.NextCursor);
        await Assert.ThrowsAsync<Problem>(() => cloud.Send(new ListStartList(race.ClientUuid, new PageRequest(501, null))));
    }

    [Fact]
    public async Task A_final_takes_its_bibs_from_the_qualification()
    {
        var from = await cloud.RaceAsync();
        var final = await cloud.RaceAsync(name: "Final");
        await cloud.ImportAsync(from.ClientUuid, $"{Arrange.Header},heat\n1,Ana,Vidal,ESP,F,1\n2,Eva,Roth,AUT,F,1\n3,Mia,Moser,SUI,F,2\n");
        var message = new CopyStartList(final.ClientUuid, from.ClientUuid, [1, 3]);
        Assert.Equal(new StartListChanges(2, 0, 0, 0, 0), await cloud.Send(message));
        Assert.Equal(new StartListChanges(0, 0, 2, 0, 0), await cloud.Send(message));
        Assert.Equal([(1, null), (3, null)], (await cloud.Send(new FindStartList(final.ClientUuid))).Select(b => (b.BibNumber, b.Heat)));
        var absent = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new CopyStartList(final.ClientUuid, from.ClientUuid, [4])));
        Assert.Equal("validation_failed", absent.Code);
    }

    [Fact]
    public async Task One_bib_is_set_whole_and_again_changes_nothing()
    {
        var race = await cloud.RaceAsync("team");
        var put = new PutBib
        {
            RaceUuid = race.ClientUuid, Bib = 9,
            Athletes = [new(null, "Nils", "Ek", "SWE", "M", null, null), new(null, "Oskar", "Lindh", "SWE", "M", 1999, null)],
        };
        var made = await cloud.Send(put);
        var again = await cloud.Send(put);
        Assert.Equal(["Nils", "Oskar"], made.Athletes.Select(a => a.FirstName));
        Assert.Equal((made.ClientUuid, made.Revision), (again.ClientUuid, again.Revision));

        var dnf = await cloud.Send(put with { Status = "dnf", IfMatch = $"\"{made.Revision}\"" });
        Assert.Equal("dnf", dnf.Status);
        var stale = await Assert.ThrowsAsync<Problem>(() => cloud.Send(put with { IfMatch = $"\"{made.Revision}\"" }));
        Assert.Equal((412, "stale_revision"), (stale.Status, stale.Code));
        foreach (var wrong in new[] { put with { Bib = 0 }, put with { Bib = 10_000 }, put with { Athletes = [] }, put with { Status = "lost" } })
            Assert.Equal("validation_failed", (await Assert.ThrowsAsync<Problem>(() => cloud.Send(wrong))).Code);
    }

    [Fact]
    public async Task Only_an_admin_of_the_competition_writes_its_list()
    {
        var race = await cloud.RaceAsync();
        var elsewhere = await cloud.CompetitionAsync();
        // A referee everywhere who is admin of another competition passes the route's policy, and must not pass here.
        var mixed = new Actor("Rolf", [new RoleGrant(Roles.Referee, null), new RoleGrant(Roles.Admin, elsewhere.ClientUuid)]);
        var refused = await Assert.ThrowsAsync<Problem>(() => cloud.ImportAsync(race.ClientUuid, $"{Arrange.Header}\n1,Ana,Vidal,ESP,F\n", actor: mixed));
        Assert.Equal((403, "forbidden"), (refused.Status, refused.Code));
    }
}
