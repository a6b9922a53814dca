using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>R9: a cloud that was restored from an older backup, and what waited for a person there meanwhile.</summary>
public sealed class LostConflictTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task A_conflict_that_the_restored_cloud_has_no_more_ends_on_the_Pi_and_one_that_it_has_stays()
    {
        var kept = await DisputeAsync(1);
        await day.CloudHost.StopAsync();
        await using var backup = await day.CloudHost.Database.CloneAsync();
        await day.CloudHost.StartAsync();
        var lost = await DisputeAsync(2);
        Assert.Equal(2, (await OpenOnPiAsync()).Count);
        Assert.Equal(Order(kept, lost), Order([.. (await day.Pi.List("/device/queue?status=conflict")).Select(e => e.Text("client_uuid"))]));

        await day.CloudHost.StopAsync();
        var before = day.CloudHost.Database;
        day.CloudHost.Database = backup;
        await day.CloudHost.StartAsync();
        try
        {
            await SyncAsync();
            await SyncAsync();

            var open = Assert.Single(await day.Cloud.List("/conflicts?state=pending"));
            Assert.Equal(kept, open.Text("record_uuid"));
            Assert.Equal([open.Text("client_uuid")], await OpenOnPiAsync());
            Assert.Equal([kept], (await day.Pi.List("/device/queue?status=conflict")).Select(e => e.Text("client_uuid")));

            // R4: the one takes part in the rule again, the other waits for a person still.
            foreach (var (incident, number) in new[] { (kept, 1), (lost, 2) })
            {
                var shown = await day.Pi.Get($"/incidents/{incident}");
                Assert.Equal((int)(await day.Cloud.Get($"/incidents/{incident}"))["bib_number"]!, (int)shown["bib_number"]!);
                Assert.Equal(incident == lost, (bool)(await ReportAsync(number, (int)shown["bib_number"]!))["matched"]!);
            }

            await SyncAsync();
            Assert.Equal(3, (await day.Cloud.List($"/races/{day.Race}/incidents")).Count);
        }
        finally
        {
            await day.CloudHost.StopAsync();
            day.CloudHost.Database = before;
        }
    }

    /// <summary>An incident whose bib the Pi and the desk correct at the same time, without knowing of each other.</summary>
    private async Task<string> DisputeAsync(int number)
    {
        var incident = (await ReportAsync(number, number))["incident"]!.Text("client_uuid");
        await SyncAsync();
        day.Link.GoDown();
        await day.Pi.Patch($"/incidents/{incident}", new { bib_number = number + 100 });
        await day.Cloud.Patch($"/incidents/{incident}", new { bib_number = number + 200 });
        day.Link.ComeBack();
        await SyncAsync();
        return incident;
    }

    private Task<JsonNode> ReportAsync(int number, int bib) => day.Pi.Post("/incidents", new
    {
        race_uuid = day.Race,
        race_location_uuid = day.Locations[0],
        bib_number = bib,
        occurred_at = new DateTimeOffset(2026, 2, 8, 9, number, 0, TimeSpan.Zero).ToString("O"),
    }, HttpStatusCode.Created);

    private Task<JsonNode> SyncAsync() => day.Pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);

    private async Task<IReadOnlyList<string>> OpenOnPiAsync() =>
        await day.PiHost.Database.QueryAsync<string>("SELECT client_uuid::text FROM dedup.sync_conflicts WHERE resolved_at IS NULL ORDER BY 1");

    private static string[] Order(params string[] uuids) => [.. uuids.Order(StringComparer.Ordinal)];
}
