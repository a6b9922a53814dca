using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>R13 on two real hosts: the proof, the clearing, and the day on which no link returns. Each test begins with a Pi that has the competition.</summary>
public sealed class EveningTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task The_cloud_proves_what_was_sent_and_tells_what_was_not()
    {
        await ReportAsync(101, 0);
        await day.SyncUntilSentAsync();
        var proof = await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);
        Assert.True((bool)proof["verified"]!, proof.ToJsonString());
        Assert.Equal((await day.Pi.List("/device/queue")).Count, (int)proof["records"]!);
        Assert.Equal((int)proof["records"]!, proof["receipt"]!["counts"]!.AsObject().Sum(c => (int)c.Value!));

        day.Link.GoDown();
        await day.Pi.Post("/device/verify", null, HttpStatusCode.ServiceUnavailable);
        day.Link.ComeBack();
    }

    [Fact]
    public async Task After_the_clearing_the_same_competition_comes_back_as_the_cloud_has_it_and_is_edited_as_before()
    {
        var made = await ReportAsync(111, 600, "Gate 3 cut");
        await day.SyncUntilSentAsync();
        var told = await day.Pi.Post("/device/clear", new { confirm = "Another Cup" }, HttpStatusCode.BadRequest);
        Assert.Equal("validation_failed", told.Text("code"));
        await ReportAsync(112, 1200);
        day.Link.GoDown();
        told = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict);
        Assert.Equal("not_safe_to_clear", told.Text("code"));
        Assert.Equal(["pending"], told["reasons"]!.AsArray().Select(r => r!.Text("code")));
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        var held = (await day.Pi.List("/device/queue")).CountBy(r => r.Text("record_type")).ToDictionary();
        var cleared = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        Assert.Equal(held.OrderBy(h => h.Key), cleared["cleared"]!.AsObject().ToDictionary(c => c.Key, c => (int)c.Value!).OrderBy(c => c.Key));
        Assert.NotNull(cleared["receipt"]!["signature"]);
        var device = await day.Pi.Get("/device");
        Assert.True((bool)device["paired"]!);
        Assert.Null(device["competition"]);
        Assert.Empty(await day.Pi.List("/competitions"));

        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
        Assert.Equal(await StandingAsync(day.Cloud), await StandingAsync(day.Pi));
        await day.Pi.Patch($"/reports/{made["report"]!.Text("client_uuid")}", new { description = "Gate 3 cut, both skis" });
        await day.SyncUntilSentAsync();
        Assert.Equal(await StandingAsync(day.Cloud), await StandingAsync(day.Pi));
        Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));
    }

    private async Task<string> StandingAsync(HttpClient host)
    {
        var lines = new List<string>();
        foreach (var incident in await host.List($"/races/{day.Race}/incidents"))
            lines.AddRange((await host.Get($"/incidents/{incident.Text("client_uuid")}"))["reports"]!.AsArray().Select(r =>
                $"{incident.Text("client_uuid")} {incident["bib_number"]} {incident["occurred_at"]} {r!.Text("client_uuid")} {r!["description"]}"));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private async Task<JsonNode> ReportAsync(int bib, int second, string? description = null) => await day.Pi.Post("/incidents", new
    {
        race_uuid = day.Race,
        race_location_uuid = day.Locations[0],
        bib_number = bib,
        occurred_at = new DateTimeOffset(2026, 2, 8, 8, 0, 0, TimeSpan.Zero).AddSeconds(second).ToString("O"),
        description,
    }, HttpStatusCode.Created);
}
