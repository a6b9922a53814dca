using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace ModularRace.Browser.Tests;

/// <summary>axe finds nothing on any page: on the touchscreen in each language and both themes, with the contrast that glare needs (7:1).</summary>
public sealed class AxeTests(Chromium chromium, CloudAndPi day)
{
    [Theory]
    [InlineData("light", "en")]
    [InlineData("dark", "en")]
    [InlineData("light", "fr")]
    [InlineData("dark", "de")]
    [InlineData("light", "it")]
    [InlineData("dark", "es")]
    public async Task The_touchscreen(string theme, string language)
    {
        var words = new TouchWords(language);
        await using var screen = await chromium.TouchscreenAsync(day.PiHost, theme, language);
        await screen.OnCourseAsync(day);
        var found = new List<string>();
        async Task LookAsync(string what) => found.AddRange((await FaultsAsync(screen, glare: true)).Select(f => $"{what}: {f}"));
        await screen[".bibs [data-bib=\"17\"]"].Last.TapAsync();
        await Expect(screen[".said .disc"]).ToBeVisibleAsync();
        await LookAsync("/report with a tap");
        await screen.Key(words["write"]).TapAsync();
        await LookAsync("/report, writing");
        foreach (var page in AllPagesTests.Pages(touch: true).Where(p => p != "/join" && p != "/"))
        {
            await screen.GoAsync(page);
            await screen.DrawnAsync();
            await LookAsync(page);
        }

        await screen.GoAsync("/emergency");
        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await screen[".bibs .bib"].First.TapAsync();
        await LookAsync("/emergency, a bib");
        await screen.Key(words["stick.close"]).TapAsync();
        await LookAsync("/emergency, the bibs");
        await screen.Key(words["emergency.back"]).TapAsync();
        await screen.Key(words["emergency.another_race"]).TapAsync();
        await LookAsync("/emergency, another race");

        Assert.True(found.Count == 0, string.Join('\n', found.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_first_page_of_a_phone()
    {
        await using var phone = await chromium.PhoneAsync(day.PiHost);
        var invitation = await day.Pi.Post("/device/phones/invitation", null, System.Net.HttpStatusCode.OK);
        await phone.GoAsync((string)invitation["url"]!);
        Assert.Empty(await FaultsAsync(phone, glare: false));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public async Task The_desk(string language)
    {
        var paths = await DeskPaths.AllAsync(day);
        await using var desk = await chromium.AdminsDeskAsync(day, language);
        var found = new List<string>();
        foreach (var path in paths)
        {
            await desk.GoAsync(path);
            found.AddRange((await FaultsAsync(desk, glare: false)).Select(f => $"{path}: {f}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_new_person_and_the_page_on_which_they_choose_a_password()
    {
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync("/people");
        await desk["[data-dialog=make]"].First.ClickAsync();
        await desk["#Form_Name"].FillAsync("Jo Axe");
        await desk["#Form_Email"].FillAsync("jo.axe@example.org");
        await desk["fieldset"].Filter(new LocatorFilterOptions { HasText = "Jury president" }).Locator("input[type=checkbox]").First.CheckAsync();
        var found = await FaultsAsync(desk, glare: false);
        await desk["#make .btn.go"].ClickAsync();
        var link = await desk["#given-link"].InputValueAsync();
        found.AddRange(await FaultsAsync(desk, glare: false));

        await using var door = await chromium.DeskAsync(day.CloudHost);
        await door.GoAsync(new Uri(link).PathAndQuery);
        found.AddRange(await FaultsAsync(door, glare: false));
        await door["#Password"].FillAsync("four short common words");
        await door["#Again"].FillAsync("four short common words");
        await door[".btn.go"].ClickAsync();
        await door.Page.WaitForURLAsync("**/competitions");
        Assert.Empty(found);
    }

    [Fact]
    public async Task The_review_with_conflicts_and_a_suggestion_open()
    {
        await using var disputes = await Disputes.BetweenAsync(day);
        var conflicts = new[] { await disputes.TwoDecisionsAsync(61), await disputes.DecidedTwiceAsync(62), (await disputes.TwoContentsAsync(163, 363, 1))[0] };
        await disputes.NearAsync(64, "10:40:00.000", "10:40:50.000");
        await using var desk = await chromium.AdminsDeskAsync(day);
        var found = new List<string>();
        foreach (var path in conflicts.Select(c => $"/conflicts?conflict={c}").Append("/suggestions").Append("/merges"))
        {
            await desk.GoAsync(path);
            found.AddRange((await FaultsAsync(desk, glare: false)).Select(f => $"{path}: {f}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Distinct(StringComparer.Ordinal)));
    }

    internal static async Task<List<string>> FaultsAsync(Screen screen, bool glare)
    {
        // What is shown for a moment (a toast, a flash) is looked at when it has come to rest.
        await screen.Page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().iterations !== Infinity).map(a => a.finished))");
        var options = new AxeRunOptions
        {
            ResultTypes = [ResultType.Violations],
            // Without the rules that axe itself calls experiments.
            RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
            Rules = glare ? new Dictionary<string, RuleOptions>(StringComparer.Ordinal) { ["color-contrast-enhanced"] = new() { Enabled = true } } : null,
        };
        var result = await screen.Page.RunAxe(options);
        return [.. result.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id} ({v.Help}): {n.Html}"))];
    }
}
