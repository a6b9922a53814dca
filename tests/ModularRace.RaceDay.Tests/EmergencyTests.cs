using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>No network and no competition, or one in which something is missing: it is made on the Pi, reported on at once, and is the cloud's as well when there is a link.</summary>
public sealed class EmergencyTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task What_a_Pi_that_knows_no_cloud_made_and_reported_is_on_the_cloud_once_it_is_paired_and_proven_in_the_evening()
    {
        await using var host = new RunningPi();
        await host.InitializeAsync();
        var here = (await host.Admin.Get("/device")).Text("device_uuid");
        var (competition, race, hut) = (Uuid(), Uuid(), Uuid());

        // The screen sends all of it under UUIDs of its own: again, in the order of a confused evening, makes nothing twice (R2).
        var startList = "bib,first_name,last_name,nation,gender\n2,Ana,Vidal,ESP,F\n76,Łucja,Łoś,POL,F\n";
        JsonNode made = new JsonObject();
        for (var turn = 0; turn < 2; turn++)
        {
            var expected = turn == 0 ? HttpStatusCode.Created : HttpStatusCode.OK;
            await host.Admin.Post("/competitions", new { client_uuid = competition, name = "Night Cup", country = "SUI", start_date = "2026-02-06", end_date = "2026-02-07", time_zone = "Europe/Zurich" }, expected);
            await host.Admin.Post($"/competitions/{competition}/races", new { client_uuid = race, name = "Sprint", discipline = "sprint" }, expected);
            await host.Admin.Post($"/races/{race}/locations", new { client_uuid = hut, name = "Behind the hut" }, expected);
            made = await host.Admin.Post($"/races/{race}/start-list/bibs", new { first = 1, last = 75 }, HttpStatusCode.OK);
            await ImportAsync(host.Admin, race, startList);
        }

        Assert.Equal((0, 75), ((int)made["created"]!, (int)made["unchanged"]!));
        var incident = await ReportAsync(host.Admin, race, hut, 17, 0);
        // The power goes.
        await host.KillAsync();
        await host.StartAsync();
        await ReportAsync(host.Admin, race, hut, 2, 60);
        var before = await HangsOnAsync(host.Admin, competition);
        Assert.Equal(here, Assert.Single(await host.Admin.List("/competitions")).Text("origin"));
        Assert.Equal(2, (int)(await host.Admin.Get("/device"))["pending_reports"]!);

        // Somebody pairs it, for another competition: what a device made is granted to it.
        var code = (await day.Cloud.Post("/devices/pairing-codes", new { name = "Pi Hut", competition_uuids = new[] { day.Competition } }, HttpStatusCode.Created)).Text("pairing_code");
        await host.Admin.Post("/device/pair", new { server_url = day.Link.Address.ToString().TrimEnd('/'), pairing_code = code }, HttpStatusCode.OK);
        await SyncAsync(host.Admin);
        Assert.Equal(before, await HangsOnAsync(day.Cloud, competition));
        Assert.All(before.Split('\n'), line => Assert.StartsWith(here, line, StringComparison.Ordinal));
        Assert.Equal(["Vidal", "17"], (await day.Cloud.List($"/races/{race}/start-list", 500)).Where(b => (int)b["bib_number"]! is 2 or 17).Select(b => b["athletes"]![0]!.Text("last_name")));

        // It is offered to this Pi like any other; once it is fetched, the jury's word comes here too.
        Assert.Contains((await host.Admin.Get("/device/competitions"))["items"]!.AsArray(), c => c!.Text("client_uuid") == competition);
        await host.Admin.Post("/device/download?wait=true", new { competition_uuid = competition }, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        await SyncAsync(host.Admin);
        Assert.Equal("official", (await host.Admin.Get($"/incidents/{incident}")).Text("status"));
        await host.Admin.Put($"/races/{race}/start-list/18", new { athletes = new[] { new { first_name = "Ida", last_name = "Berg", nation = "NOR" } } });
        await SyncAsync(host.Admin);
        before = await HangsOnAsync(host.Admin, competition);
        Assert.Equal(before, await HangsOnAsync(day.Cloud, competition));
        await host.Admin.Post("/device/clear", new { confirm = "Night Cup" }, HttpStatusCode.OK);
        Assert.Empty(await host.Admin.List("/competitions"));
        Assert.Equal(before, await HangsOnAsync(day.Cloud, competition));
    }

    [Fact]
    public async Task What_is_missing_in_the_offices_competition_is_added_without_a_link_and_what_the_office_made_stays_as_it_is()
    {
        var here = (await day.Pi.Get("/device")).Text("device_uuid");
        var office = await HangsOnAsync(day.Cloud, day.Competition);
        day.Link.GoDown();
        var (race, place, own) = (Uuid(), Uuid(), Uuid());
        await day.Pi.Post($"/competitions/{day.Competition}/races", new { client_uuid = race, name = "Vertical", discipline = "vertical" }, HttpStatusCode.Created);
        await day.Pi.Post($"/races/{race}/start-list/bibs", new { first = 201, last = 203 }, HttpStatusCode.OK);
        await day.Pi.Post($"/races/{day.Race}/locations", new { client_uuid = place, name = "Behind the hut" }, HttpStatusCode.Created);
        var bibs = await day.Pi.Post($"/races/{day.Race}/start-list/bibs", new { first = 70, last = 90 }, HttpStatusCode.OK);
        Assert.Equal((15, 6), ((int)bibs["created"]!, (int)bibs["unchanged"]!));
        await day.Pi.Post("/competitions", new { client_uuid = own, name = "Night Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created);
        var incidents = new[] { await ReportAsync(day.Pi, race, null, 202, 0), await ReportAsync(day.Pi, day.Race, place, 88, 0), await ReportAsync(day.Pi, day.Race, day.Locations[0], 15, 0) };

        // R7: the office's own is not changed from here.
        foreach (var path in new[] { $"/competitions/{day.Competition}", $"/races/{day.Race}", $"/locations/{day.Locations[0]}" })
            Assert.Equal("not_origin", (await RefusedAsync(HttpMethod.Put, path, await SeenAsync(path), HttpStatusCode.Conflict)).Text("code"));
        Assert.Equal("not_origin", (await day.Pi.Delete($"/races/{day.Race}/start-list/bibs?first=75&last=80", HttpStatusCode.Conflict)).Text("code"));

        day.Link.ComeBack();
        await day.SyncUntilSentAsync();
        var device = await day.Pi.Get("/device");
        Assert.Equal((0, 0, 0, 0), ((int)device["pending"]!, (int)device["failed"]!, (int)device["conflicts"]!, (int)device["held"]!));
        var now = await HangsOnAsync(day.Cloud, day.Competition);
        Assert.Equal(await HangsOnAsync(day.Pi, day.Competition), now);
        Assert.Empty(office.Split('\n').Except(now.Split('\n')));
        Assert.All(now.Split('\n').Except(office.Split('\n')), line => Assert.StartsWith(here, line, StringComparison.Ordinal));
        foreach (var incident in incidents) Assert.Equal(here, (await day.Cloud.Get($"/incidents/{incident}")).Text("origin"));
        Assert.Equal(here, (await day.Cloud.Get($"/competitions/{own}")).Text("origin"));

        // Another Pi of the same competition gets it too.
        using var other = await HandDevice.PairAsync(day, competition: day.Competition);
        var download = await other.Get($"/sync/download?competition_uuid={day.Competition}");
        Assert.Contains(download["races"]!.AsArray(), r => r!.Text("client_uuid") == race);
        Assert.Contains(download["race_locations"]!.AsArray(), l => l!.Text("client_uuid") == place);
        Assert.Equal(18, download["bib_assignments"]!.AsArray().Count(b => (string?)b!["origin"] == here));
    }

    private static string Uuid() => Uuids.New(TimeProvider.System).ToString();

    private async Task<JsonObject> SeenAsync(string path)
    {
        var seen = (path.StartsWith("/locations", StringComparison.Ordinal) ? (await day.Pi.List($"/races/{day.Race}/locations")).Single(l => path.EndsWith(l.Text("client_uuid"), StringComparison.Ordinal)) : await day.Pi.Get(path)).AsObject();
        seen["name"] = "Renamed on the Pi";
        return seen;
    }

    private async Task<JsonNode> RefusedAsync(HttpMethod method, string path, JsonNode body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, new Uri("api/v1" + path, UriKind.Relative)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        using var answer = await day.Pi.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task SyncAsync(HttpClient pi)
    {
        for (var press = 0; press < 6; press++)
        {
            await pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
            if ((int)(await pi.Get("/device"))["pending"]! == 0) return;
        }

        Assert.Fail((await pi.Get("/device/queue?status=pending")).ToJsonString());
    }

    private static async Task ImportAsync(HttpClient at, string race, string startList)
    {
        using var csv = new StringContent(startList, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
        await at.Post($"/races/{race}/start-list", csv, HttpStatusCode.OK);
    }

    private static async Task<string> ReportAsync(HttpClient at, string race, string? place, int bib, int seconds) => (await at.Post("/incidents", new
    {
        race_uuid = race, race_location_uuid = place, bib_number = bib, occurred_at = new DateTimeOffset(2026, 2, 8, 10, 30, 0, TimeSpan.Zero).AddSeconds(seconds).ToString("O"), description = $"Fault of {bib}",
    }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");

    /// <summary>All that hangs on a competition, a line each that begins with its origin.</summary>
    private static async Task<string> HangsOnAsync(HttpClient at, string competition)
    {
        var lines = new List<string>();
        void Add(JsonNode what, params string[] fields) => lines.Add($"{what.Text("origin")} {string.Join(' ', fields.Select(f => what[f]?.ToJsonString()))}");
        Add(await at.Get($"/competitions/{competition}"), "client_uuid", "name", "country", "start_date", "end_date", "time_zone");
        foreach (var race in await at.List($"/competitions/{competition}/races"))
        {
            Add(race, "client_uuid", "name", "discipline");
            foreach (var location in await at.List($"/races/{race.Text("client_uuid")}/locations")) Add(location, "client_uuid", "name", "position");
            foreach (var bib in await at.List($"/races/{race.Text("client_uuid")}/start-list", 500)) Add(bib, "client_uuid", "bib_number", "heat", "status", "athletes");
            foreach (var incident in await at.List($"/races/{race.Text("client_uuid")}/incidents")) Add(incident, "client_uuid", "bib_number", "race_location_uuid", "description", "status");
        }

        return string.Join('\n', lines);
    }
}
