using System.Globalization;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>
/// A race day at the real screen, in minutes: touches, words, some taken back, while the link goes and comes, an upload is
/// cut, and the host is stopped and killed under the finger. The suite makes 36 reports; <c>build/day.sh</c> 400.
/// </summary>
public sealed class LongDayTests(Chromium chromium)
{
    private const int Hours = 12, OnScreen = 40;

    private static readonly int Reports = Number("MODULARRACE_DAY_REPORTS", 36);
    private static readonly int Seed = Number("MODULARRACE_DAY_SEED", 1);

    private readonly Random random = new(Seed);
    private readonly List<Said> said = [];

    [Fact]
    public async Task What_was_tapped_in_a_day_of_cuts_and_restarts_is_what_stands_on_the_cloud()
    {
        await using var day = new CloudAndPi();
        await day.InitializeAsync();
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        screen.Expect("Failed to load resource"); // the host is away at times
        await screen.OnCourseAsync(day);

        for (var hour = 0; hour < Hours; hour++)
        {
            Begin(hour, day.Link);
            var taps = (Reports * (hour + 1) / Hours) - (Reports * hour / Hours);
            var (away, back) = (taps / 3, Math.Max(1, taps * 2 / 3));
            for (var tap = 0; tap < taps; tap++)
            {
                // In the middle of tapping: the last one may be under way.
                if (tap == away && hour is 2 or 7) await day.PiHost.KillAsync();
                if (tap == away && hour is 4) await day.PiHost.StopAsync();
                await TapAsync(screen, day.PiHost.Runs);
                if (tap >= back && !day.PiHost.Runs) await StartAsync(day.PiHost, screen);
            }

            if (!day.PiHost.Runs) await StartAsync(day.PiHost, screen);
        }

        day.Link.ComeBack();
        await screen.Page.WaitForFunctionAsync("() => !Object.keys(localStorage).some(k => k.startsWith('mr.tap.'))");
        await screen[".nav"].GetByText("To send").TapAsync();
        await screen.Key("Sync now").TapAsync();
        await Expect(screen[".strip .allsent"]).ToHaveTextAsync("All reports sent");
        screen.AssertQuiet();

        Assert.Equal(Reports, said.Count);
        Assert.True(day.Link.Cuts > 0 && said.Exists(s => s.TakenBack) && said.Exists(s => s.Words.Length > 0));
        var tapped = said.Select(s => s.ToString()).Order(StringComparer.Ordinal).ToList();
        foreach (var host in new RunningHost[] { day.PiHost, day.CloudHost }) Assert.Equal(tapped, await StandingAsync(host));
        Assert.Equal(await UuidsAsync(day.PiHost), await UuidsAsync(day.CloudHost));
        Console.WriteLine($"{said.Count} taps, {said.Count(s => s.TakenBack)} taken back, {said.Count(s => s.Words.Length > 0)} with words; {day.Link.Cuts} uploads cut, the host killed twice and stopped once: the same on the Pi and on the cloud");
    }

    /// <summary>What the mountain does to the link in that hour.</summary>
    private static void Begin(int hour, MountainLink link)
    {
        switch (hour)
        {
            case 1 or 6 or 10:
                link.GoDown();
                break;
            case 3 or 8 or 11:
                link.ComeBack();
                break;
            case 5:
                link.CutNextUploadAfter(700);
                break;
            case 9:
                link.LoseNextUploadAnswer();
                break;
        }
    }

    /// <summary>Until the page has heard of it: what it kept is on its way.</summary>
    private static async Task StartAsync(RunningHost host, Screen screen)
    {
        await host.StartAsync();
        await Expect(screen["html"]).ToHaveAttributeAsync("data-host", "here");
    }

    /// <summary>One touch, and at times what is added to it, as a referee does who has a moment.</summary>
    private async Task TapAsync(Screen screen, bool hostRuns)
    {
        var bib = random.Next(OnScreen) + 1;
        await screen[$".bibs [data-bib=\"{bib}\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToHaveTextAsync(new Regex($"^Bib {bib} (saved|not yet saved)", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var (words, takenBack) = ("", false);
        var choice = random.Next(8);
        if (hostRuns && choice == 0)
        {
            await screen[".after"].GetByText("Undo").TapAsync();
            await Expect(screen[".said h1"]).ToHaveTextAsync($"Bib {bib} taken back");
            takenBack = true;
        }
        else if (choice < 3)
        {
            var phrase = screen[".what .key:not(.more)"].Nth(random.Next(3));
            words = (await phrase.InnerTextAsync()).Trim();
            await phrase.TapAsync();
            await Expect(screen[".what .key[aria-pressed=true]"]).ToHaveTextAsync(words);
        }

        said.Add(new Said(bib, words, takenBack));
    }

    private static async Task<IEnumerable<string>> StandingAsync(RunningHost host) =>
        (await host.Database.QueryAsync<string>(
            """
            SELECT concat_ws('|', i.bib_number, CASE WHEN r.withdrawn_at IS NULL THEN 'stands' ELSE 'taken back' END, coalesce(r.description, ''))
            FROM incidents.reports r JOIN incidents.incidents i ON i.client_uuid = r.incident_uuid
            """)).Order(StringComparer.Ordinal);

    private static async Task<IEnumerable<Guid>> UuidsAsync(RunningHost host) => (await host.Database.QueryAsync<Guid>("SELECT client_uuid FROM incidents.reports")).Order();

    private static int Number(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : usual;

    private sealed record Said(int Bib, string Words, bool TakenBack)
    {
        public override string ToString() => $"{Bib}|{(TakenBack ? "taken back" : "stands")}|{Words}";
    }
}
