using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace ModularRace.RaceDay.Tests;

/// <summary>What comes while names leave a competition, or when they have left: by link, by stick, and for one that was merged into it.</summary>
public sealed class AfterErasureTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private const string InQuarantine = "sync.quarantine.received: ";
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);

    /// <summary>A drawer is opened when the season is over, and a card or a stick of that day is in it.</summary>
    [Fact]
    public async Task What_lies_on_a_stick_waits_for_a_person_is_held_and_goes_too_when_it_was_let_in()
    {
        await ReportAsync(11, Start, "Told by Xaver Lindwurm");
        await day.SyncUntilSentAsync();
        day.Link.GoDown();
        var late = await ReportAsync(12, Start.AddMinutes(10), "Told by Xaver Lindwurm too");
        await EraseAsync(day.Competition, "Trial Cup");
        Assert.Empty(await NamesAsync("Lindwurm"));

        var receipt = await ImportAsync(await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative)));
        var (incident, report) = (late["incident"]!.Text("client_uuid"), late["report"]!.Text("client_uuid"));
        var results = receipt["results"]!.AsArray().Select(r => r!).Where(r => r.Text("client_uuid") == incident || r.Text("client_uuid") == report).ToList();
        Assert.All(results, r => Assert.Equal(("rejected", "names_erased"), (r.Text("status"), r["error"]!.Text("code"))));
        Assert.Equal(2, results.Count);
        // It is kept nowhere else than where it waits, and twice is once.
        await ImportAsync(await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative)));
        Assert.Equal([InQuarantine + "Lindwurm"], await NamesAsync("Lindwurm"));
        var waiting = (await day.Cloud.List("/sync/quarantine?state=open")).Where(q => q.Text("record_uuid") is { } uuid && (uuid == incident || uuid == report)).ToDictionary(q => q.Text("record_uuid"), q => q.Text("client_uuid"));
        Assert.Equal(2, waiting.Count);

        // The Pi's day is at its end by the stick alone: all is held.
        var taken = await day.Pi.Post("/device/receipt", receipt, HttpStatusCode.OK);
        Assert.True((bool)taken["covers"]!, taken.ToJsonString());
        await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        day.Link.ComeBack();

        // While it waits no names can go again; who lets it in knows what they do, and takes it out again.
        Assert.Equal("not_erasable", (await day.Cloud.Post($"/competitions/{day.Competition}/erasure", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict)).Text("code"));
        await day.Cloud.Post($"/sync/quarantine/{waiting[incident]}", new { action = "accept" }, HttpStatusCode.OK);
        await day.Cloud.Post($"/sync/quarantine/{waiting[report]}", new { action = "accept" }, HttpStatusCode.OK);
        Assert.Equal("Told by Xaver Lindwurm too", (await day.Cloud.Get($"/incidents/{incident}"))["reports"]![0]!.Text("description"));
        await EraseAsync(day.Competition, "Trial Cup");
        Assert.Empty(await NamesAsync("Lindwurm"));
        Assert.Equal(12, (int)(await day.Cloud.Get($"/incidents/{incident}"))["bib_number"]!);
    }

    [Fact]
    public async Task An_upload_that_comes_while_names_leave_waits_and_finds_the_competition_closed()
    {
        var (cup, race, place) = await ErasureTests.MakeAsync(day, "Busy Cup");
        using var device = await HandDevice.PairAsync(day, name: "Pi Busy", competition: cup);
        var before = HandDevice.Sighting(race, place, 1, Start, "Said of Veit Ungewitter", "Veit Ungewitter");
        await device.Upload(before);

        // Somebody reads one of the versions: the erasure stops there, its names half gone.
        await using var reader = new NpgsqlConnection(day.CloudHost.Database.ConnectionString);
        await reader.OpenAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var row = new NpgsqlCommand("SELECT id FROM sync.record_versions WHERE client_uuid = $1 FOR UPDATE", reader, reading))
        {
            row.Parameters.AddWithValue(Guid.Parse(before[1].Text("client_uuid")));
            await row.ExecuteNonQueryAsync();
        }

        var erasing = EraseAsync(cup, "Busy Cup");
        await WaitersAsync(1, erasing);
        var found = HandDevice.Sighting(race, place, 2, Start.AddMinutes(5), "Ungewitter again", "Veit Ungewitter");
        var uploading = device.Upload(found);
        await WaitersAsync(2, uploading);
        await reading.RollbackAsync();
        await erasing;
        Assert.All(await uploading, r => Assert.Equal(("rejected", "names_erased"), (r.Text("status"), r["error"]!.Text("code"))));
        Assert.Equal([InQuarantine + "Ungewitter"], await NamesAsync("Ungewitter"));
    }

    [Fact]
    public async Task Of_competitions_that_were_merged_all_names_go_and_what_comes_for_either_waits()
    {
        var (cup, race, place) = await ErasureTests.MakeAsync(day, "Double Cup");
        var (twin, raceOfTwin, placeOfTwin) = await ErasureTests.MakeAsync(day, "Double Cup of the drawer");
        await day.Cloud.Put($"/races/{race}/start-list/1", new { athletes = new[] { ErasureTests.Person("Kuno", "Wolkenbruch") } });
        await day.Cloud.Put($"/races/{raceOfTwin}/start-list/2", new { athletes = new[] { ErasureTests.Person("Imre", "Sonnentau") } });
        using var device = await HandDevice.PairAsync(day, name: "Pi Double", competition: cup);
        using var other = await HandDevice.PairAsync(day, name: "Pi Twin", competition: twin);
        await device.Upload(HandDevice.Sighting(race, place, 1, Start, "Wolkenbruch", "Nils Abendrot"));
        var ofTwin = HandDevice.Sighting(raceOfTwin, placeOfTwin, 2, Start.AddMinutes(5), "Sonnentau", "Nils Abendrot");
        await other.Upload(ofTwin);
        await day.Cloud.Post($"/competitions/{twin}/merge", new { into_uuid = cup }, HttpStatusCode.OK);

        Assert.Equal("merged_already", (await day.Cloud.Post($"/competitions/{twin}/erasure", new { confirm = "Double Cup of the drawer" }, HttpStatusCode.Conflict)).Text("code"));
        await EraseAsync(cup, "Double Cup");
        Assert.Empty(await NamesAsync("Wolkenbruch", "Sonnentau", "Abendrot"));

        var late = (JsonObject)ofTwin[1].DeepClone();
        (late["edit"], late["data"]!["description"]) = (2, "Sonnentau it was");
        var found = HandDevice.Sighting(raceOfTwin, placeOfTwin, 3, Start.AddHours(1), "Sonnentau again");
        Assert.All(await other.Upload([late, .. found]), r => Assert.Equal(("rejected", "names_erased"), (r.Text("status"), r["error"]!.Text("code"))));
        Assert.All(await device.Upload(HandDevice.Sighting(race, place, 4, Start.AddHours(1), "Wolkenbruch again")), r => Assert.Equal("names_erased", r["error"]!.Text("code")));
        Assert.Equal([InQuarantine + "Abendrot", InQuarantine + "Sonnentau", InQuarantine + "Wolkenbruch"], await NamesAsync("Sonnentau", "Wolkenbruch", "Abendrot"));
    }

    private Task<JsonNode> ReportAsync(int bib, DateTimeOffset at, string description) =>
        day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = bib, occurred_at = at, description, reporter_name = "Xaver Lindwurm" }, HttpStatusCode.Created);

    private Task<JsonNode> EraseAsync(string competition, string name) => day.Cloud.Post($"/competitions/{competition}/erasure", new { confirm = name }, HttpStatusCode.OK);

    private Task<IReadOnlyList<string>> NamesAsync(params string[] names) => ErasureTests.NamesAsync(day, names);

    private async Task<JsonNode> ImportAsync(byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/octet-stream");
        return await day.Cloud.Post("/sync/import", content, HttpStatusCode.OK);
    }

    /// <summary>Until so many wait for a lock of the cloud's database; who is done does not wait, and the test says so.</summary>
    private async Task WaitersAsync(int count, Task waiting)
    {
        while ((await day.CloudHost.Database.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).Single() < count)
            Assert.False(waiting.IsCompleted, "It did not wait.");
    }
}
