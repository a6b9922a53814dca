using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>A race day over HTTP. Tests of the class share the pair of hosts, and keep to bibs and times of their own.</summary>
public sealed class RaceDayTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task What_the_Pi_downloaded_is_what_the_cloud_has()
    {
        Assert.Contains("\"created\":75", day.StartListCounts, StringComparison.Ordinal);
        var state = await day.Pi.Get("/device");
        Assert.True((bool)state["ready_for_offline"]!);
        Assert.True((bool)state["paired"]!);
        Assert.Equal(Bare(await day.Cloud.Get($"/races/{day.Race}/start-list")), Bare(await day.Pi.Get($"/races/{day.Race}/start-list")));
        Assert.Equal((await day.Cloud.List($"/races/{day.Race}/locations")).Select(l => l.Text("client_uuid")), (await day.Pi.List($"/races/{day.Race}/locations")).Select(l => l.Text("client_uuid")));
    }

    [Fact]
    public async Task A_second_tap_on_the_Pi_joins_the_first()
    {
        object Tap(int second) => new { race_uuid = day.Race, race_location_uuid = day.Locations[2], bib_number = 61, occurred_at = At(second) };
        var first = await day.Pi.Post("/incidents", Tap(7800), HttpStatusCode.Created);
        // Not on the edge of the window: a Pi measures its clock anew at each contact, and the correction may move by a millisecond.
        var second = await day.Pi.Post("/incidents", Tap(7825), HttpStatusCode.Created);
        var third = await day.Pi.Post("/incidents", Tap(7861), HttpStatusCode.Created);
        Assert.False((bool)first["matched"]!);
        Assert.True((bool)second["matched"]!);
        Assert.Equal(first["incident"]!.Text("client_uuid"), second["incident"]!.Text("client_uuid"));
        Assert.False((bool)third["matched"]!);
    }

    [Fact]
    public async Task The_same_tap_delivered_again_and_again_is_one_report()
    {
        var tap = new { race_uuid = day.Race, bib_number = 62, occurred_at = At(8400), report_uuid = "01980000-0000-7000-8000-0000000000aa" };
        var first = await day.Pi.Post("/incidents", tap, HttpStatusCode.Created);
        var again = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => day.Pi.Post("/incidents", tap, HttpStatusCode.OK)));
        Assert.All(again, a => Assert.Equal(first["incident"]!.Text("client_uuid"), a["incident"]!.Text("client_uuid")));
        Assert.Single(await day.Pi.List($"/races/{day.Race}/incidents?bib_number=62"));
    }

    [Fact]
    public async Task What_the_desk_and_another_device_reported_before_the_download_is_on_the_Pi_after_it()
    {
        var fromDesk = (await day.Cloud.Post("/incidents", new { race_uuid = day.Race, bib_number = 63, occurred_at = At(9000), reporter_name = "VAR 2" }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        await day.Cloud.Patch($"/incidents/{fromDesk}", new { description = "Ski lost in the second descent" });
        var fromOther = (await day.Pi.Post("/incidents", new { race_uuid = day.Race, bib_number = 64, occurred_at = At(9060) }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        await day.SyncUntilSentAsync();

        await using var late = new RunningPi();
        await late.InitializeAsync();
        var code = (await day.Cloud.Post("/devices/pairing-codes", new { name = "Pi Finish", competition_uuids = new[] { day.Competition } }, HttpStatusCode.Created)).Text("pairing_code");
        await late.Admin.Post("/device/pair", new { server_url = day.CloudHost.Address.ToString().TrimEnd('/'), pairing_code = code }, HttpStatusCode.OK);
        await late.Admin.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);

        foreach (var incident in new[] { fromDesk, fromOther })
        {
            var there = await day.Cloud.Get($"/incidents/{incident}");
            var here = await late.Admin.Get($"/incidents/{incident}");
            Assert.Equal((string?)there["description"], (string?)here["description"]);
            Assert.Equal(there["reports"]!.AsArray().Select(r => r!.Text("client_uuid")), here["reports"]!.AsArray().Select(r => r!.Text("client_uuid")));
        }

        Assert.Contains("description", (await late.Admin.Get($"/incidents/{fromDesk}/history")).ToJsonString(), StringComparison.Ordinal);
    }

    private static string At(int second) => new DateTimeOffset(2026, 2, 8, 8, 0, 0, TimeSpan.Zero).AddSeconds(second).ToString("O");

    /// <summary>The start list without revisions, which each system counts by itself.</summary>
    private static string Bare(JsonNode startList) => string.Join('\n', startList["items"]!.AsArray().Select(i =>
    {
        foreach (var one in i!["athletes"]!.AsArray().Append(i)) foreach (var own in new[] { "revision", "updated_at" }) ((JsonObject)one!).Remove(own);
        return i.ToJsonString();
    }));
}
