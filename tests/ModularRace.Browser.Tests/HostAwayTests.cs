using System.Globalization;
using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>The Pi's program dies under the referee's finger (R1 at the glass).</summary>
public sealed class HostAwayTests(Chromium chromium, CloudAndPi day)
{
    [Theory]
    [InlineData(20, false)]
    [InlineData(30, true)]
    public async Task What_is_tapped_while_the_host_is_dead_is_told_as_not_saved_and_delivered_once_with_its_own_time(int first, bool pageIsClosedToo)
    {
        var screen = await chromium.TouchscreenAsync(day.PiHost);
        await using var closing = screen;
        screen.Expect("Failed to load resource"); // nobody answers for a while
        // Where no other class sees anything: within 30 s it would be one with what is seen here.
        var location = day.Locations[7];
        await screen.OnCourseAsync(day.Race, location, day.PiHost);
        await TapAsync(screen, first);
        await Expect(screen[".said h1"]).ToContainTextAsync($"Bib {first} saved");

        // In the middle of tapping: one may be under way, and its commit or its answer lost.
        await TapAsync(screen, first + 1);
        await day.PiHost.KillAsync();
        for (var bib = first + 2; bib < first + 5; bib++)
        {
            await TapAsync(screen, bib);
            await Expect(screen[".said h1"]).ToHaveTextAsync($"Bib {bib} not yet saved");
        }

        await Expect(screen[".strip .unsent"]).ToContainTextAsync("taps not yet saved");
        await Expect(screen[".strip"]).ToContainTextAsync("This Pi is starting again");
        var kept = (await screen.Page.EvaluateAsync<string[]>("() => Object.keys(localStorage).filter(k => k.startsWith('mr.tap.')).map(k => localStorage.getItem(k))"))
            .Select(k => JsonNode.Parse(k)!).ToList();
        Assert.Subset(kept.Select(k => (int)k["bib_number"]!).ToHashSet(), Enumerable.Range(first + 2, 3).ToHashSet());

        if (pageIsClosedToo) await screen.Page.GotoAsync("about:blank");
        await day.PiHost.StartAsync();
        if (pageIsClosedToo) await screen.GoAsync("/report");
        await screen.Page.WaitForFunctionAsync("() => !Object.keys(localStorage).some(k => k.startsWith('mr.tap.'))");
        await Expect(screen[".strip"]).Not.ToContainTextAsync("not yet saved");
        await day.Pi.Post("/device/sync?wait=true", null, System.Net.HttpStatusCode.OK);

        for (var bib = first; bib < first + 5; bib++)
        {
            var tap = kept.SingleOrDefault(k => (int)k["bib_number"]! == bib);
            foreach (var side in new[] { day.Pi, day.Cloud })
            {
                var incident = Assert.Single(await side.List($"/races/{day.Race}/incidents?bib_number={bib}&race_location_uuid={location}"));
                var report = Assert.Single((await side.Get($"/incidents/{incident.Text("client_uuid")}"))["reports"]!.AsArray())!;
                if (tap is null) continue;
                Assert.Equal(tap.Text("report_uuid"), report.Text("client_uuid"));
                Assert.Equal((long)tap["wall"]!, DateTimeOffset.Parse(report.Text("occurred_at_device"), CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
            }
        }

        screen.AssertQuiet();
    }

    private static Task TapAsync(Screen screen, int bib) => screen[$".bibs [data-bib=\"{bib}\"]"].Last.TapAsync();
}
