using System.Globalization;

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
        var reported = Assert.Single(await day.Pi.List($"/races/{day.Race}/incidents?bib_number={Bib}"));
        var report = reported["reports"]!.AsArray().Single(r => r!["clip"] is not null)!;
        Assert.Equal(ClipFiles.Sha256(video), report["clip"]!.Text("sha256"));
        Assert.InRange((long)report["clip"]!["duration_ms"]!, 500, 5000);

        await SentAsync();
        await screen.GoAsync($"/today#{reported.Text("client_uuid")}");
        await Expect(screen[".one .card"]).ToContainTextAsync("clip on the cloud");
        await screen.AssertFitsAsync();
        screen.AssertQuiet();

        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/races/{day.Race}/incidents/{reported.Text("client_uuid")}");
        await desk["[data-clip]"].ClickAsync();
        await desk.Page.WaitForFunctionAsync("() => { const v = document.querySelector('dialog.clip video'); return v.readyState >= 2 && Number.isFinite(v.duration) && v.duration > 0.5 && v.videoWidth === 320; }");
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

    private static Task<double> PlaceAsync(Screen desk) => desk.Page.EvaluateAsync<double>("() => document.querySelector('dialog.clip video').currentTime");

    private static async Task ChooseAsync(Screen screen, string name, string type, byte[] bytes)
    {
        var chooser = await screen.Page.RunAndWaitForFileChooserAsync(() => screen[".after .film"].TapAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = name, MimeType = type, Buffer = bytes });
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
