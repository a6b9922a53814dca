using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>R9: a cloud that was restored from an older backup, and two Pis that know more than it.</summary>
public sealed class BackupTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task What_a_restored_cloud_lost_comes_back_from_the_Pis_once_each_and_all_agree()
    {
        await using var other = new RunningPi();
        await other.InitializeAsync();
        var code = (await day.Cloud.Post("/devices/pairing-codes", new { name = "Pi Finish", competition_uuids = new[] { day.Competition } }, HttpStatusCode.Created)).Text("pairing_code");
        await other.Admin.Post("/device/pair", new { server_url = day.CloudHost.Address.ToString().TrimEnd('/'), pairing_code = code }, HttpStatusCode.OK);
        await other.Admin.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);

        var early = await ReportAsync(day.Pi, 1);
        var atDesk = await ReportAsync(day.Cloud, 2);
        await SyncAsync(day.Pi, other.Admin);

        await day.CloudHost.StopAsync();
        await using var backup = await day.CloudHost.Database.CloneAsync();
        await day.CloudHost.StartAsync();

        // What the backup does not hold: each side's records, edits of older ones, a late bib, and what people did with them.
        await day.Pi.Patch($"/incidents/{early}", new { description = "Both skis outside the gate" });
        await day.Cloud.Patch($"/incidents/{atDesk}", new { description = "Seen on camera 3" });
        var late = await ReportAsync(day.Pi, 3);
        var lateAtDesk = await ReportAsync(day.Cloud, 4);
        var fromOther = await ReportAsync(other.Admin, 5);
        var decided = await ReportAsync(day.Pi, 6);
        await day.Cloud.Put($"/races/{day.Race}/start-list/777", new { athletes = new[] { new { first_name = "Ida", last_name = "Berg", nation = "NOR" } } });
        await SyncAsync(day.Pi, other.Admin, day.Pi);
        await day.Cloud.Post($"/incidents/{decided}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{lateAtDesk}/merge", new { into_uuid = atDesk, note = "One fault, two cameras" }, HttpStatusCode.OK);
        await SyncAsync(day.Pi, other.Admin);

        await day.CloudHost.StopAsync();
        var lost = day.CloudHost.Database;
        day.CloudHost.Database = backup;
        await day.CloudHost.StartAsync();
        try
        {
            await day.Cloud.Get($"/incidents/{late}", HttpStatusCode.NotFound);
            var after = await ReportAsync(day.Cloud, 7);
            await Task.WhenAll(SyncAsync(day.Pi), SyncAsync(other.Admin));
            await SyncAsync(day.Pi, other.Admin);

            Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));
            Assert.Equal("Both skis outside the gate", (await day.Cloud.Get($"/incidents/{early}")).Text("description"));
            var together = await day.Cloud.Get($"/incidents/{lateAtDesk}");
            Assert.Equal((atDesk, "Seen on camera 3", 2), (together.Text("client_uuid"), together.Text("description"), together["reports"]!.AsArray().Count));
            Assert.Equal("cloud", together.Text("origin"));
            Assert.Equal((await other.Admin.Get("/device")).Text("device_uuid"), (await day.Cloud.Get($"/incidents/{fromOther}")).Text("origin"));
            Assert.Contains(await StartListAsync(day.Cloud), b => (int)b["bib_number"]! == 777);
            foreach (var incident in new[] { early, atDesk, late, fromOther, decided, after }) Assert.Equal(await WhatAsync(day.Cloud, incident), await WhatAsync(day.Pi, incident));
            foreach (var incident in new[] { early, atDesk, late, fromOther, after }) Assert.Equal(await WhatAsync(day.Cloud, incident), await WhatAsync(other.Admin, incident));
            Assert.Equal(6, (await day.Cloud.List($"/races/{day.Race}/incidents")).Count);

            // R6: what the jury decided is said again by a person; the record itself is there.
            Assert.Equal("unofficial", (await day.Cloud.Get($"/incidents/{decided}")).Text("status"));
            var waiting = await day.Cloud.List("/sync/quarantine");
            Assert.NotEmpty(waiting);
            Assert.All(waiting, w => Assert.Equal(("decision_not_granted", decided), (w["error"]!.Text("code"), w.Text("record_uuid"))));
            await day.Cloud.Post($"/sync/quarantine/{waiting[0].Text("client_uuid")}", new { action = "accept" }, HttpStatusCode.OK);
            Assert.Equal("official", (await day.Cloud.Get($"/incidents/{decided}")).Text("status"));
        }
        finally
        {
            await day.CloudHost.StopAsync();
            day.CloudHost.Database = lost;
        }
    }

    private async Task<string> ReportAsync(HttpClient at, int number) => (await at.Post("/incidents", new
    {
        race_uuid = day.Race,
        race_location_uuid = day.Locations[0],
        bib_number = number,
        occurred_at = new DateTimeOffset(2026, 2, 8, 9, number, 0, TimeSpan.Zero).ToString("O"),
        description = $"Fault {number}",
    }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");

    private static async Task SyncAsync(params HttpClient[] pis)
    {
        foreach (var pi in pis) await pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
    }

    private async Task<IReadOnlyList<JsonNode>> StartListAsync(HttpClient at) => [.. (await at.Get($"/races/{day.Race}/start-list"))["items"]!.AsArray().Select(b => b!)];

    /// <summary>An incident as all must have it.</summary>
    private static async Task<string> WhatAsync(HttpClient at, string incident)
    {
        var shown = await at.Get($"/incidents/{incident}");
        return string.Join('|', [shown.Text("client_uuid"), (string?)shown["description"], shown.Text("status"), (int)shown["bib_number"]!, shown.Text("occurred_at"),
            string.Join(',', shown["reports"]!.AsArray().Select(r => r!.Text("client_uuid")).Order(StringComparer.Ordinal))]);
    }
}
