using System.Net;

namespace ModularRace.Browser.Tests;

/// <summary>How long clips stay, at the desk: first what would go and what stays, then the rule; and what the jury holds.</summary>
public sealed class KeptClipsTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task An_admin_sees_what_would_go_before_setting_the_rule_and_holds_what_must_stay()
    {
        var (decided, other) = (await FilmedAsync(41, seed: 901), await FilmedAsync(42, seed: 902));
        await day.Cloud.Post($"/incidents/{decided}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{decided}/decision", new { decision = "no_action" }, HttpStatusCode.OK);
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/competitions/{day.Competition}");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "How long clips stay" }).ClickAsync();
        await Expect(desk["#rule ~ p"].First).ToContainTextAsync("Off: all clips stay.");
        await desk.Page.GetByLabel("Days after the last day").FillAsync("30");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Show what would go" }).ClickAsync();
        await Expect(desk["#preview"]).ToContainTextAsync("What goes after 30 days");
        await Expect(desk["#preview ~ p"].First).ToContainTextAsync("1 clip, 20 kB goes");
        await Expect(desk["main"]).ToContainTextAsync("of an incident that is not official");

        // The jury's word on an incident is there before the rule is.
        var number = (long)(await day.Cloud.Get($"/incidents/{decided}"))["number"]!;
        await desk.Page.GetByLabel("Or of an incident").FillAsync($"{number}");
        await desk.Page.GetByLabel("Why").FillAsync("The federation asks.");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Hold them" }).ClickAsync();
        await Expect(desk["aside .trail"]).ToContainTextAsync($"No. {number}");
        await desk.GoAsync($"/competitions/{day.Competition}/clips?Days=30");
        await Expect(desk["#preview ~ p"].First).ToContainTextAsync("No clip goes");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Let clips go after 30 days" }).ClickAsync();
        await Expect(desk["#rule ~ p"].First).ToContainTextAsync("Clips go 30 days after the last day");
        Assert.Equal(30, (int?)(await day.Cloud.Get($"/competitions/{day.Competition}/clip-retention"))["delete_clips_after_days"]);

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Lift it" }).ClickAsync();
        await Expect(desk["aside"]).ToContainTextAsync("Nothing.");
        await Expect(desk["#preview ~ p"].First).ToContainTextAsync("1 clip, 20 kB goes");
        await desk.Page.GetByLabel("Or of an incident").FillAsync("99999");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Hold them" }).ClickAsync();
        await Expect(desk["[role=alert]"].First).ToContainTextAsync("There is no incident of that number here.");

        // What went says so in its place.
        await day.CloudHost.Database.ExecuteAsync(
            """
            INSERT INTO incidents.removed_clips (report_uuid, sha256, competition_uuid, size_bytes, removed_at, noted_at)
            SELECT r.client_uuid, r.clip_sha256, $1::uuid, r.clip_size_bytes, now(), now() FROM incidents.reports r WHERE r.incident_uuid = $2::uuid
            """, day.Competition, decided);
        await desk.GoAsync($"/races/{day.Race}/incidents/{decided}");
        await Expect(desk[".rep"]).ToContainTextAsync("by the competition’s rule");
        await Expect(desk[".rep [data-clip]"]).ToHaveCountAsync(0);
        await desk.GoAsync($"/competitions/{day.Competition}/clips");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Switch it off" }).ClickAsync();
        await Expect(desk["#rule ~ p"].First).ToContainTextAsync("Off: all clips stay.");
        desk.AssertQuiet();
        Assert.NotEqual(decided, other);
    }

    private async Task<string> FilmedAsync(int bib, int seed)
    {
        var seen = await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = bib, description = "Left out gate 3" }, HttpStatusCode.Created);
        using var sent = await day.Cloud.SendClip(seen["report"]!.Text("client_uuid"), ClipFiles.Mp4(20_000, seed));
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        return seen["incident"]!.Text("client_uuid");
    }
}
