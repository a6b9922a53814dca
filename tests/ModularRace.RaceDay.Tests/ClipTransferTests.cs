using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>R12: clips follow their reports over a mountain link, from a real Pi to a real cloud.</summary>
public sealed class ClipTransferTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private static readonly int Cuts =
        int.TryParse(Environment.GetEnvironmentVariable("MODULARRACE_CLIP_CUTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var cuts) ? cuts : 20;

    private int bib;

    [Fact]
    public async Task A_clip_is_taken_without_a_link_follows_its_report_and_is_cleared_when_it_is_proven()
    {
        day.Link.GoDown();
        var clip = ClipFiles.Mp4(700_000, seed: 1);
        var seen = await SeeAsync(clip);
        Assert.Equal("pending", (string?)(await ClipAsync(day.Pi, seen))!["state"]);
        Assert.Equal(1, (int)(await day.Pi.Get("/device"))["clips_pending"]!);
        day.Link.ComeBack();

        // The records first: a clip that waits blocks the clearing and nothing else.
        await day.Pi.Put("/device/clips", new { send = "by_hand" });
        await UntilAsync(async () => (int)(await day.Pi.Get("/device"))["pending"]! == 0);
        var pending = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict);
        Assert.Equal("clips_pending", (string?)pending["reasons"]![0]!["code"]);
        Assert.Equal("pending", (string?)(await ClipAsync(day.Cloud, seen))!["state"]);

        await day.Pi.Put("/device/clips", new { send = "now" });
        var figures = await day.Pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
        await UntilAsync(async () => (int)(await day.Pi.Get("/device"))["clips_pending"]! == 0);
        foreach (var host in new[] { day.Cloud, day.Pi })
        {
            Assert.Equal("stored", (string?)(await ClipAsync(host, seen))!["state"]);
            Assert.Equal(clip, await host.GetByteArrayAsync($"api/v1/reports/{seen.Report}/clip"));
        }

        Assert.InRange((int)figures["clips_uploaded"]!, 0, 1);
        var proof = await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);
        Assert.True((bool)proof["verified"]! && (int)proof["clips"]! >= 1, proof.ToJsonString());
    }

    [Fact]
    public async Task Wherever_a_clip_is_cut_it_goes_on_at_that_byte_and_is_what_was_sent()
    {
        await SentAsync();
        var random = new Random(7);
        const int size = 600_000;
        // No network swallows half a megabyte at once: what is thrown away with a reset is what was in flight.
        day.Link.PauseClips = () => Task.Delay(1);
        long went = 0;
        for (var round = 0; round < Cuts; round++)
        {
            var clip = round % 2 == 0 ? ClipFiles.Mp4(size, seed: 1000 + round) : ClipFiles.WebM(size, seed: 1000 + round);
            var (before, cuts) = (day.Link.ClipBytes, day.Link.Cuts);
            day.Link.CutClipAfter(random.Next(1, size), end: round % 3 == 0);
            var seen = await SeeAsync(clip);
            await PressAsync();
            if (round % 5 == 3)
            {
                // The other side's power goes, too.
                var host = round % 10 == 3 ? (RunningHost)day.CloudHost : day.PiHost;
                await host.KillAsync();
                await host.StartAsync();
            }

            await SentAsync();
            Assert.Equal(cuts + 1, day.Link.Cuts);
            Assert.Equal(clip, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{seen.Report}/clip"));
            went += day.Link.ClipBytes - before;
        }

        // Only what was in flight goes twice: half of each, if each began anew.
        Assert.InRange(went, (long)Cuts * size, (long)(1.3 * Cuts * size));
        day.Link.PauseClips = null;
    }

    [Fact]
    public async Task A_cleared_Pi_has_its_card_back_and_the_cloud_has_the_clips()
    {
        await SentAsync();
        var clip = ClipFiles.Mp4(900_000, seed: 31);
        var seen = await SeeAsync(clip);
        await SentAsync();
        var folder = new DirectoryInfo(Path.Combine(Path.GetTempPath(), "modularrace-tests", day.PiHost.Database.Name, "device"));
        long Lies() => folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        Assert.True(Lies() >= clip.Length);
        await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        Assert.Equal(0, Lies());
        Assert.Empty((await day.Pi.Get("/device/clips"))["items"]!.AsArray());
        Assert.Equal(clip, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{seen.Report}/clip"));
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_same_content_goes_once()
    {
        await SentAsync();
        var clip = ClipFiles.Mp4(300_000, seed: 3);
        await SeeAsync(clip);
        await SentAsync();
        var before = day.Link.ClipBytes;
        var again = await SeeAsync(clip);
        await SentAsync();
        Assert.Equal(before, day.Link.ClipBytes);
        Assert.Equal(clip, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{again.Report}/clip"));
    }

    [Fact]
    public async Task Records_do_not_wait_for_a_clip_and_who_asks_is_answered_when_they_are_there()
    {
        await SentAsync();
        var slow = new SemaphoreSlim(0);
        day.Link.PauseClips = async () => await slow.WaitAsync(TimeSpan.FromMilliseconds(200));
        try
        {
            var seen = await SeeAsync(ClipFiles.Mp4(4_000_000, seed: 4));
            await UntilAsync(async () => (await ClipAsync(day.Cloud, seen)) is not null && day.Link.ClipBytes > 0);
            var before = day.Link.ClipBytes;
            await UntilAsync(() => Task.FromResult(day.Link.ClipBytes > before + 50_000));

            var report = await SeeAsync(null);
            var figures = await day.Pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
            Assert.Equal(0, (int)figures["clips_uploaded"]!);
            Assert.Equal(1, (int)(await day.Pi.Get("/device"))["clips_pending"]!);
            await day.Cloud.Get($"/incidents/{report.Incident}");
        }
        finally
        {
            day.Link.PauseClips = null;
        }

        await SentAsync();
    }

    [Fact]
    public async Task A_clip_that_the_cloud_refuses_blocks_no_other_and_shows_as_failed()
    {
        await SentAsync();
        var bad = await SeeAsync(ClipFiles.Mp4(50_000, seed: 5));
        // What the card lost is no video any more.
        var sha256 = (string)(await ClipAsync(day.Pi, bad))!["sha256"]!;
        var file = Path.Combine(Path.GetTempPath(), "modularrace-tests", day.PiHost.Database.Name, "device", sha256[..2], sha256);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        day.Link.GoDown();
        await File.WriteAllBytesAsync(file, bytes);
        day.Link.ComeBack();
        var good = ClipFiles.Mp4(50_000, seed: 6);
        var seen = await SeeAsync(good);
        await UntilAsync(async () => (string?)(await ClipAsync(day.Cloud, seen))?["state"] == "stored");
        await UntilAsync(async () => (await day.Pi.Get("/device/clips"))["items"]!.AsArray().Any(c => (string?)c!["error_code"] == "checksum_mismatch"));
        Assert.Equal("failed", (string?)(await ClipAsync(day.Cloud, bad))!["state"]);
        using (var served = await day.Cloud.GetAsync($"api/v1/reports/{bad.Report}/clip")) Assert.Equal(HttpStatusCode.NotFound, served.StatusCode);
        await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict);

        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        await SentAsync();
        Assert.Equal("stored", (string?)(await ClipAsync(day.Cloud, bad))!["state"]);
    }

    [Fact]
    public async Task A_Pi_with_clips_and_no_link_goes_by_stick_and_is_cleared_by_the_receipt()
    {
        await SentAsync();
        var half = ClipFiles.Mp4(1_500_000, seed: 41);
        var before = day.Link.ClipBytes;
        day.Link.PauseClips = () => Task.Delay(5);
        var begun = await SeeAsync(half);
        await UntilAsync(() => Task.FromResult(day.Link.ClipBytes - before > 500_000));
        day.Link.GoDown();
        day.Link.PauseClips = null;
        var whole = ClipFiles.WebM(2_600_000, seed: 42);
        var seen = await SeeAsync(whole);
        Assert.True((int)(await day.Pi.Get("/device"))["clips_pending"]! > 0);
        var archive = await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative));
        Assert.InRange(archive.Length, half.Length + whole.Length, half.Length + whole.Length + 200_000);
        // Nobody reads the stick who is not the cloud, and nobody changes it.
        Assert.True(archive.AsSpan().IndexOf(whole.AsSpan(1_000_000, 64)) < 0);
        var changed = (byte[])archive.Clone();
        changed[archive.Length / 2] ^= 1;
        await ImportAsync(changed, HttpStatusCode.BadRequest);
        await ImportAsync(archive[..(archive.Length * 2 / 3)], HttpStatusCode.BadRequest);

        var receipt = await ImportAsync(archive, HttpStatusCode.OK);
        Assert.Equal(2, receipt["clips"]!.AsArray().Count(c => c!["error"] is null));
        foreach (var (report, clip) in new[] { (begun, half), (seen, whole) })
        {
            Assert.Equal(clip, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{report.Report}/clip"));
            Assert.Equal("stored", (string?)(await ClipAsync(day.Cloud, report))!["state"]);
        }

        var again = await ImportAsync(archive, HttpStatusCode.OK);
        Assert.All(again["results"]!.AsArray(), r => Assert.Equal("already_synced", (string?)r!["status"]));
        Assert.Equal(receipt["clips"]!.ToJsonString(), again["clips"]!.ToJsonString());

        Assert.True((bool)(await day.Pi.Post("/device/receipt", receipt, HttpStatusCode.OK))["covers"]!);
        Assert.Equal(0, (int)(await day.Pi.Get("/device"))["clips_pending"]!);
        Assert.Equal("stored", (string?)(await ClipAsync(day.Pi, seen))!["state"]);
        // What the cloud holds needs no stick any more.
        Assert.InRange((await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative))).Length, 1, 200_000);
        await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        day.Link.ComeBack();
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_clip_on_a_stick_that_is_no_video_is_told_and_stands_in_the_way_of_the_receipt_only()
    {
        await SentAsync();
        day.Link.GoDown();
        var bad = await SeeAsync(ClipFiles.Mp4(60_000, seed: 43));
        var sha256 = (string)(await ClipAsync(day.Pi, bad))!["sha256"]!;
        var file = Path.Combine(Path.GetTempPath(), "modularrace-tests", day.PiHost.Database.Name, "device", sha256[..2], sha256);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        var good = ClipFiles.Mp4(60_000, seed: 44);
        var seen = await SeeAsync(good);
        var receipt = await ImportAsync(await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative)), HttpStatusCode.OK);
        Assert.Equal("checksum_mismatch", (string?)receipt["clips"]!.AsArray().Single(c => c!["error"] is not null)!["error"]!["code"]);
        Assert.Equal(sha256, (string?)receipt["missing"]!.AsArray().Single()!["content_sha256"]);
        Assert.Empty(receipt["receipts"]!.AsArray());
        Assert.Equal(good, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{seen.Report}/clip"));
        Assert.False((bool)(await day.Pi.Post("/device/receipt", receipt, HttpStatusCode.OK))["covers"]!);
        Assert.Equal(1, (int)(await day.Pi.Get("/device"))["clips_pending"]!);

        await File.WriteAllBytesAsync(file, bytes);
        day.Link.ComeBack();
        await SentAsync();
        Assert.Equal(bytes, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{bad.Report}/clip"));
    }

    [Fact]
    public async Task On_a_good_link_only_a_slow_one_carries_a_trial_and_Sync_now_the_rest()
    {
        await SentAsync();
        // What was measured before this test is forgotten.
        await day.PiHost.KillAsync();
        await day.PiHost.StartAsync();
        await day.Pi.Put("/device/clips", new { send = "good_link" });
        try
        {
            var before = day.Link.ClipBytes;
            day.Link.PauseClips = () => Task.Delay(500);
            var seen = await SeeAsync(ClipFiles.Mp4(900_000, seed: 51));
            await UntilAsync(async () => (string?)(await day.Pi.Get("/device"))["clips_wait"] == "link_slow");
            Assert.InRange((long)(await day.Pi.Get("/device/clips"))["link_bytes_per_second"]!, 1, 49_999);
            Assert.InRange(day.Link.ClipBytes - before, 256 * 1024, 300_000);
            Assert.Equal("pending", (string?)(await ClipAsync(day.Cloud, seen))!["state"]);

            // Records do not mind, and no clip goes with them.
            day.Link.PauseClips = null;
            var record = await SeeAsync(null);
            await UntilAsync(async () => await IsThereAsync(record));
            Assert.InRange(day.Link.ClipBytes - before, 256 * 1024, 300_000);
            Assert.Equal("link_slow", (string?)(await day.Pi.Get("/device"))["clips_wait"]);

            // A person's Sync now does not ask, and measures: the next goes by itself.
            await PressAsync();
            await UntilAsync(async () => (string?)(await ClipAsync(day.Cloud, seen))!["state"] == "stored");
            Assert.Null((await day.Pi.Get("/device"))["clips_wait"]);
            var next = await SeeAsync(ClipFiles.Mp4(900_000, seed: 52));
            await UntilAsync(async () => (string?)(await ClipAsync(day.Cloud, next))?["state"] == "stored");
        }
        finally
        {
            day.Link.PauseClips = null;
            await day.Pi.Put("/device/clips", new { send = "now" });
        }
    }

    [Fact]
    public async Task The_limit_of_a_day_lets_through_what_it_says_and_a_restart_knows_what_went()
    {
        await SentAsync();
        async Task<JsonNode> TermsAsync() => await day.Pi.Get("/device/clips");
        var before = (long)(await TermsAsync())["day_sent_bytes"]!;
        var limit = before + (1 << 20) + 12_345;
        var set = await day.Pi.Put("/device/clips", new { send = "now", day_limit_bytes = limit });
        Assert.Equal(limit, (long)set["day_limit_bytes"]!);
        try
        {
            var (first, second) = (ClipFiles.Mp4(700_000, seed: 61), ClipFiles.WebM(900_000, seed: 62));
            var seen = await SeeAsync(first);
            await UntilAsync(async () => (string?)(await ClipAsync(day.Cloud, seen))?["state"] == "stored");
            Assert.Equal(before + first.Length, (long)(await TermsAsync())["day_sent_bytes"]!);
            var more = await SeeAsync(second);
            await UntilAsync(async () => (string?)(await day.Pi.Get("/device"))["clips_wait"] == "day_limit");
            Assert.Equal(limit, (long)(await TermsAsync())["day_sent_bytes"]!);

            var went = day.Link.ClipBytes;
            await day.PiHost.KillAsync();
            await day.PiHost.StartAsync();
            await PressAsync();
            Assert.Equal((limit, "day_limit"), ((long)(await TermsAsync())["day_sent_bytes"]!, (string?)(await TermsAsync())["wait"]));
            Assert.Equal(went, day.Link.ClipBytes);
            Assert.Equal("pending", (string?)(await ClipAsync(day.Cloud, more))!["state"]);

            // It is lifted, and the rest goes by itself: on at the byte where it stopped.
            await day.Pi.Put("/device/clips", new { send = "now" });
            await UntilAsync(async () => (string?)(await ClipAsync(day.Cloud, more))!["state"] == "stored");
            Assert.Equal(before + first.Length + second.Length, (long)(await TermsAsync())["day_sent_bytes"]!);
            Assert.Equal(second, await day.Cloud.GetByteArrayAsync($"api/v1/reports/{more.Report}/clip"));
        }
        finally
        {
            await day.Pi.Put("/device/clips", new { send = "now" });
        }
    }

    private async Task<bool> IsThereAsync(Seen seen)
    {
        using var answer = await day.Cloud.GetAsync($"api/v1/incidents/{seen.Incident}");
        return answer.IsSuccessStatusCode;
    }

    private async Task<JsonNode> ImportAsync(byte[] archive, HttpStatusCode status)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/octet-stream");
        return await day.Cloud.Post("/sync/import", content, status);
    }

    /// <summary>Reports a bib of its own, with a clip where one is given.</summary>
    private async Task<Seen> SeeAsync(byte[]? clip)
    {
        var seen = new Seen(Uuids.New(TimeProvider.System).ToString(), Uuids.New(TimeProvider.System).ToString());
        await day.Pi.Post(
            "/incidents", new JsonObject { ["race_uuid"] = day.Race, ["race_location_uuid"] = day.Locations[0], ["bib_number"] = ++bib, ["client_uuid"] = seen.Incident, ["report_uuid"] = seen.Report }, HttpStatusCode.Created);
        if (clip is not null)
            using (var sent = await day.Pi.SendClip(seen.Report, clip)) Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        return seen;
    }

    private static async Task<JsonNode?> ClipAsync(HttpClient host, Seen seen)
    {
        using var answer = await host.GetAsync($"api/v1/incidents/{seen.Incident}");
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["reports"]!.AsArray().Single(r => (string?)r!["client_uuid"] == seen.Report)!["clip"] : null;
    }

    private async Task PressAsync() => (await day.Pi.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null)).Dispose();

    /// <summary>Presses until records and clips are there.</summary>
    private async Task SentAsync()
    {
        for (var press = 0; press < 30; press++)
        {
            await PressAsync();
            var device = await day.Pi.Get("/device");
            if ((int)device["pending"]! == 0 && (int)device["clips_pending"]! == 0) return;
            await Task.Delay(100);
        }

        Assert.Fail($"Not sent: {(await day.Pi.Get("/device/clips")).ToJsonString()}\n{(await day.Pi.Get("/device/queue?status=pending")).ToJsonString()}\n{day.PiHost.Output}\n{day.CloudHost.Output}");
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var looked = 0; looked < 600; looked++)
        {
            if (await holds()) return;
            await Task.Delay(50);
        }

        Assert.Fail("It does not come true.");
    }

    private sealed record Seen(string Incident, string Report);
}
