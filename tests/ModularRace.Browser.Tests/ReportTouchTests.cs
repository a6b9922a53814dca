using System.Collections.Concurrent;

namespace ModularRace.Browser.Tests;

/// <summary>What stands beside the bibs on the screen that reports.</summary>
public sealed class ReportTouchTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task What_others_reported_is_marked_by_figures_and_the_incidents_are_not_loaded()
    {
        const int Bib = 26;
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.Page.Clock.InstallAsync();
        var asked = new ConcurrentQueue<string>();
        screen.Page.Request += (_, request) => asked.Enqueue(new Uri(request.Url).PathAndQuery);
        await screen.OnCourseAsync(day.Race, day.Locations[6], day.PiHost);
        var marks = screen[$".bibs [data-bib=\"{Bib}\"] u"];
        var today = screen["[data-count=today]"];
        await Expect(today).ToHaveTextAsync(await StandingAsync());
        await Expect(marks).ToHaveCountAsync(0);

        var others = await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[6], bib_number = Bib }, System.Net.HttpStatusCode.Created);
        await screen.Page.Clock.RunForAsync(31_000);
        await Expect(marks).ToHaveCountAsync(1);
        await Expect(today).ToHaveTextAsync(await StandingAsync());

        // One's own counts at once, and once only when the figures come anew.
        await screen[$".bibs [data-bib=\"{Bib}\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync($"Bib {Bib} saved");
        await Expect(marks).ToHaveCountAsync(2);
        await Expect(today).ToHaveTextAsync(await StandingAsync());
        var tallies = asked.Count(IsTally);
        await screen.Page.Clock.RunForAsync(31_000);
        await Expect(today).ToHaveTextAsync(await StandingAsync());
        await Expect(marks).ToHaveCountAsync(2);
        Assert.True(asked.Count(IsTally) > tallies);

        foreach (var report in (await day.Pi.List($"/races/{day.Race}/incidents?bib_number={Bib}")).SelectMany(i => i["reports"]!.AsArray()))
            await day.Pi.Post($"/reports/{report!.Text("client_uuid")}/withdraw", null, System.Net.HttpStatusCode.OK);
        await screen.Page.Clock.RunForAsync(31_000);
        await Expect(marks).ToHaveCountAsync(0);
        await Expect(today).ToHaveTextAsync(await StandingAsync());
        Assert.DoesNotContain(asked, a => a.StartsWith($"/api/v1/races/{day.Race}/incidents", StringComparison.Ordinal) && !IsTally(a));
        screen.AssertQuiet();
    }

    private static bool IsTally(string path) => path.EndsWith("/incidents/tally", StringComparison.Ordinal);

    private async Task<string> StandingAsync() => (await day.Pi.List($"/races/{day.Race}/incidents")).Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
