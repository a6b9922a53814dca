using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>A cause is told once until it has ended, to those whom it concerns, above every page of the desk.</summary>
[Collection<WatchfulCloud.Tests>]
public sealed class AlertsTests(WatchfulCloud cloud)
{
    [Fact]
    public async Task A_card_that_is_nearly_full_is_told_once_and_told_as_over()
    {
        var device = await cloud.DeviceAsync("Pi <b>Gate</b>");
        await device.UploadAsync(status: new { disk_free_bytes = 5, disk_total_bytes = 100 });
        await device.UploadAsync(status: new { disk_free_bytes = 4, disk_total_bytes = 100 });
        Assert.Equal(["The card of Pi <b>Gate</b> is nearly full: 4 % are free. (on)"], await cloud.AlertsAsync("card_nearly_full", device.Uuid));
        var page = await cloud.PageAsync("/competitions");
        Assert.Contains("The card of Pi &lt;b&gt;Gate&lt;/b&gt; is nearly full", page, StringComparison.Ordinal);
        Assert.Contains($"/devices#device-{device.Uuid}", page, StringComparison.Ordinal);

        await device.UploadAsync(status: new { disk_free_bytes = 10, disk_total_bytes = 100 });
        Assert.Equal(["The card of Pi <b>Gate</b> is nearly full: 4 % are free. (over)"], await cloud.AlertsAsync("card_nearly_full", device.Uuid));
        Assert.Contains("Over since", await cloud.PageAsync("/devices"), StringComparison.Ordinal);
        await device.UploadAsync(status: new { disk_free_bytes = 9, disk_total_bytes = 100 });
        Assert.Equal(2, (await cloud.AlertsAsync("card_nearly_full", device.Uuid)).Count);
    }

    [Fact]
    public async Task Records_that_wait_on_a_Pi_as_failed_are_told_once_with_their_number_but_not_those_in_quarantine()
    {
        var device = await cloud.DeviceAsync("Pi Ridge");
        await device.UploadAsync(status: new { failed = 2, failed_in_quarantine = 2 });
        Assert.Empty(await cloud.AlertsAsync("record_failed", device.Uuid));
        await device.UploadAsync(status: new { failed = 3, failed_in_quarantine = 2 });
        Assert.Equal(["One record waits on Pi Ridge as failed and is not here. Sync now on its screen tries again. (on)"], await cloud.AlertsAsync("record_failed", device.Uuid));
        await device.UploadAsync(status: new { failed = 2 });
        Assert.Equal(["2 records wait on Pi Ridge as failed and are not here. Sync now on its screen tries again. (on)"], await cloud.AlertsAsync("record_failed", device.Uuid));
        var page = await cloud.PageAsync("/competitions");
        Assert.Contains("2 records wait on Pi Ridge", page, StringComparison.Ordinal);
        Assert.Contains($"/devices#device-{device.Uuid}", page, StringComparison.Ordinal);

        // What says nothing of it, or no number, changes nothing.
        await device.UploadAsync();
        foreach (var odd in new object[] { "two", -1, 1e300 }) await device.UploadAsync(status: new { failed = odd });
        Assert.EndsWith("(on)", Assert.Single(await cloud.AlertsAsync("record_failed", device.Uuid)), StringComparison.Ordinal);
        await device.UploadAsync(status: new { failed = 0 });
        Assert.EndsWith("(over)", Assert.Single(await cloud.AlertsAsync("record_failed", device.Uuid)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clips_that_the_cloud_would_not_take_are_told_until_there_are_none()
    {
        var device = await cloud.DeviceAsync("Pi Film");
        await device.UploadAsync(status: new { clips_pending = 4, clips_failed = 0 });
        Assert.Empty(await cloud.AlertsAsync("clip_failed", device.Uuid));
        await device.UploadAsync(status: new { clips_pending = 4, clips_failed = 2 });
        Assert.Equal(["2 clips wait on Pi Film as failed and are not here. Sync now on its screen tries again. (on)"], await cloud.AlertsAsync("clip_failed", device.Uuid));
        await device.UploadAsync();
        foreach (var odd in new object[] { "two", -1, 1e300 }) await device.UploadAsync(status: new { clips_failed = odd });
        Assert.EndsWith("(on)", Assert.Single(await cloud.AlertsAsync("clip_failed", device.Uuid)), StringComparison.Ordinal);
        await device.UploadAsync(status: new { clips_failed = 0 });
        Assert.EndsWith("(over)", Assert.Single(await cloud.AlertsAsync("clip_failed", device.Uuid)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Pi_that_started_anew_is_no_copied_card_and_two_that_take_turns_are_until_it_is_paired_anew()
    {
        var device = await cloud.DeviceAsync("Pi Start");
        foreach (var boot in new[] { "a", "a", "b", "b", "c", "d" }) await device.UploadAsync(boot: boot);
        Assert.Empty(await cloud.AlertsAsync("token_shared", device.Uuid));
        await device.UploadAsync(boot: "c");
        await device.UploadAsync(boot: "d");
        Assert.Single(await cloud.AlertsAsync("token_shared", device.Uuid));
        Assert.Contains("More than one machine uses its token", await cloud.PageAsync("/devices"), StringComparison.Ordinal);

        await cloud.PairAsync(device.Uuid, "Pi Start", device.Uuid);
        Assert.EndsWith("(over)", Assert.Single(await cloud.AlertsAsync("token_shared", device.Uuid)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_copies_of_a_card_that_take_turns_are_told_and_nothing_that_they_sent_is_lost()
    {
        var (competition, boots) = (await cloud.CompetitionAsync("Copied"), new[] { "x", "y", "z" });
        var (race, _) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Pi Image", competition);
        foreach (var boot in boots) Assert.Equal("created", (await device.UploadAsync(Incident(race), boot: boot))!["status"]!.GetValue<string>());
        Assert.Empty(await cloud.AlertsAsync("token_shared", device.Uuid));
        foreach (var boot in boots) Assert.Equal("created", (await device.UploadAsync(Incident(race), boot: boot))!["status"]!.GetValue<string>());
        Assert.Single(await cloud.AlertsAsync("token_shared", device.Uuid));
    }

    [Fact]
    public async Task Rejected_records_are_one_alert_a_competition_with_their_number_until_they_are_settled()
    {
        var device = await cloud.DeviceAsync("Pi Finish");
        var first = await device.UploadAsync(record: Bad());
        await device.UploadAsync(record: Bad());
        var line = Assert.Single(await cloud.AlertsAsync("record_quarantined", null), a => a.EndsWith("(on)", StringComparison.Ordinal));
        Assert.StartsWith("2 records", line, StringComparison.Ordinal);
        Assert.Contains("href=\"/quarantine\"", await cloud.PageAsync("/competitions"), StringComparison.Ordinal);
        foreach (var entry in (await cloud.Admin.GetFromJsonAsync<JsonObject>("api/v1/sync/quarantine"))!["items"]!.AsArray())
            (await cloud.Admin.PostAsJsonAsync($"api/v1/sync/quarantine/{entry!["client_uuid"]}", new { action = "set_aside" })).EnsureSuccessStatusCode();
        Assert.All(await cloud.AlertsAsync("record_quarantined", null), a => Assert.EndsWith("(over)", a, StringComparison.Ordinal));
        Assert.NotNull(first!["quarantine_uuid"]);
    }

    [Fact]
    public async Task A_device_that_is_silent_while_its_competition_runs_is_told_by_the_job_and_heard_again()
    {
        var competition = await cloud.CompetitionAsync("Coppa <script>");
        var device = await cloud.DeviceAsync("Pi Silent", competition);
        var done = await cloud.DeviceAsync("Pi Elsewhere", await cloud.CompetitionAsync("Last year", year: 2020));
        var emergency = await cloud.CompetitionAsync("Coppa, made in the snow");
        var there = await cloud.DeviceAsync("Pi Hut", emergency);
        await cloud.PostAsync($"competitions/{emergency}/merge", new { into_uuid = competition });
        await cloud.Database.ExecuteAsync("UPDATE sync.devices SET last_seen_at = now() - interval '16 minutes' WHERE device_uuid = ANY($1)", new[] { device.Uuid, done.Uuid, there.Uuid });
        await WatchfulCloud.UntilAsync(async () => (await cloud.AlertsAsync("device_silent", device.Uuid)).Count == 1);
        Assert.Contains("Coppa &lt;script&gt; is running", await cloud.PageAsync("/competitions"), StringComparison.Ordinal);
        Assert.Empty(await cloud.AlertsAsync("device_silent", done.Uuid));
        // Whoever has a competition that was merged into another works in that.
        Assert.EndsWith("Coppa <script> is running. (on)", Assert.Single(await cloud.AlertsAsync("device_silent", there.Uuid)), StringComparison.Ordinal);

        await device.UploadAsync();
        Assert.EndsWith("(over)", Assert.Single(await cloud.AlertsAsync("device_silent", device.Uuid)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_ten_conflicts_within_an_hour_are_told_and_ten_are_not()
    {
        var (many, few) = (await cloud.CompetitionAsync("Many"), await cloud.CompetitionAsync("Few"));
        foreach (var (competition, count) in new[] { (many, 11), (few, 10) })
            await cloud.Database.ExecuteAsync(
                """
                INSERT INTO dedup.sync_conflicts (client_uuid, conflict_type, record_type, record_uuid, competition_uuid, versions, differing_fields, disputes, revision, created_at)
                SELECT gen_random_uuid(), 'field_mismatch', 'incident', gen_random_uuid(), $1, '{}', '{description}', '[]', '1', now() FROM generate_series(1, $2)
                """, competition, count);
        await WatchfulCloud.UntilAsync(async () => (await cloud.AlertsAsync("conflict_spike", null)).Count > 0);
        Assert.Equal(["11 conflicts within an hour in Many. (on)"], await cloud.AlertsAsync("conflict_spike", null));
        await cloud.Database.ExecuteAsync("UPDATE dedup.sync_conflicts SET created_at = now() - interval '2 hours' WHERE competition_uuid = $1", many);
        await WatchfulCloud.UntilAsync(async () => (await cloud.AlertsAsync("conflict_spike", null)).All(a => a.EndsWith("(over)", StringComparison.Ordinal)));
    }

    private static object Incident(Guid race) => new { type = "incident", client_uuid = WatchfulCloud.NewUuid(), edit = 1, data = new { race_uuid = race, occurred_at = "2026-02-08T10:00:00Z" } };

    private static object Bad() => new { type = "incident", client_uuid = WatchfulCloud.NewUuid(), edit = 1, data = new { occurred_at = "no time" } };
}
