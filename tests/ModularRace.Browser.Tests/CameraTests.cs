using System.Globalization;
using System.Net;

namespace ModularRace.Browser.Tests;

/// <summary>A network camera at the location where somebody reports: how it stands is told, and one touch takes what it saw.</summary>
public sealed class CameraTests(Chromium chromium, CloudAndPi day)
{
    private const int Bib = 47;

    [Fact]
    public async Task One_touch_takes_what_the_camera_saw_of_a_tap()
    {
        await using var camera = await CameraServer.StartAsync();
        using var off = new CancellationTokenSource();
        var films = camera.RunAsync(off.Token);
        var place = day.Locations[2];
        await HangAsync(place, camera.Address);
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day.Race, place, day.PiHost);
        await Expect(screen[".strip"]).ToContainTextAsync("Camera is filming", new LocatorAssertionsToContainTextOptions { Timeout = 30_000 });
        await screen.AssertFitsAsync();

        foreach (var digit in Bib.ToString(CultureInfo.InvariantCulture)) await screen[".pad"].GetByText(digit.ToString(), new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await screen[".preview"].TapAsync();
        await Expect(screen[".after .film"]).ToContainTextAsync("Camera");
        await screen.AssertFitsAsync();
        await screen[".after .film"].TapAsync();
        await Expect(screen[".after .film"]).ToContainTextAsync("Filming");
        await screen.AssertFitsAsync();
        await Expect(screen[".after .film use"]).ToHaveAttributeAsync("href", "#i-check", new LocatorAssertionsToHaveAttributeOptions { Timeout = 45_000 });
        var reported = (await day.Pi.List($"/races/{day.Race}/incidents?bib_number={Bib}")).Single(i => i.Text("race_location_uuid") == place);
        Assert.InRange((long)reported["reports"]![0]!["clip"]!["duration_ms"]!, 5_000, 20_000);

        await screen.GoAsync($"/today#{reported.Text("client_uuid")}");
        await screen[".one .film"].TapAsync();
        await screen.Page.WaitForFunctionAsync("() => { const v = document.querySelector('.player video'); return v.readyState >= 2 && v.duration > 5 && v.videoWidth === 640; }");
        await screen[".player .key"].Last.TapAsync();

        camera.GoAway();
        await screen.GoAsync("/report");
        await Expect(screen[".strip"]).ToContainTextAsync("No camera since", new LocatorAssertionsToContainTextOptions { Timeout = 30_000 });
        await screen.AssertFitsAsync();
        screen.AssertQuiet();

        await HangAsync(place, null);
        await off.CancelAsync();
        await films;
    }

    private async Task HangAsync(string place, string? address)
    {
        var location = (await day.Cloud.List($"/races/{day.Race}/locations")).Single(l => l.Text("client_uuid") == place);
        await day.Cloud.Put($"/locations/{place}", new { name = location.Text("name"), course_segment = location.Text("course_segment"), position = (int)location["position"]!, camera_url = address });
        await day.Pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
    }
}
