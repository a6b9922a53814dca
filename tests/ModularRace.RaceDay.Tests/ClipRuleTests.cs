using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// A season is over, and the clips of a competition go by its rule, on a real cloud; a Pi that took them is not stuck by that,
/// and brings none of them back, by the link or on a stick.
/// </summary>
public sealed class ClipRuleTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task What_the_preview_says_goes_and_a_Pi_that_sends_it_again_proves_all_and_is_cleared()
    {
        var clip = ClipFiles.Mp4(400_000, seed: 51);
        var (decided, pending) = (await SeeAsync(1, clip), await SeeAsync(2, ClipFiles.WebM(300_000, seed: 52)));
        await SentAsync();
        await day.Cloud.Post($"/incidents/{decided.Incident}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{decided.Incident}/decision", new { decision = "no_action" }, HttpStatusCode.OK);

        var path = $"/competitions/{day.Competition}/clip-retention";
        Assert.Null((int?)(await day.Cloud.Get(path))["delete_clips_after_days"]);
        var preview = await day.Cloud.Get($"{path}/preview?days=10");
        Assert.Equal((1, (long)clip.Length, "not_official"), ((int)preview["clips"]!, (long)preview["bytes"]!, preview["staying"]![0]!.Text("reason")));
        await day.Cloud.Put(path, new { delete_clips_after_days = 10 });
        // It was set some days ago, and the hour of the job comes.
        await day.CloudHost.Database.ExecuteAsync("UPDATE incidents.clip_rules SET set_at = set_at - interval '3 days'");
        await day.CloudHost.Database.ExecuteAsync("UPDATE quartz.qrtz_triggers SET next_fire_time = (extract(epoch FROM now()) * 10000000)::bigint + 621355968000000000 WHERE trigger_name = 'clip-rules'");
        await UntilAsync(async () => (int)(await day.Cloud.Get(path))["removed_clips"]! > 0);
        var rule = await day.Cloud.Get(path);
        Assert.Equal(((int)preview["clips"]!, (long)preview["bytes"]!), ((int)rule["removed_clips"]!, (long)rule["removed_bytes"]!));
        await RemovedAsync(decided);
        Assert.Null((string?)(await ClipAsync(pending))["removed_at"]);
        await UntilAsync(async () => (await day.Cloud.List($"/audit?subject_uuid={day.Competition}&action=clips_removed")).Count > 0);
        Assert.Equal($"1 clip, {clip.Length} bytes", Assert.Single(await day.Cloud.List($"/audit?subject_uuid={day.Competition}&action=clips_removed")).Text("detail"));
        Assert.Equal("10 days after its end", Assert.Single(await day.Cloud.List($"/audit?subject_uuid={day.Competition}&action=clip_rule_set")).Text("detail"));

        // The Pi has it yet, and takes it for not sent, as after a restored backup: not a byte of it goes, and it counts as there.
        var before = day.Link.ClipBytes;
        await AgainAsync();
        await SentAsync();
        Assert.Equal(before, day.Link.ClipBytes);
        await RemovedAsync(decided);
        // And on a stick.
        await AgainAsync();
        await day.Pi.Put("/device/clips", new { send = "by_hand" });
        using var archive = new ByteArrayContent(await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative)));
        archive.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var receipt = await day.Cloud.Post("/sync/import", archive, HttpStatusCode.OK);
        Assert.All(receipt["clips"]!.AsArray(), c => Assert.Null((string?)c!["error"]));
        Assert.Contains(receipt["clips"]!.AsArray(), c => c!.Text("report_uuid") == decided.Report);
        await RemovedAsync(decided);
        await day.Pi.Put("/device/clips", new { send = "now" });
        await SentAsync();

        // What the cloud let go is proved, and the Pi is not stuck with it.
        var proof = await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);
        Assert.True((bool)proof["verified"]!, proof.ToJsonString());
        await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        await RemovedAsync(decided);
        using var kept = await day.Cloud.GetAsync($"api/v1/reports/{pending.Report}/clip");
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
    }

    private Task<int> AgainAsync() => day.PiHost.Database.ExecuteAsync("UPDATE sync.clip_transfers SET status = 'pending', sent_bytes = 0");

    /// <summary>The report says what it said, and that its clip went; nobody is served it.</summary>
    private async Task RemovedAsync(Seen seen)
    {
        var clip = await ClipAsync(seen);
        Assert.Equal(("stored", false, false, 400_000L), (clip.Text("state"), (bool)clip["here"]!, (bool)clip["poster"]!, (long)clip["size_bytes"]!));
        Assert.NotNull((string?)clip["removed_at"]);
        using var served = await day.Cloud.GetAsync($"api/v1/reports/{seen.Report}/clip");
        Assert.Equal(HttpStatusCode.NotFound, served.StatusCode);
        Assert.DoesNotContain(clip.Text("sha256"), new DirectoryInfo(Path.Combine(Path.GetTempPath(), "modularrace-tests", day.CloudHost.Database.Name)).EnumerateFiles("*", SearchOption.AllDirectories).Select(f => f.Name.Split('.')[0]));
    }

    private async Task<JsonNode> ClipAsync(Seen seen) => (await day.Cloud.Get($"/incidents/{seen.Incident}"))["reports"]!.AsArray().Single(r => r!.Text("client_uuid") == seen.Report)!["clip"]!;

    private async Task<Seen> SeeAsync(int bib, byte[] clip)
    {
        var seen = new Seen(Uuids.New(TimeProvider.System).ToString(), Uuids.New(TimeProvider.System).ToString());
        await day.Pi.Post(
            "/incidents", new JsonObject { ["race_uuid"] = day.Race, ["race_location_uuid"] = day.Locations[0], ["bib_number"] = bib, ["client_uuid"] = seen.Incident, ["report_uuid"] = seen.Report }, HttpStatusCode.Created);
        using var sent = await day.Pi.SendClip(seen.Report, clip);
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        return seen;
    }

    private async Task SentAsync()
    {
        await UntilAsync(async () =>
        {
            (await day.Pi.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null)).Dispose();
            var device = await day.Pi.Get("/device");
            return (int)device["pending"]! == 0 && (int)device["clips_pending"]! == 0;
        });
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var looked = 0; looked < 600; looked++)
        {
            if (await holds()) return;
            await Task.Delay(100);
        }

        Assert.Fail($"It does not come true.\n{day.CloudHost.Output}\n{day.PiHost.Output}");
    }

    private sealed record Seen(string Incident, string Report);
}
