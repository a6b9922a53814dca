using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// What this software is for, scenario by scenario, on a real Pi and a real cloud with a link between them. Each keeps to bibs
/// of its own.
/// </summary>
public sealed class MissionTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task Bib_60_at_10_30_12_on_the_Pi_and_at_10_30_30_at_VAR_is_one_incident_with_both_reports()
    {
        var fromDesk = await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[1], bib_number = 60, occurred_at = At("10:30:30"), reporter_name = "VAR 2" }, HttpStatusCode.Created);
        var fromPi = await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[1], bib_number = 60, occurred_at = At("10:30:12") }, HttpStatusCode.Created);
        await day.SyncUntilSentAsync();

        var standing = await day.Cloud.Get($"/incidents/{fromPi["incident"]!.Text("client_uuid")}");
        Assert.Equal(fromDesk["incident"]!.Text("client_uuid"), standing.Text("client_uuid"));
        Assert.Equal([fromPi["incident"]!.Text("client_uuid")], standing["merged_from"]!.AsArray().Select(u => (string)u!));
        Assert.Equal(2, standing["reports"]!.AsArray().Count);
        var merge = Assert.Single(await day.Cloud.List($"/merges?competition_uuid={day.Competition}"), m => m["incident_uuids"]!.AsArray().Any(u => (string)u! == fromPi["incident"]!.Text("client_uuid")));
        Assert.Contains("Bib 60", merge.Text("reason"), StringComparison.Ordinal);
        Assert.Contains("two reports", merge.Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bib_61_at_10_30_on_the_Pi_and_at_10_31_at_VAR_are_two_incidents()
    {
        var fromPi = await ReportAsync(day.Pi, 61, "10:30:00");
        var fromVar = await ReportAsync(day.Cloud, 61, "10:31:00");
        await day.SyncUntilSentAsync();

        Assert.Equal(Sorted(fromPi, fromVar), Sorted(await StandingAsync(day.Cloud, 61)));
        Assert.Equal(Sorted(fromPi, fromVar), Sorted(await StandingAsync(day.Pi, 61)));
        // Near enough to ask a person, who may know better; and never counted as a conflict.
        var asked = Assert.Single(await day.Cloud.List($"/suggestions?competition_uuid={day.Competition}"), s => (int)s["bib_number"]! == 61);
        Assert.Contains("they are more than 30 s apart", asked.Text("reason"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(62, "10:30:30.000", 1)]
    [InlineData(63, "10:30:30.001", 2)]
    public async Task Thirty_seconds_are_within_and_a_millisecond_more_is_not(int bib, string atVar, int incidents)
    {
        // A device whose clock is known to the millisecond, as a Pi's is not.
        using var device = await HandDevice.PairAsync(day);
        await device.Upload(HandDevice.Sighting(day, bib, DateTimeOffset.Parse(At("10:30:00"), CultureInfo.InvariantCulture)));
        await ReportAsync(day.Cloud, bib, atVar);
        Assert.Equal(incidents, (await StandingAsync(day.Cloud, bib)).Count);
    }

    [Fact]
    public async Task Phrases_and_penalties_that_the_desk_changes_reach_a_Pi_that_was_ready_before()
    {
        Task<JsonNode> Set(string catalogue, object items) => day.Cloud.Put($"/competitions/{day.Competition}/{catalogue}", new { items });
        async Task<string[]> OnThePiAsync(string catalogue, string word) => [.. (await day.Pi.List($"/competitions/{day.Competition}/{catalogue}")).Select(l => l.Text(word))];
        await Set("phrases", new[] { new { text = "Skins in the wrong place" }, new { text = "Poles thrown" } });
        await Set("penalties", new[] { new { code = "3.2", name = "Missed gate" } });
        await day.SyncUntilSentAsync();
        Assert.Equal(["Skins in the wrong place", "Poles thrown"], await OnThePiAsync("phrases", "text"));
        Assert.Equal(["3.2"], await OnThePiAsync("penalties", "code"));

        // Changed, removed and moved: the Pi ends with the same list in the same order.
        var lines = await day.Cloud.List($"/competitions/{day.Competition}/phrases");
        await Set("phrases", new object[] { new { text = "Zone left" }, new { client_uuid = lines[0].Text("client_uuid"), text = "Skins not stowed" } });
        await Set("penalties", Array.Empty<object>());
        await day.SyncUntilSentAsync();
        Assert.Equal(["Zone left", "Skins not stowed"], await OnThePiAsync("phrases", "text"));
        Assert.Empty(await OnThePiAsync("penalties", "code"));
    }

    [Fact]
    public async Task A_day_without_a_link_arrives_once_each_however_the_link_breaks()
    {
        day.Link.GoDown();
        var reported = new List<(string Incident, string Report, int Bib)>();
        for (var bib = 1; bib <= 50; bib++)
        {
            var answer = await day.Pi.Post("/incidents", new
            {
                race_uuid = day.Race,
                race_location_uuid = day.Locations[0],
                bib_number = bib,
                occurred_at = At("11:00:00", bib * 60),
                description = $"Gate {bib} cut on the inside, {bib * 7 % 13} m before the pole",
            }, HttpStatusCode.Created);
            Assert.False((bool)answer["matched"]!);
            reported.Add((answer["incident"]!.Text("client_uuid"), answer["report"]!.Text("client_uuid"), bib));
        }

        await day.Pi.Post("/device/sync?wait=true", null, HttpStatusCode.ServiceUnavailable);
        var waiting = await day.Pi.Get("/device");
        Assert.True((int)waiting["pending"]! >= 100, waiting.ToJsonString());
        Assert.All(await day.Pi.List("/device/queue?status=pending"), row => Assert.Equal(0, (int)row["retry_count"]!));

        day.Link.ComeBack();
        day.Link.CutNextUploadAfter(700);
        await day.SyncUntilSentAsync();
        Assert.Equal(1, day.Link.Cuts);
        Assert.Equal(reported.Select(r => r.Report).Order(), await ReportsOnCloudAsync(reported.Select(r => r.Bib).ToHashSet()));

        // The answer to an upload is lost after the cloud's commit: what it held is sent again, and stands once.
        var edited = reported[0];
        await day.Pi.Patch($"/reports/{edited.Report}", new { description = "Both skis outside the gate" });
        day.Link.LoseNextUploadAnswer();
        await day.SyncUntilSentAsync();
        Assert.Equal(2, day.Link.Cuts);
        Assert.Equal(reported.Select(r => r.Report).Order(), await ReportsOnCloudAsync(reported.Select(r => r.Bib).ToHashSet()));
        var shown = await day.Cloud.Get($"/incidents/{edited.Incident}");
        Assert.Equal("Both skis outside the gate", Assert.Single(shown["reports"]!.AsArray())!.Text("description"));
        Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));
    }

    [Fact]
    public async Task When_the_network_dies_after_30_of_50_records_sending_all_again_brings_the_other_20_and_nothing_twice()
    {
        using var device = await HandDevice.PairAsync(day);
        var records = Enumerable.Range(0, 25).SelectMany(i => HandDevice.Sighting(day, 100 + i, DateTimeOffset.Parse(At("12:00:00", i * 60), CultureInfo.InvariantCulture))).ToList();
        Assert.All(await device.Upload(records[..30]), r => Assert.Equal("created", r.Text("status")));

        var again = await device.Upload(records);
        Assert.All(again.Take(30), r => Assert.Equal("already_synced", r.Text("status")));
        Assert.All(again.Skip(30), r => Assert.Equal("created", r.Text("status")));
        Assert.Equal(Sorted([.. records.Where(r => r.Text("type") == "report").Select(r => r.Text("client_uuid"))]), await ReportsOnCloudAsync([.. Enumerable.Range(100, 25)]));
    }

    [Fact]
    public async Task The_same_UUID_with_different_data_on_both_sides_is_kept_twice_until_a_person_chooses_and_the_Pi_hears_of_it()
    {
        var uuid = Uuids.New(TimeProvider.System).ToString();
        day.Link.GoDown();
        await day.Pi.Post("/incidents", Tap(64, "10:30:00", uuid, "Gate 3 left out"), HttpStatusCode.Created);
        await day.Cloud.Post("/incidents", Tap(64, "10:30:00", uuid, "Both skis outside the gate"), HttpStatusCode.Created);
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        var conflict = await ConflictAsync(uuid);
        Assert.Equal(("uuid_exists_different_data", "incident"), (conflict.Text("conflict_type"), conflict.Text("record_type")));
        Assert.Equal(["description"], conflict["differing_fields"]!.AsArray().Select(f => (string)f!));
        Assert.Equal(("Both skis outside the gate", "Gate 3 left out"), (conflict["cloud_data"]!.Text("description"), conflict["device_data"]!.Text("description")));
        // Nothing is lost meanwhile: both reports are there.
        Assert.Equal(2, (await day.Cloud.Get($"/incidents/{uuid}"))["reports"]!.AsArray().Count);

        await day.Cloud.Post($"/conflicts/{conflict.Text("client_uuid")}/resolve", new { resolution = "device_wins" }, HttpStatusCode.OK);
        await day.SyncUntilSentAsync();
        foreach (var side in new[] { day.Cloud, day.Pi }) Assert.Equal("Gate 3 left out", (await side.Get($"/incidents/{uuid}")).Text("description"));
        Assert.DoesNotContain(await day.Pi.List("/device/queue?status=conflict"), row => row.Text("client_uuid") == uuid);
    }

    [Fact]
    public async Task Both_sides_officialising_is_agreement_and_the_earlier_time_stays()
    {
        await GrantDecisionsAsync();
        var incident = await ReportAsync(day.Pi, 65, "10:30:00");
        await day.SyncUntilSentAsync();

        day.Link.GoDown();
        var here = await day.Pi.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        Assert.DoesNotContain(await day.Cloud.List("/conflicts"), c => c.Text("record_uuid") == incident);
        foreach (var side in new[] { day.Cloud, day.Pi })
        {
            var shown = await side.Get($"/incidents/{incident}");
            Assert.Equal(("official", here.Text("officialized_at"), here.Text("officialized_by")), (shown.Text("status"), shown.Text("officialized_at"), shown.Text("officialized_by")));
        }
    }

    [Fact]
    public async Task Different_decisions_on_one_incident_are_left_to_a_person()
    {
        await GrantDecisionsAsync();
        var incident = await ReportAsync(day.Pi, 66, "10:30:00");
        await day.Pi.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        await day.SyncUntilSentAsync();

        day.Link.GoDown();
        await day.Pi.Post($"/incidents/{incident}/decision", new { decision = "penalty_applied", penalty_code = "P1" }, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{incident}/decision", new { decision = "no_action" }, HttpStatusCode.OK);
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        var conflict = await ConflictAsync(incident);
        Assert.Equal("decision_mismatch", conflict.Text("conflict_type"));
        // R6: each side keeps what its people decided, until a person has chosen.
        Assert.Equal("no_action", (await day.Cloud.Get($"/incidents/{incident}")).Text("decision"));
        Assert.Equal("penalty_applied", conflict["device_data"]!.Text("decision"));

        await day.Cloud.Post($"/conflicts/{conflict.Text("client_uuid")}/resolve", new { resolution = "device_wins", notes = "Seen on video" }, HttpStatusCode.OK);
        await day.SyncUntilSentAsync();
        foreach (var side in new[] { day.Cloud, day.Pi })
        {
            var shown = await side.Get($"/incidents/{incident}");
            Assert.Equal(("penalty_applied", "P1"), (shown.Text("decision"), shown.Text("penalty_code")));
        }
    }

    [Fact]
    public async Task Two_incidents_of_one_fault_that_were_decided_differently_are_not_merged_but_put_before_a_person()
    {
        await GrantDecisionsAsync();
        day.Link.GoDown();
        var fromPi = await ReportAsync(day.Pi, 67, "10:30:00");
        var fromVar = await ReportAsync(day.Cloud, 67, "10:30:10");
        foreach (var (side, incident, decision) in new[] { (day.Pi, fromPi, "rejected"), (day.Cloud, fromVar, "no_action") })
        {
            await side.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
            await side.Post($"/incidents/{incident}/decision", new { decision }, HttpStatusCode.OK);
        }

        day.Link.ComeBack();
        await day.SyncUntilSentAsync();
        Assert.Equal(Sorted(fromPi, fromVar), Sorted(await StandingAsync(day.Cloud, 67)));
        var conflict = await ConflictAsync(fromPi);
        Assert.Equal(("fingerprint_match_decision_mismatch", fromVar), (conflict.Text("conflict_type"), conflict.Text("other_record_uuid")));

        // With one decision they are one.
        await day.Cloud.Post($"/conflicts/{conflict.Text("client_uuid")}/resolve", new { resolution = "cloud_wins" }, HttpStatusCode.OK);
        await day.SyncUntilSentAsync();
        foreach (var side in new[] { day.Cloud, day.Pi })
        {
            Assert.Equal([fromVar], await StandingAsync(side, 67));
            Assert.Equal("no_action", (await side.Get($"/incidents/{fromPi}")).Text("decision"));
        }
    }

    [Fact]
    public async Task A_report_that_comes_before_its_incident_waits_for_it()
    {
        using var device = await HandDevice.PairAsync(day);
        var sighting = HandDevice.Sighting(day, 68, DateTimeOffset.Parse(At("10:30:00"), CultureInfo.InvariantCulture));
        var early = Assert.Single(await device.Upload([sighting[1]]));
        Assert.Equal(("deferred", "foreign_key_not_found"), (early.Text("status"), early["error"]!.Text("code")));
        Assert.Empty(await StandingAsync(day.Cloud, 68));
        Assert.Empty(await day.Cloud.List("/sync/quarantine"));

        Assert.Equal(["created"], (await device.Upload([sighting[0]])).Select(r => r.Text("status")));
        Assert.Equal(["created"], (await device.Upload([sighting[1]])).Select(r => r.Text("status")));
        Assert.Equal([sighting[1].Text("client_uuid")], await ReportsOnCloudAsync([68]));
    }

    [Fact]
    public async Task Two_competitions_of_one_name_one_made_on_the_Pi_both_stay()
    {
        day.Link.GoDown();
        var here = (await day.Pi.Post("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        var named = (await day.Cloud.List("/competitions")).Where(c => c.Text("name") == "Trial Cup").Select(c => c.Text("client_uuid"));
        Assert.Equal(Sorted(day.Competition, here), Sorted([.. named]));
        Assert.DoesNotContain(await day.Cloud.List("/conflicts"), c => c.Text("record_type") == "competition");
    }

    /// <summary>R6: a device decides only where the cloud granted it; the Pi hears of it when it looks what it is offered.</summary>
    private async Task GrantDecisionsAsync()
    {
        var pi = Assert.Single(await day.Cloud.List("/devices"), d => d.Text("name") == "Pi Start");
        await day.Cloud.Patch($"/devices/{pi.Text("device_uuid")}", new { may_decide = true });
        await day.Pi.Get("/device/competitions");
    }

    private async Task<string> ReportAsync(HttpClient side, int bib, string at) =>
        (await side.Post("/incidents", Tap(bib, at), HttpStatusCode.Created))["incident"]!.Text("client_uuid");

    private object Tap(int bib, string at, string? uuid = null, string? description = null) =>
        new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = bib, occurred_at = At(at), client_uuid = uuid, report_uuid = Uuids.New(TimeProvider.System), description };

    private async Task<JsonNode> ConflictAsync(string record) => Assert.Single(await day.Cloud.List("/conflicts?state=pending"), c => c.Text("record_uuid") == record);

    private async Task<List<string>> StandingAsync(HttpClient side, int bib) => [.. (await side.List($"/races/{day.Race}/incidents?bib_number={bib}")).Select(i => i.Text("client_uuid"))];

    private static List<string> Sorted(params IEnumerable<string> uuids) => [.. uuids.Order(StringComparer.Ordinal)];

    /// <summary>A time of the race day, so many seconds later.</summary>
    private static string At(string clock, int seconds = 0) =>
        DateTimeOffset.Parse($"2026-02-08T{clock}Z", CultureInfo.InvariantCulture).AddSeconds(seconds).ToString("O");

    private async Task<IEnumerable<string>> ReportsOnCloudAsync(HashSet<int> bibs)
    {
        var reports = new List<string>();
        foreach (var incident in await day.Cloud.List($"/races/{day.Race}/incidents", limit: 7))
            if (bibs.Contains((int)incident["bib_number"]!))
                reports.AddRange((await day.Cloud.Get($"/incidents/{incident.Text("client_uuid")}"))["reports"]!.AsArray().Select(r => r!.Text("client_uuid")));
        return reports.Order();
    }
}
