using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// A season is over, and names go: from every version that the cloud keeps and from the Pis that sync later; and none comes
/// back by what a device sends again. What was decided stays.
/// </summary>
public sealed class ErasureTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Everybodys_names_go_from_the_cloud_and_the_Pi_and_nothing_that_is_sent_again_brings_them_back()
    {
        // Anna Zwirn starts here only; Berta Quast also in a cup that is not over for her.
        await day.Cloud.Put($"/races/{day.Race}/start-list/901", new { athletes = new[] { Person("Anna", "Zwirn") } });
        await day.Cloud.Put($"/races/{day.Race}/start-list/902", new { athletes = new[] { Person("Berta", "Quast") } });
        var (next, sprint, _) = await MakeAsync(day, "Next Cup");
        var berta = (await day.Cloud.Get($"/races/{day.Race}/start-list?limit=500"))["items"]!.AsArray().Single(b => (int)b!["bib_number"]! == 902)!["athletes"]![0]!.Text("client_uuid");
        await day.Cloud.Put($"/races/{sprint}/start-list/7", new { athletes = new[] { new { client_uuid = berta, first_name = "Berta", last_name = "Quast", nation = "SUI" } } });

        // What people write: on the Pi, at the desk, on another device; edited, decided, put together, disputed and chosen.
        var seen = (await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = 901, occurred_at = Start, description = "ZWIRN, Anna left out gate 3", reporter_name = "Rita Ciresa" }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        await day.SyncUntilSentAsync();
        using var device = await HandDevice.PairAsync(day);
        var sent = HandDevice.Sighting(day.Race, day.Locations[1], 902, Start.AddMinutes(20), "Quast without a helmet, says Rita Ciresa", "Toni Holz");
        await device.Upload(sent);
        var edited = (JsonObject)sent[1].DeepClone();
        (edited["edit"], edited["data"]!["description"]) = (2, "Berta Quast without a helmet");
        await device.Upload([edited]);
        var second = (JsonObject)edited.DeepClone();
        second["data"]!["description"] = "Another word of Toni Holz under one number";
        var conflict = (await device.Upload([second]))[0].Text("conflict_uuid");
        var spoiled = HandDevice.Sighting(day.Race, day.Locations[1], 903, Start.AddMinutes(40), "bell \u0007 at Anna Zwirn", "Toni Holz");
        var aside = (await device.Upload(spoiled))[1].Text("quarantine_uuid");
        await day.Cloud.Post($"/incidents/{seen}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{seen}/decision", new { decision = "penalty_applied", penalty_code = "3 min", note = "As Anna Zwirn said herself" }, HttpStatusCode.OK);
        await day.Cloud.Patch($"/incidents/{sent[0].Text("client_uuid")}", new { description = "Quast: helmet" });
        await day.Cloud.Patch($"/incidents/{sent[0].Text("client_uuid")}", new { description = "No helmet" });
        var twin = (await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[2], bib_number = 901, occurred_at = Start.AddMinutes(1), reporter_name = "Rita Ciresa" }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        await day.Cloud.Post($"/incidents/{twin}/merge", new { into_uuid = seen, note = "Both are Anna Zwirn" }, HttpStatusCode.OK);
        await day.SyncUntilSentAsync();
        await day.SyncUntilSentAsync();
        Assert.Contains("Zwirn", (await day.Pi.Get($"/races/{day.Race}/start-list?limit=500")).ToJsonString(), StringComparison.Ordinal);

        // What waits for a person stands in the way, and a preview says so; it changes nothing.
        var path = $"/competitions/{day.Competition}/erasure";
        var told = await day.Cloud.Post(path, new { confirm = "Trial Cup" }, HttpStatusCode.Conflict);
        Assert.Equal("not_erasable", told.Text("code"));
        Assert.Equal(["conflicts_open", "in_quarantine"], told["reasons"]!.AsArray().Select(r => r!.Text("code")));
        await day.Cloud.Post($"/conflicts/{conflict}/resolve", new { resolution = "cloud_wins", notes = "Zwirn was not meant" }, HttpStatusCode.OK);
        await day.Cloud.Post($"/sync/quarantine/{aside}", new { action = "set_aside", note = "Nonsense about Zwirn" }, HttpStatusCode.OK);
        var before = await NamesAsync(day, "Zwirn", "Quast", "Ciresa", "Holz");
        var preview = await day.Cloud.Post($"{path}?preview=true", new { }, HttpStatusCode.OK);
        Assert.Empty(preview["obstacles"]!.AsArray());
        Assert.Contains(preview["examples"]!.AsArray(), e => e!.Text("what") == "incidents" && e!.Text("after").Contains("erased", StringComparison.Ordinal));
        Assert.Equal(before, await NamesAsync(day, "Zwirn", "Quast", "Ciresa", "Holz"));
        await day.Cloud.Post(path, new { confirm = "Next Cup" }, HttpStatusCode.BadRequest);
        await day.Cloud.Post(path, new { }, HttpStatusCode.BadRequest);
        Assert.Equal(before, await NamesAsync(day, "Zwirn", "Quast", "Ciresa", "Holz"));

        var done = await day.Cloud.Post(path, new { confirm = "trial  cup" }, HttpStatusCode.OK);
        Assert.Equal(preview["counts"]!.ToJsonString(), done["counts"]!.ToJsonString());
        // Nowhere, but where Berta Quast starts next.
        Assert.Equal(["competitions.athletes.last_name: Quast", "sync.record_edits.content: Quast", "sync.record_versions.content: Quast"], await NamesAsync(day, "Zwirn", "Quast", "Ciresa", "Holz"));
        Assert.Equal("Berta Quast", Wearing(await day.Cloud.Get($"/races/{sprint}/start-list"), 7));
        Assert.Equal(("Name erased", "Name erased"), (Wearing(await day.Cloud.Get($"/races/{day.Race}/start-list?limit=500"), 901), Wearing(await day.Cloud.Get($"/races/{day.Race}/start-list?limit=500"), 902)));
        var incident = await day.Cloud.Get($"/incidents/{seen}");
        Assert.Equal((901, "official", "penalty_applied", "3 min", "erased left out gate 3"), ((int)incident["bib_number"]!, incident.Text("status"), incident.Text("decision"), incident.Text("penalty_code"), incident.Text("description")));
        Assert.Equal(2, incident["reports"]!.AsArray().Count);
        Assert.StartsWith("erased (admin, cloud)", incident.Text("decided_by"), StringComparison.Ordinal);

        // The Pi hears of it, and has nothing to say to it; what it sent it can still prove.
        await day.SyncUntilSentAsync();
        await day.SyncUntilSentAsync();
        var onPi = string.Concat(await Task.WhenAll(new[] { $"/races/{day.Race}/start-list?limit=500", $"/incidents/{seen}", $"/incidents/{seen}/history" }.Select(async p => (await day.Pi.Get(p)).ToJsonString())));
        foreach (var name in new[] { "Zwirn", "Quast", "Ciresa", "Holz" }) Assert.DoesNotContain(name, onPi, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("erased left out gate 3", onPi, StringComparison.Ordinal);
        var state = await day.Pi.Get("/device");
        Assert.Equal((0, 0, 0, 0), ((int)state["pending"]!, (int)state["failed"]!, (int)state["conflicts"]!, (int)state["held"]!));
        Assert.NotNull((await day.Pi.Post("/device/verify", null, HttpStatusCode.OK))["receipt"]);

        // An old duplicate is known, whole or in part; a new word waits for a person, and is held.
        var stands = await StandsAsync();
        Assert.All(await device.Upload([sent[1], sent[0], edited]), r => Assert.Equal("already_synced", r.Text("status")));
        Assert.True((bool)(await device.Verify(day.Competition, [sent[0], edited]))["verified"]!);
        var late = (JsonObject)edited.DeepClone();
        (late["edit"], late["data"]!["description"]) = (3, "It was Berta Quast");
        var found = HandDevice.Sighting(day.Race, day.Locations[1], 902, Start.AddHours(1), "Quast again");
        var answers = await device.Upload([late, .. found]);
        Assert.Equal([("rejected", "names_erased"), ("rejected", "names_erased"), ("rejected", "names_erased")], answers.Select(a => (a.Text("status"), a["error"]!.Text("code"))));
        Assert.True((bool)(await device.Verify(day.Competition, [sent[0], late, .. found]))["verified"]!);
        Assert.Equal(stands, await StandsAsync());
        await day.SyncUntilSentAsync();
        Assert.DoesNotContain("Quast", (await day.Pi.Get($"/races/{day.Race}/incidents")).ToJsonString(), StringComparison.Ordinal);

        // Who did it is kept, and nothing of what went.
        var kept = Assert.Single(await day.Cloud.List($"/competitions/{day.Competition}/erasures"));
        Assert.Equal((done.Text("client_uuid"), "everybody"), (kept.Text("client_uuid"), kept.Text("whose")));
        var audited = Assert.Single(await day.Cloud.List($"/audit?action=names_erased&subject_uuid={day.Competition}"));
        Assert.Equal((day.Competition, "Trial Cup"), (audited.Text("subject_uuid"), audited.Text("subject")));
    }

    [Fact]
    public async Task One_athletes_name_goes_and_everybody_elses_stays()
    {
        var (cup, race, place) = await MakeAsync(day, "Day Cup");
        await day.Cloud.Put($"/races/{race}/start-list/1", new { athletes = new[] { Person("Ida", "Lärche") } });
        await day.Cloud.Put($"/races/{race}/start-list/2", new { athletes = new[] { Person("Uta", "Fichte") } });
        using var device = await HandDevice.PairAsync(day, competition: cup);
        var (hers, other) = (HandDevice.Sighting(race, place, 1, Start, "Ida Larche cut in before Fichte", "Sepp Tanne"), HandDevice.Sighting(race, place, 2, Start.AddMinutes(5), "Fichte alone", "Sepp Tanne"));
        await device.Upload([.. hers, .. other]);
        var ida = (await day.Cloud.Get($"/races/{race}/start-list"))["items"]![0]!["athletes"]![0]!.Text("client_uuid");

        await day.Cloud.Post($"/competitions/{cup}/erasure", new { athlete_uuid = ida, name = "Ida Lärche", confirm = "Day Cup" }, HttpStatusCode.BadRequest);
        await day.Cloud.Post($"/competitions/{cup}/erasure", new { athlete_uuid = HandDevice.NewUuid(), confirm = "Day Cup" }, HttpStatusCode.BadRequest);
        var done = await day.Cloud.Post($"/competitions/{cup}/erasure", new { athlete_uuid = ida, confirm = "Day Cup" }, HttpStatusCode.OK);
        Assert.Equal(("athlete", 1), (done.Text("whose"), (int)done["bibs"]![0]!));
        Assert.Empty(await NamesAsync(day, "Lärche", "Larche"));
        Assert.Equal(("Name erased", "Uta Fichte"), (Wearing(await day.Cloud.Get($"/races/{race}/start-list"), 1), Wearing(await day.Cloud.Get($"/races/{race}/start-list"), 2)));
        var report = (await day.Cloud.Get($"/incidents/{hers[0].Text("client_uuid")}"))["reports"]![0]!;
        Assert.Equal(("erased cut in before Fichte", "Sepp Tanne"), (report.Text("description"), report.Text("reporter_name")));

        // Only what was erased is closed.
        var (again, more) = ((JsonObject)hers[1].DeepClone(), (JsonObject)other[1].DeepClone());
        (again["edit"], again["data"]!["description"]) = (2, "Ida Lärche it was");
        (more["edit"], more["data"]!["description"]) = (2, "Fichte, alone");
        Assert.Equal(["rejected", "updated"], (await device.Upload([again, more])).Select(r => r.Text("status")));

        // Then whoever signed.
        await SettleAsync(cup);
        done = await day.Cloud.Post($"/competitions/{cup}/erasure", new { name = "sepp TANNE", confirm = "Day Cup" }, HttpStatusCode.OK);
        Assert.Equal("signature", done.Text("whose"));
        Assert.Empty(await NamesAsync(day, "Tanne"));
        Assert.NotEmpty(await NamesAsync(day, "Fichte"));
        Assert.Equal(["signature", "athlete"], (await day.Cloud.List($"/competitions/{cup}/erasures")).Select(e => e.Text("whose")));
    }

    [Fact]
    public async Task What_is_not_over_and_what_a_device_still_holds_is_told_and_stands_in_the_way()
    {
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        var running = (await day.Cloud.Post("/competitions", new { name = "Long Cup", country = "ITA", start_date = $"{today.AddDays(-2):yyyy-MM-dd}", end_date = $"{today.AddDays(2):yyyy-MM-dd}", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        Assert.Equal(["not_over"], await ReasonsAsync(running, "Long Cup"));

        var (cup, race, place) = await MakeAsync(day, "Short Cup");
        using var device = await HandDevice.PairAsync(day, name: "Pi Forgotten", competition: cup);
        var seen = HandDevice.Sighting(race, place, 1, Start, "Seen", "Ines");
        await device.Upload(seen, new JsonObject { ["pending"] = 2, ["failed"] = 1, ["failed_in_quarantine"] = 1, ["clips_pending"] = 1 });
        Assert.Equal(["device_holds"], await ReasonsAsync(cup, "Short Cup"));
        var preview = await day.Cloud.Post($"/competitions/{cup}/erasure?preview=true", new { }, HttpStatusCode.OK);
        Assert.Equal("Pi Forgotten holds what is not here yet: 2 records, 1 clip.", preview["obstacles"]![0]!.Text("message"));

        await device.Upload([], new JsonObject { ["pending"] = 0, ["failed"] = 0, ["clips_pending"] = 0 });
        await day.CloudHost.Database.ExecuteAsync("UPDATE sync.devices SET last_seen_at = '2026-02-08T12:00:00Z' WHERE name = 'Pi Forgotten'");
        Assert.Equal(["device_unheard"], await ReasonsAsync(cup, "Short Cup"));
        Assert.True((bool)(await device.Verify(cup, seen))["verified"]!);
        await day.Cloud.Post($"/competitions/{cup}/erasure", new { confirm = "Short Cup" }, HttpStatusCode.OK);
    }

    internal static object Person(string first, string last) => new { first_name = first, last_name = last, nation = "SUI", gender = "F", birth_year = 1999 };

    private static string Wearing(JsonNode list, int bib)
    {
        var athlete = list["items"]!.AsArray().Single(b => (int)b!["bib_number"]! == bib)!["athletes"]![0]!;
        return $"{athlete.Text("first_name")} {athlete.Text("last_name")}";
    }

    internal static async Task<(string Competition, string Race, string Place)> MakeAsync(CloudAndPi day, string name)
    {
        var competition = (await day.Cloud.Post("/competitions", new { name, country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        var race = (await day.Cloud.Post($"/competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" }, HttpStatusCode.Created)).Text("client_uuid");
        return (competition, race, (await day.Cloud.List($"/races/{race}/locations"))[0].Text("client_uuid"));
    }

    private async Task<IEnumerable<string>> ReasonsAsync(string competition, string name) =>
        (await day.Cloud.Post($"/competitions/{competition}/erasure", new { confirm = name }, HttpStatusCode.Conflict))["reasons"]!.AsArray().Select(r => r!.Text("code"));

    private async Task SettleAsync(string competition)
    {
        foreach (var entry in (await day.Cloud.List("/sync/quarantine")).Where(q => (string?)q["competition_uuid"] == competition))
            await day.Cloud.Post($"/sync/quarantine/{entry.Text("client_uuid")}", new { action = "set_aside" }, HttpStatusCode.OK);
    }

    private async Task<string> StandsAsync() => string.Join('\n', (await day.Cloud.List($"/races/{day.Race}/incidents")).Select(i => i.ToJsonString()));

    /// <summary>Where in the cloud's whole database these names stand, in whatever case: table, column and name.</summary>
    internal static Task<IReadOnlyList<string>> NamesAsync(CloudAndPi day, params string[] names) => day.CloudHost.Database.QueryAsync<string>(
        """
        SELECT format('%s.%s.%s: %s', table_schema, table_name, column_name, name)
        FROM information_schema.columns, unnest($1) AS name
        WHERE table_schema IN ('competitions', 'incidents', 'dedup', 'sync', 'identity') AND table_name NOT LIKE '\_\_%'
          AND query_to_xml(format('SELECT 1 FROM %I.%I WHERE %I::text ILIKE %L LIMIT 1', table_schema, table_name, column_name, '%' || name || '%'), false, false, '')::text LIKE '%<row>%'
        ORDER BY 1
        """, [names]);
}
