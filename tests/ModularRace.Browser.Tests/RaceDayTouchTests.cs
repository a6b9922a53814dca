using System.Net;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>The referee's day at the Pi's screen, from a Pi that knows nothing.</summary>
public sealed class RaceDayTouchTests(Chromium chromium, CloudAndPi day, RunningPi pi) : IClassFixture<RunningPi>
{
    [Fact]
    public async Task Paired_by_its_code_a_Pi_takes_the_days_touches_without_a_link_and_the_cloud_gets_each_once()
    {
        await using var screen = await chromium.TouchscreenAsync(pi);
        screen.Expect("status of (404|503)"); // a wrong code is told, and a sync without a link
        await PairAsync(screen);
        await DownloadAsync(screen);
        await ChoosePlaceAsync(screen);

        day.Link.GoDown();
        foreach (var bib in new[] { 6, 7 })
        {
            await screen[$".bibs [data-bib=\"{bib}\"]"].Last.TapAsync();
            await SavedAsync(screen, bib);
        }

        await screen[".pad"].GetByText("5", new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await screen[".pad"].GetByText("8", new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await Expect(screen[".preview b"]).ToHaveTextAsync("58");
        await screen[".preview"].TapAsync();
        await SavedAsync(screen, 58);

        // The same bib again is another report of the same incident.
        await screen[".bibs [data-bib=\"6\"]"].Last.TapAsync();
        await SavedAsync(screen, 6);
        await Expect(screen[".said .note"]).ToContainTextAsync("Joined the report of");
        await screen[".after"].GetByText("Undo").TapAsync();
        await Expect(screen[".said h1"]).ToHaveTextAsync("Bib 6 taken back");
        foreach (var bib in new[] { 6, 7, 58 }) Assert.Single(await pi.Admin.List($"/races/{day.Race}/incidents?bib_number={bib}"));

        await Expect(screen[".strip .unsent"]).ToContainTextAsync("4 reports not yet sent");
        await screen[".nav"].GetByText("To send").TapAsync();
        await screen.Key("Sync now").TapAsync();
        await Expect(screen["#going .problem"]).ToContainTextAsync("did not answer");
        await screen.AssertFitsAsync();
        await Expect(screen[".strip .unsent"]).ToContainTextAsync("4 reports not yet sent");

        day.Link.ComeBack();
        await screen.Key("Sync now").TapAsync();
        await Expect(screen[".strip .allsent"]).ToHaveTextAsync("All reports sent");
        await Expect(screen["#left-over"]).ToContainTextAsync("Nothing is left");

        foreach (var bib in new[] { 6, 7, 58 })
        {
            var incident = Assert.Single(await day.Cloud.List($"/races/{day.Race}/incidents?bib_number={bib}"));
            var whole = await day.Cloud.Get($"/incidents/{incident.Text("client_uuid")}");
            Assert.Equal(day.Locations[0], whole.Text("race_location_uuid"));
            Assert.Single(whole["reports"]!.AsArray(), r => r!["withdrawn_at"] is null);
        }

        screen.AssertQuiet();
    }

    private async Task PairAsync(Screen screen)
    {
        var made = await day.Cloud.Post("/devices/pairing-codes", new { name = "Pi Descent 1", competition_uuids = new[] { day.Competition } }, HttpStatusCode.Created);
        await screen.GoAsync("/");
        await Expect(screen.Key("Pair this Pi")).ToBeVisibleAsync();
        await screen.AssertFitsAsync();
        await screen.GoAsync("/download");
        await Expect(screen.Key("Pair this Pi")).ToBeVisibleAsync();
        await screen.AssertFitsAsync();
        await screen.Key("Pair this Pi").TapAsync();
        await screen.Page.WaitForURLAsync("**/pair");
        for (var at = 0; at < "https://".Length; at++) await screen[".board"].GetByLabel("Delete").TapAsync();
        await TypeAsync(screen, day.Link.Address.ToString().TrimEnd('/'));
        await screen[".field"].Last.TapAsync();
        await TypeAsync(screen, "XXXX2345");
        await screen.Key("Pair").TapAsync();
        await Expect(screen["body"]).ToContainTextAsync("This code is not known, was used, or is older than ten minutes.");

        await screen.Key("Clear code").TapAsync();
        await TypeAsync(screen, made.Text("pairing_code"));
        await screen.Key("Pair").TapAsync();
        await Expect(screen["main h1"]).ToHaveTextAsync("Paired as “Pi Descent 1”");
        await screen.AssertFitsAsync();
    }

    private static async Task DownloadAsync(Screen screen)
    {
        await screen.Key("Choose the competition").TapAsync();
        await screen[".pick .key"].Filter(new LocatorFilterOptions { HasText = "Trial Cup" }).TapAsync();
        await Expect(screen["main h1"]).ToHaveTextAsync("Ready for offline operation");
        await screen.AssertFitsAsync();
        await Expect(screen[".counts"]).ToContainTextAsync("75bibs");
        await Expect(screen["table"]).ToContainTextAsync("Individual, men");
    }

    private static async Task ChoosePlaceAsync(Screen screen)
    {
        await screen.Key("Choose race and location").TapAsync();
        await screen.Page.WaitForURLAsync("**/place");
        await screen[".pick:not(.cols3) .key"].Filter(new LocatorFilterOptions { HasText = "Individual, men" }).TapAsync();
        await screen[".pick.cols3 .key"].First.TapAsync();
        await screen.Page.WaitForURLAsync("**/report");
        await Expect(screen["#where-race"]).ToHaveTextAsync("Individual, men");
    }

    /// <summary>The tray says that it is saved, under the number that the case has.</summary>
    [Fact]
    public async Task The_clock_has_the_venues_hour_from_the_moment_it_is_known_whatever_the_browsers_zone()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost, zone: "America/Denver");
        // No second passes on this page that would put it right.
        await screen.Page.Clock.InstallAsync(new ClockInstallOptions { TimeDate = new DateTime(2026, 2, 8, 12, 0, 0, DateTimeKind.Utc) });
        await screen.Page.Clock.PauseAtAsync(new DateTime(2026, 2, 8, 12, 0, 10, DateTimeKind.Utc));
        await screen.GoAsync("/place");
        await Expect(screen[".pick .key"].First).ToBeVisibleAsync();
        await Expect(screen[".clock b"]).ToHaveTextAsync(new Regex("^13:00:", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    private async Task SavedAsync(Screen screen, int bib)
    {
        await Expect(screen[".said h1"]).ToHaveTextAsync(new Regex($"^Bib {bib} saved \\d\\d:\\d\\d:\\d\\d$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var incident = Assert.Single(await pi.Admin.List($"/races/{day.Race}/incidents?bib_number={bib}"));
        await Expect(screen[".said"]).ToContainTextAsync($"No. {incident["number"]}");
    }

    private static async Task TypeAsync(Screen screen, string text)
    {
        foreach (var character in text)
        {
            // The signs of an address have a page of their own; the code's keyboard has none.
            if (character is ':' or '/') await TapAsync("{far}");
            await TapAsync(character.ToString());
            if (character is ':' or '/') await TapAsync("{far}");
        }

        Task TapAsync(string key) => screen[$".board .key[data-skbtn=\"{key}\"]"].TapAsync();
    }
}
