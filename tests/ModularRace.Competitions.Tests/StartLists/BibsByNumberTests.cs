using System.Text.Json.Nodes;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Merging;
using ModularRace.Competitions.Features.StartLists;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Tests.StartLists;

/// <summary>A start list that is on paper: its bibs are given out by their numbers alone.</summary>
public sealed class BibsByNumberTests(CloudWithAnIncidentOfBib13 cloud) : IClassFixture<CloudWithAnIncidentOfBib13>
{
    [Fact]
    public async Task Bibs_by_number_join_the_list_leave_what_is_there_and_change_nothing_the_second_time()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        await cloud.ImportAsync(race, $"{Arrange.Header}\n2,Eva,Roth,AUT,F\n");

        Assert.Equal(new StartListChanges(3, 0, 1, 0, 3), await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 4 }));
        Assert.Equal(new StartListChanges(0, 0, 4, 0, 0), await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 4 }));
        Assert.Equal(new StartListChanges(1, 0, 0, 0, 1), await cloud.Send(new PutBibs { RaceUuid = race, First = 9999 }));

        var list = await cloud.Send(new FindStartList(race));
        Assert.Equal([1, 2, 3, 4, 9999], list.Select(b => b.BibNumber));
        Assert.Equal(("Eva", "AUT"), (list[1].Athletes[0].FirstName, list[1].Athletes[0].Nation));
        // Each is somebody else, and nobody of another race.
        Assert.Equal(("Bib", "1", "XXX"), (list[0].Athletes[0].FirstName, list[0].Athletes[0].LastName, list[0].Athletes[0].Nation));
        var other = (await cloud.RaceAsync()).ClientUuid;
        await cloud.Send(new PutBibs { RaceUuid = other, First = 1, Last = 4 });
        Assert.Empty((await cloud.Send(new FindStartList(other))).SelectMany(b => b.Athletes).Select(a => a.ClientUuid).Intersect(list.SelectMany(b => b.Athletes).Select(a => a.ClientUuid)));
    }

    [Fact]
    public async Task A_file_with_names_puts_them_under_the_numbers()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 3 });
        Assert.Equal(new StartListChanges(1, 2, 0, 0, 3), await cloud.ImportAsync(race, $"{Arrange.Header}\n1,Ada,Vidalin,ESP,F\n2,Ada,Rothin,AUT,F\n4,Ada,Moserin,SUI,F\n"));
        Assert.Equal(["Vidalin", "Rothin", "3", "Moserin"], (await cloud.Send(new FindStartList(race))).Select(b => b.Athletes[0].LastName));
    }

    [Fact]
    public async Task Two_races_that_become_one_do_not_take_the_unknown_for_one_person()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        var (from, into) = ((await cloud.RaceAsync(competition: competition)).ClientUuid, (await cloud.RaceAsync(competition: competition)).ClientUuid);
        foreach (var race in new[] { from, into }) await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 2 });
        var wears = Assert.Single(await cloud.Send(new FindStartList(from, [1]))).Athletes[0].ClientUuid;
        await cloud.Send(new MergeRaces(from, into, null, false));
        await cloud.Send(new PutBib { RaceUuid = into, Bib = 3, Athletes = [new BibAthlete(wears, "Ida", "Berg", "NOR", null, null, null)] });
        Assert.Equal(["1", "2", "Berg"], (await cloud.Send(new FindStartList(into))).Select(b => b.Athletes[0].LastName));
        Assert.Equal(0L, (await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM competitions.athletes WHERE nation = 'XXX' AND merged_into IS NOT NULL")).Single());
    }

    [Theory]
    [InlineData("team", null, 2)]
    [InlineData("mixed_relay", 4, 4)]
    [InlineData("team", 1, 1)]
    [InlineData("sprint", null, 1)]
    public async Task A_team_is_one_bib_of_several(string discipline, int? said, int athletes)
    {
        var race = (await cloud.RaceAsync(discipline)).ClientUuid;
        await cloud.Send(new PutBibs { RaceUuid = race, First = 8, Athletes = said });
        var bib = Assert.Single(await cloud.Send(new FindStartList(race)));
        Assert.Equal(athletes, bib.Athletes.Select(a => (a.ClientUuid, $"{a.FirstName} {a.LastName}")).Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_nothing_is_made()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        foreach (var wrong in new[]
        {
            new PutBibs(), new PutBibs { First = 0 }, new PutBibs { First = -1, Last = 5 }, new PutBibs { First = 10000 }, new PutBibs { First = 9999, Last = 10000 },
            new PutBibs { First = 5, Last = 4 }, new PutBibs { First = 1, Last = 501 }, new PutBibs { First = int.MinValue, Last = int.MaxValue }, new PutBibs { First = 1, Athletes = 0 },
            new PutBibs { First = 1, Athletes = 5 }, new PutBibs { First = 1, Athletes = 2 },
        })
            Assert.Equal((400, "validation_failed"), await RefusalAsync(() => cloud.Send(wrong with { RaceUuid = race })));
        Assert.Equal((404, "not_found"), await RefusalAsync(() => cloud.Send(new PutBibs { RaceUuid = Uuids.New(cloud.Time), First = 1 })));
        Assert.Empty(await cloud.Send(new FindStartList(race)));
        Assert.Equal(500, (await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 500 })).Created);
    }

    [Fact]
    public async Task The_same_bibs_many_times_at_once_are_made_once()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 40 })));
        Assert.Equal(40, answers.Sum(a => a.Created));
        Assert.Equal(40L, (await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM competitions.bib_assignments WHERE race_uuid = '{race}'")).Single());
    }

    [Fact]
    public async Task A_slip_of_the_finger_is_taken_back_all_or_nothing_and_comes_back_with_its_people()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 20 });
        var before = await cloud.Send(new FindStartList(race));
        Assert.Equal((409, "in_use"), await RefusalAsync(() => cloud.Send(new RemoveBibs(race, 11, 9999))));
        Assert.Equal(before.Select(b => b.BibNumber), (await cloud.Send(new FindStartList(race))).Select(b => b.BibNumber));

        Assert.Equal(6, (await cloud.Send(new RemoveBibs(race, 15, 9999))).Removed);
        Assert.Equal(0, (await cloud.Send(new RemoveBibs(race, 15, 9999))).Removed);
        Assert.Equal(1, (await cloud.Send(new RemoveBibs(race, 14, null))).Removed);
        Assert.Equal(13, (await cloud.Send(new FindStartList(race))).Count);
        foreach (var (first, last) in new (int?, int?)[] { (null, 5), (0, 5), (5, 4), (1, 10000) })
            Assert.Equal((400, "validation_failed"), await RefusalAsync(() => cloud.Send(new RemoveBibs(race, first, last))));
        Assert.Equal((404, "not_found"), await RefusalAsync(() => cloud.Send(new RemoveBibs(Uuids.New(cloud.Time), 1, 2))));

        Assert.Equal(new StartListChanges(7, 0, 13, 0, 0), await cloud.Send(new PutBibs { RaceUuid = race, First = 1, Last = 20 }));
        Assert.Equal(before.Select(b => b.Athletes[0].ClientUuid), (await cloud.Send(new FindStartList(race))).Select(b => b.Athletes[0].ClientUuid));
    }

    private static async Task<(int, string)> RefusalAsync(Func<Task> send)
    {
        var refused = await Assert.ThrowsAsync<Problem>(send);
        return (refused.Status, refused.Code);
    }
}

/// <summary>R7: on a Pi, bibs of the office's list stay as the office has them; those that are missing are this Pi's.</summary>
public sealed class BibsByNumberOnAPiTests(PiModules pi) : IClassFixture<PiModules>
{
    [Fact]
    public async Task Numbers_are_added_to_the_offices_list_and_only_they_can_be_taken_away()
    {
        var (competition, race, athlete, bib) = (Uuids.New(pi.Time), Uuids.New(pi.Time), Uuids.New(pi.Time), Uuids.New(pi.Time));
        await pi.Send(new ApplyReferenceRecords(
        [
            new IncomingRecord(RecordTypes.Competition, competition, new JsonObject { ["name"] = "Trial Cup", ["country"] = "ITA", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-08", ["time_zone"] = "Europe/Rome" }, "cloud"),
            new IncomingRecord(RecordTypes.Race, race, new JsonObject { ["competition_uuid"] = competition.ToString(), ["name"] = "Sprint", ["discipline"] = "sprint" }, "cloud"),
            new IncomingRecord(RecordTypes.Athlete, athlete, new JsonObject { ["first_name"] = "Ana", ["last_name"] = "Vidal", ["nation"] = "ESP" }, "cloud"),
            new IncomingRecord(RecordTypes.BibAssignment, bib, new JsonObject { ["race_uuid"] = race.ToString(), ["bib_number"] = 2, ["athlete_uuids"] = new JsonArray(athlete.ToString()) }, "cloud"),
        ]));
        Assert.Equal(new StartListChanges(2, 0, 1, 0, 2), await pi.Send(new PutBibs { RaceUuid = race, First = 1, Last = 3 }));

        var refused = await Assert.ThrowsAsync<Problem>(() => pi.Send(new RemoveBibs(race, 1, 3)));
        Assert.Equal((409, "not_origin"), (refused.Status, refused.Code));
        Assert.Equal(["1", "Vidal", "3"], (await pi.Send(new FindStartList(race))).Select(b => b.Athletes[0].LastName));
        await pi.Send(new RemoveBibs(race, 3, 3));
        Assert.Equal([1, 2], (await pi.Send(new FindStartList(race))).Select(b => b.BibNumber));
    }
}
