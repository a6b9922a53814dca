using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>A clip from the screen's file input to the desk's player: a real video, recorded and played by Chromium.</summary>
public sealed class ClipTests(Chromium chromium, CloudAndPi day)
{
    private const int Bib = 61;

    [Fact]
    public async Task A_clip_is_added_to_a_tap_goes_to_the_cloud_and_is_watched_frame_by_frame()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day);
        await screen.GoAsync("/report");
        var video = Convert.FromBase64String(await screen.Page.EvaluateAsync<string>(Record));
        foreach (var digit in Bib.ToString(CultureInfo.InvariantCulture)) await screen[".pad"].GetByText(digit.ToString(), new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await screen[".preview"].TapAsync();
        await Expect(screen[".after .film"]).ToHaveTextAsync("Clip");

        // What is no video is told so, and the key is there again.
        screen.Expect("status of 415");
        await ChooseAsync(screen, "notes.mp4", "text/plain", "<html><script>alert(1)</script></html>"u8.ToArray());
        await Expect(screen["body"]).ToContainTextAsync("This is no video that can be taken");
        await ChooseAsync(screen, "../clip.webm", "video/webm", video);
        await Expect(screen[".after .film use"]).ToHaveAttributeAsync("href", "#i-check");
        await screen.AssertFitsAsync();
        // Other tests may have reported the same bib: the clip tells which incident is this one's.
        bool HasTheClip(JsonNode? r) => r!["clip"]?.Text("sha256") == ClipFiles.Sha256(video);
        var reported = Assert.Single(await day.Pi.List($"/races/{day.Race}/incidents?bib_number={Bib}"), i => i["reports"]!.AsArray().Any(HasTheClip));
        var report = Assert.Single(reported["reports"]!.AsArray(), HasTheClip)!;
        Assert.InRange((long)report["clip"]!["duration_ms"]!, 500, 5000);

        await SentAsync();
        await screen.GoAsync($"/today#{reported.Text("client_uuid")}");
        await Expect(screen[".one .card"]).ToContainTextAsync("clip on the cloud");
        await screen.AssertFitsAsync();

        // On the touchscreen it is watched, too, behind a picture of it.
        await screen.Page.WaitForFunctionAsync(Pictured, ".one .film img");
        await screen[".one .film"].TapAsync();
        await screen.Page.WaitForFunctionAsync("() => { const v = document.querySelector('.player video'); return v.readyState >= 2 && Number.isFinite(v.duration) && v.duration > 0.5; }");
        await screen.Page.WaitForFunctionAsync("() => document.querySelector('.player video').poster.endsWith('/clip/poster')");
        await screen.AssertFitsAsync();
        await screen[".player .key.go"].TapAsync();
        await screen.Page.WaitForFunctionAsync("() => document.querySelector('.player video').currentTime > 0.2");
        await screen[".player .key"].First.TapAsync();
        await screen.Page.WaitForFunctionAsync("() => document.querySelector('.player video').paused");
        await screen[".player .key"].Nth(3).TapAsync();
        await Expect(screen[".player"]).ToContainTextAsync("0.5×");
        await screen[".player .key"].Last.TapAsync();
        await Expect(screen[".player"]).ToHaveCountAsync(0);
        screen.AssertQuiet();

        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/races/{day.Race}/incidents/{reported.Text("client_uuid")}");
        await desk.Page.WaitForFunctionAsync(Pictured, "[data-clip] img");
        await desk["[data-clip]"].ClickAsync();
        await desk.Page.WaitForFunctionAsync("() => { const v = document.querySelector('dialog.clip video'); return v.poster.endsWith('/clip/poster') && v.readyState >= 2 && Number.isFinite(v.duration) && v.duration > 0.5 && v.videoWidth === 320; }");
        await desk.PressAsync(" ");
        await desk.Page.WaitForFunctionAsync("() => document.querySelector('dialog.clip video').currentTime > 0.2");
        await desk.PressAsync(" ");
        var before = await PlaceAsync(desk);
        await desk.PressAsync(".");
        await desk.Page.WaitForFunctionAsync("was => { const at = document.querySelector('dialog.clip video').currentTime; return at > was && at < was + 0.25; }", before);
        await desk.PressAsync("s");
        await Expect(desk["dialog.clip"]).ToContainTextAsync("Speed 0.5×");
        await desk.PressAsync("Escape");
        await Expect(desk["dialog.clip"]).ToHaveCountAsync(0);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task The_clips_of_one_incident_run_side_by_side_on_a_common_clock()
    {
        var seen = TimeProvider.System.GetUtcNow().AddMinutes(-3);
        var reported = await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = Bib + 1, occurred_at = seen }, HttpStatusCode.Created);
        var incident = reported["incident"]!.Text("client_uuid");
        var second = await day.Cloud.Post($"/incidents/{incident}/reports", new { occurred_at = seen.AddMilliseconds(400), reporter_name = "Rita Ciresa" }, HttpStatusCode.Created);
        await using var desk = await chromium.AdminsDeskAsync(day);
        foreach (var report in new[] { reported["report"]!.Text("client_uuid"), (second["report"] ?? second).Text("client_uuid") })
            using (var sent = await day.Cloud.SendClip(report, Convert.FromBase64String(await desk.Page.EvaluateAsync<string>(Record)))) Assert.True(sent.IsSuccessStatusCode);

        await desk.GoAsync($"/races/{day.Race}/incidents/{incident}");
        await Expect(desk["[data-clip]"]).ToHaveCountAsync(2);
        await desk["[data-clips]"].ClickAsync();
        await desk.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('dialog.clip video')].filter(v => v.readyState >= 2 && Number.isFinite(v.duration) && v.duration > 0.5).length === 2");
        await Expect(desk["dialog.clip"]).ToContainTextAsync("no picture at this time");

        // On from the first picture of both: the second began 0.4 s later by its report.
        for (var frames = 0; frames < 15; frames++) await desk.PressAsync(".");
        await desk.Page.WaitForFunctionAsync(Apart, 0.4);
        var before = await PlaceAsync(desk);
        await desk.PressAsync(" ");
        await desk.Page.WaitForFunctionAsync("was => document.querySelector('dialog.clip video').currentTime > was + 0.2", before);
        await desk.PressAsync(" ");
        await desk.Page.WaitForFunctionAsync(Apart, 0.4);
        await desk.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('dialog.clip video')].every(v => v.paused)");
        before = await PlaceAsync(desk);
        await desk.PressAsync(",");
        await desk.Page.WaitForFunctionAsync("was => { const at = document.querySelector('dialog.clip video').currentTime; return at < was && at > was - 0.25; }", before);
        await desk.Page.WaitForFunctionAsync(Apart, 0.4);
        await desk.PressAsync("s");
        await Expect(desk["dialog.clip"]).ToContainTextAsync("Speed 0.5×");

        // All from their beginnings: there is nothing between them any more.
        await desk.PressAsync("t");
        for (var frames = 0; frames < 5; frames++) await desk.PressAsync(".");
        await desk.Page.WaitForFunctionAsync(Apart, 0.0);
        await desk.PressAsync("Escape");
        await Expect(desk["dialog.clip"]).ToHaveCountAsync(0);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task When_clips_go_is_chosen_on_the_screen_and_what_waits_says_why()
    {
        await SentAsync();
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day);
        await screen.GoAsync("/send");
        try
        {
            await screen[".side > .key"].TapAsync();
            // The second tap comes before the answer to the first: neither takes the other back.
            var tapped = new TaskCompletionSource();
            await screen.Page.RouteAsync("**/api/v1/device/clips", async route =>
            {
                if (string.Equals(route.Request.Method, "PUT", StringComparison.Ordinal)) await tapped.Task;
                await route.ContinueAsync();
            });
            await screen[".terms .cols3 .key"].Last.TapAsync();
            await screen[".terms .cols5 .key"].Nth(2).TapAsync();
            tapped.SetResult();
            await Expect(screen[".terms .cols5 [aria-pressed=true]"]).ToHaveTextAsync("300 MB");
            await screen.Key("Close").TapAsync();
            await Expect(screen[".side > .key"]).ToContainTextAsync("By hand only");
            var chosen = await day.Pi.Get("/device/clips");
            Assert.Equal(("by_hand", 300_000_000), (chosen.Text("send"), (long)chosen["day_limit_bytes"]!));

            using (var sent = await day.Pi.SendClip(await ReportAsync(Bib + 2), ClipFiles.Mp4(200_000, seed: 71))) Assert.True(sent.IsSuccessStatusCode);
            await Expect(screen["#left-over"]).ToContainTextAsync("They are sent by hand only.");
            await screen.AssertFitsAsync();
            await screen.Key("Send now").TapAsync();
            await Expect(screen["#left-over"]).Not.ToContainTextAsync("They are sent by hand only.");
            await UntilAsync(async () => (int)(await day.Pi.Get("/device"))["clips_pending"]! == 0);

            // A limit that is reached says so, and is lifted on the same screen.
            var went = (long)(await day.Pi.Get("/device/clips"))["day_sent_bytes"]!;
            var limit = Math.Max(went, 1 << 20);
            await day.Pi.Put("/device/clips", new { send = "now", day_limit_bytes = limit });
            using (var sent = await day.Pi.SendClip(await ReportAsync(Bib + 3), ClipFiles.Mp4((int)(limit - went) + 200_000, seed: 72))) Assert.True(sent.IsSuccessStatusCode);
            await Expect(screen["#left-over"]).ToContainTextAsync("They wait: the limit of today", new() { Timeout = 20_000 });
            await screen["#left-over"].GetByText("Choose").TapAsync();
            await screen[".terms .cols5 .key"].First.TapAsync();
            await screen.Key("Close").TapAsync();
            await UntilAsync(async () => (int)(await day.Pi.Get("/device"))["clips_pending"]! == 0);
            screen.AssertQuiet();

            async Task<string> ReportAsync(int bib) =>
                (await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = bib }, HttpStatusCode.Created))["report"]!.Text("client_uuid");
        }
        finally
        {
            await day.Pi.Put("/device/clips", new { send = "now" });
        }
    }

    /// <summary>A picture of the square that wanders is shown there.</summary>
    private const string Pictured = "where => { const i = document.querySelector(where); return i !== null && i.complete && i.naturalWidth === 320; }";

    /// <summary>Both show a picture, so many seconds apart.</summary>
    private const string Apart = "wanted => { const [a, b] = document.querySelectorAll('dialog.clip video'); return !a.seeking && !b.seeking && a.currentTime > 0.05 && Math.abs(a.currentTime - b.currentTime - wanted) < 0.08; }";

    private static Task<double> PlaceAsync(Screen desk) => desk.Page.EvaluateAsync<double>("() => document.querySelector('dialog.clip video').currentTime");

    private static async Task ChooseAsync(Screen screen, string name, string type, byte[] bytes)
    {
        var chooser = await screen.Page.RunAndWaitForFileChooserAsync(() => screen[".after .film"].TapAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = name, MimeType = type, Buffer = bytes });
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

    private async Task SentAsync()
    {
        for (var press = 0; press < 20; press++)
        {
            await day.SyncUntilSentAsync();
            if ((int)(await day.Pi.Get("/device"))["clips_pending"]! == 0) return;
        }

        Assert.Fail((await day.Pi.Get("/device/clips")).ToJsonString());
    }

    /// <summary>A second and a half of a square that wanders, by the browser's own recorder.</summary>
    private const string Record = """
        async () => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
          const ink = canvas.getContext('2d');
          let at = 0;
          const draw = setInterval(() => { ink.fillStyle = '#123'; ink.fillRect(0, 0, 320, 240); ink.fillStyle = '#fc3'; ink.fillRect(at = (at + 8) % 280, 100, 40, 40); }, 40);
          const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
          const parts = [];
          recorder.ondataavailable = event => parts.push(event.data);
          const ended = new Promise(resolve => { recorder.onstop = resolve; });
          recorder.start(200);
          await new Promise(resolve => setTimeout(resolve, 1600));
          recorder.stop();
          await ended;
          clearInterval(draw);
          const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
          let text = '';
          for (const byte of bytes) text += String.fromCharCode(byte);
          return btoa(text);
        }
        """;
}
