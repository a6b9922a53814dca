namespace ModularRace.Browser.Tests;

/// <summary>Ways to a page of the touchscreen.</summary>
internal static class TouchPages
{
    /// <summary>The report page, with the day's race and its first location chosen.</summary>
    public static Task OnCourseAsync(this Screen screen, CloudAndPi day) => screen.OnCourseAsync(day.Race, day.Locations[0], day.PiHost);

    public static async Task OnCourseAsync(this Screen screen, string race, string location, RunningHost pi)
    {
        await screen.Page.Context.AddCookiesAsync([new Cookie { Name = "mr_place", Value = $"{race}.{location}", Url = pi.Address.ToString() }]);
        await screen.GoAsync("/report");
        await screen.DrawnAsync();
    }

    /// <summary>The page's program has run, and the host has answered it.</summary>
    public static async Task DrawnAsync(this Screen screen)
    {
        await Expect(screen["html"]).ToHaveAttributeAsync("data-host", "here");
        await Expect(screen["main .key, .one-column, .nothing"].First).ToBeVisibleAsync();
    }
}
