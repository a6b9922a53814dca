using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>The pages that show what was made of it all: the dashboard, the monitor, the jury's paper. On a cloud of its own: what is refused here raises alerts, which others count.</summary>
public sealed class ShowingTests(WatchfulCloud cloud) : IClassFixture<WatchfulCloud>
{
    [Fact]
    public async Task The_dashboard_says_what_misses_its_target_and_leads_to_the_runs_behind_it()
    {
        var competition = await cloud.CompetitionAsync("Measured");
        var (race, _) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Pi of the figures", competition);
        await device.UploadAsync(Incident(race, 7));
        var page = await cloud.PageAsync($"/competitions/{competition}/dashboard");
        Assert.Contains("1 of 1 run", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Misses target", page, StringComparison.Ordinal);

        await device.UploadAsync(Incident(race, 70_000));
        page = await cloud.PageAsync($"/competitions/{competition}/dashboard");
        Assert.Contains("1 of 2 runs", page, StringComparison.Ordinal);
        Assert.Contains("Misses target", page, StringComparison.Ordinal);
        Assert.Contains("One record could not be taken", page, StringComparison.Ordinal);
        Assert.Contains("Pi of the figures", page, StringComparison.Ordinal);

        var elsewhere = await cloud.CompetitionAsync("Not measured");
        page = await cloud.PageAsync($"/competitions/{elsewhere}/dashboard");
        Assert.DoesNotContain("Pi of the figures", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Misses target", page, StringComparison.Ordinal);
        Assert.Contains("Pi of the figures", await cloud.PageAsync($"/competitions/{elsewhere}/dashboard?over=season"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_shows_official_incidents_only_and_the_jurys_paper_both_apart()
    {
        var competition = await cloud.CompetitionAsync("Shown");
        var (race, _) = await cloud.RaceAsync(competition);
        var decided = (await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 41, description = "Gate 3 left out." }))["incident"]!.Text();
        await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 42, description = "Perhaps a ski." });
        await cloud.PostAsync($"incidents/{decided}/officialize", new { });
        await cloud.PostAsync($"incidents/{decided}/decision", new { decision = "penalty_applied", penalty_code = "P4", note = "Seen by two." });

        var monitor = await cloud.PageAsync($"/competitions/{competition}/broadcast");
        Assert.Contains(">41<", monitor, StringComparison.Ordinal);
        Assert.Contains("Penalty P4", monitor, StringComparison.Ordinal);
        Assert.DoesNotContain(">42<", monitor, StringComparison.Ordinal);
        Assert.Contains(">41<", await cloud.PageAsync($"/competitions/{competition}/broadcast?race={race}"), StringComparison.Ordinal);
        var (other, _) = await cloud.RaceAsync(competition);
        Assert.DoesNotContain(">41<", await cloud.PageAsync($"/competitions/{competition}/broadcast?race={other}"), StringComparison.Ordinal);

        var paper = await cloud.PageAsync($"/races/{race}/jury-report");
        var apart = paper.IndexOf("Reported and not made official", StringComparison.Ordinal);
        Assert.InRange(paper.IndexOf("Gate 3 left out.", StringComparison.Ordinal), 0, apart);
        Assert.InRange(paper.IndexOf("Seen by two.", StringComparison.Ordinal), 0, apart);
        Assert.InRange(paper.IndexOf("Perhaps a ski.", StringComparison.Ordinal), apart, paper.Length);
    }

    [Fact]
    public async Task The_lists_filter_by_device_calls_each_by_its_name_and_shows_what_came_from_it()
    {
        var competition = await cloud.CompetitionAsync("Filtered");
        var (race, _) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Pi of the filter", competition);
        var incident = Incident(race, 43);
        await device.UploadAsync(incident);
        var uuid = (string)incident["client_uuid"]!;
        await device.UploadAsync(new
        {
            type = "report", client_uuid = WatchfulCloud.NewUuid(), edit = 1, data = new { incident_uuid = uuid, occurred_at = "2026-02-08T10:00:00Z", description = "Ski in hand" },
        });
        await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 44 });

        var page = await cloud.PageAsync($"/races/{race}/incidents");
        Assert.Contains("Pi of the filter</option>", page, StringComparison.Ordinal);
        Assert.Contains("The desk</option>", page, StringComparison.Ordinal);
        page = await cloud.PageAsync($"/races/{race}/incidents?device={device.Uuid}");
        Assert.Contains(">43<", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">44<", page, StringComparison.Ordinal);
    }

    private static JsonObject Incident(Guid race, int bib) => new()
    {
        ["type"] = "incident", ["client_uuid"] = WatchfulCloud.NewUuid().ToString(), ["edit"] = 1,
        ["data"] = new JsonObject { ["race_uuid"] = race.ToString(), ["bib_number"] = bib, ["occurred_at"] = "2026-02-08T10:00:00Z" },
    };
}
