namespace ModularRace.Browser.Tests;

/// <summary>
/// What a glove needs, on every page of the touchscreen and in both themes: nothing scrolls or is cut off, a key is at least
/// 72 px high and wide, and 12 px from the next.
/// </summary>
public sealed class TouchLayoutTests(Chromium chromium, CloudAndPi day)
{
    [Theory]
    [InlineData("light", "en")]
    [InlineData("dark", "en")]
    [InlineData("light", "fr")]
    [InlineData("light", "de")]
    [InlineData("light", "it")]
    [InlineData("light", "es")]
    public async Task Every_page_fits_the_screen_and_the_glove(string theme, string language)
    {
        var words = new TouchWords(language);
        await using var screen = await chromium.TouchscreenAsync(day.PiHost, theme, language);
        await screen.OnCourseAsync(day);
        await Expect(screen["html"]).ToHaveAttributeAsync("data-theme", theme);
        await Expect(screen["html"]).ToHaveAttributeAsync("lang", language);
        var faults = new List<string>();
        async Task MeasureAsync(string what) => faults.AddRange((await screen.MeasureAsync()).Select(f => $"{what}: {f}"));
        async Task GoAsync(string path)
        {
            await screen.GoAsync(path);
            await screen.DrawnAsync();
            await MeasureAsync(path);
        }

        await MeasureAsync("/report");
        await screen[".bibs [data-bib=\"15\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync(words["bib"].Replace("{bib}", "15", StringComparison.Ordinal));
        await MeasureAsync("/report with a tap");
        await screen.Key(words["write"]).TapAsync();
        await MeasureAsync("/report, writing");

        await GoAsync("/today");
        await screen[".row"].First.TapAsync();
        await Expect(screen["#one h2"]).ToBeVisibleAsync();
        await MeasureAsync("/today with an incident");
        await screen.Key(words["today.find"]).TapAsync();
        await MeasureAsync("/today, finding a bib");

        await GoAsync("/send");
        await screen[".side > .key"].TapAsync();
        await Expect(screen[".terms"]).ToBeVisibleAsync();
        await MeasureAsync("/send, when clips go");
        await screen.Key(words["stick.close"]).TapAsync();
        await GoAsync("/evening");
        await GoAsync("/download");
        await screen.Key(words["download.another"]).TapAsync();
        await Expect(screen[".pick .key"].First).ToBeVisibleAsync();
        await MeasureAsync("/download, choosing");

        await GoAsync("/emergency");
        await screen[".pick.cols2 .key"].First.TapAsync();
        await Expect(screen.Key(words["emergency.add_place"])).ToBeVisibleAsync();
        await MeasureAsync("/emergency, the locations");
        await screen[".pick .key"].First.TapAsync();
        await MeasureAsync("/emergency, a location of the office");
        await screen.Key(words["stick.close"]).TapAsync();
        await screen.Key(words["emergency.back"]).TapAsync();
        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await Expect(screen[".bibs .bib"].First).ToBeVisibleAsync();
        await MeasureAsync("/emergency, the bibs");
        await screen[".bibs .bib"].First.TapAsync();
        await MeasureAsync("/emergency, a bib of the office");
        await screen.Key(words["stick.close"]).TapAsync();
        await screen.Key(words["emergency.back"]).TapAsync();
        await screen.Key(words["emergency.new"]).Or(screen.Key(words["emergency.other"])).TapAsync();
        await MeasureAsync("/emergency, another competition");
        if (await screen[".layer"].CountAsync() > 0) await screen.Key(words["emergency.new"]).TapAsync();
        await Expect(screen.Key(words["emergency.need_discipline"])).ToBeVisibleAsync();
        await MeasureAsync("/emergency, a new competition");
        await screen[".pick .key"].Nth(1).TapAsync();
        await MeasureAsync("/emergency, the venue");
        await screen[".layer [aria-pressed=true]"].TapAsync();
        await screen[".pick .key"].Nth(2).TapAsync();
        await MeasureAsync("/emergency, the days");

        await GoAsync("/phones");
        await GoAsync("/wifi");
        await GoAsync("/place");
        await screen.Key(words["who.ask"]).Last.TapAsync();
        await MeasureAsync("/place, naming a person");

        await GoAsync("/pair");
        await screen.Key(words["pair.another"]).TapAsync();
        await MeasureAsync("/pair, the code");
        await HasEveryLetterAsync("/pair, the code");
        await screen[".field"].First.TapAsync();
        await MeasureAsync("/pair, the address");
        await HasEveryLetterAsync("/pair, the address");

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        screen.AssertQuiet();

        // An address or a code may have any of them, whatever the language's own keyboard looks like.
        async Task HasEveryLetterAsync(string where)
        {
            var keys = (await screen[".board .key"].AllInnerTextsAsync()).Where(key => key.Length == 1).Select(key => char.ToLowerInvariant(key[0]));
            var missing = "abcdefghijklmnopqrstuvwxyz0123456789-".Except(keys).ToArray();
            if (missing.Length > 0) faults.Add($"{where}: no key for {string.Join(' ', missing)}");
        }
    }
}
