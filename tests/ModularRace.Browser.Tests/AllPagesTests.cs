using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>Every page of both modes opens without an error in the console, and asks nobody but its own host.</summary>
public sealed partial class AllPagesTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task No_page_of_the_Pi_has_an_error_or_asks_another_host()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day);
        // A phone's first page is none of the screen's.
        foreach (var page in Pages(touch: true).Where(p => p != "/join"))
        {
            await screen.GoAsync(page);
            await screen.DrawnAsync();
            await screen.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        screen.AssertQuiet();
    }

    [Fact]
    public async Task No_page_of_the_desk_has_an_error_or_asks_another_host_or_is_wider_than_the_screen()
    {
        var paths = await DeskPaths.AllAsync(day);
        await using var desk = await chromium.AdminsDeskAsync(day);
        // An open stream of events is never idle.
        await desk.Page.RouteAsync("**/api/v1/competitions/*/events", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = "retry: 600000\n\n" }));
        foreach (var path in paths)
        {
            await desk.GoAsync(path);
            await desk.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            Assert.True(await desk.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= 1440"), $"{path} scrolls sideways");
        }

        desk.AssertQuiet();
    }

    [Fact]
    public async Task The_reference_of_the_API_asks_no_other_host()
    {
        await using var desk = await chromium.AdminsDeskAsync(day);
        desk.Expect("^console"); // its scripts are not ours; what they try and may not is their own affair
        await desk.GoAsync("/scalar/");
        await Expect(desk["body"]).ToContainTextAsync("Incidents");
        await desk.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        desk.AssertQuiet();
    }

    /// <summary>The pages' own routes, as their sources name them: a new page is tried without a word here.</summary>
    internal static List<string> Pages(bool touch)
    {
        var pages = Directory.EnumerateFiles(Checkout.PathOf("src"), "*.cshtml", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains("SignOut", StringComparison.Ordinal))
            .Where(f => f.EndsWith("Touch.cshtml", StringComparison.Ordinal) == touch)
            .Select(f => PageRoute().Match(File.ReadAllText(f)))
            .Where(m => m.Success)
            .Select(m => Constraint().Replace(m.Groups["route"].Value, "}"))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(pages.Count >= 6, string.Join(", ", pages));
        return pages;
    }

    [GeneratedRegex("^@page \"(?<route>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PageRoute();

    [GeneratedRegex(":[a-z]+\\??\\}", RegexOptions.NonBacktracking)]
    private static partial Regex Constraint();
}
