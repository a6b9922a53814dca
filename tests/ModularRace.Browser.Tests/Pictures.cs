using System.Net;

namespace ModularRace.Browser.Tests;

/// <summary>Makes the pictures of the docs (<c>build/pictures.sh</c>): of the running pages, so that they show what there is.</summary>
public sealed class Pictures(Chromium chromium, CloudAndPi day)
{
    private static string Folder => Checkout.PathOf("docs", "pictures");

    [Fact(Explicit = true)]
    public async Task Of_the_touchscreen()
    {
        Directory.CreateDirectory(Folder);
        day.Link.GoDown();
        foreach (var (bib, seconds, what) in new[] { (14, 900, "Skins off before the line"), (22, 610, "Helmet strap open"), (31, 420, ""), (9, 180, "One ski carried outside the zone"), (27, 40, "") })
            await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = bib, description = what, reporter_name = "Paola", occurred_at = TimeProvider.System.GetUtcNow().AddSeconds(-seconds) }, HttpStatusCode.Created);
        foreach (var theme in new[] { "light", "dark" })
        {
            await using var screen = await chromium.TouchscreenAsync(day.PiHost, theme);
            await screen.OnCourseAsync(day);
            await TakeAsync(screen, $"report-{theme}");
            await screen[".bibs [data-bib=\"15\"]"].Last.TapAsync();
            await Expect(screen[".said h1"]).ToContainTextAsync("Bib 15 saved");
            await TakeAsync(screen, $"saved-{theme}");
            foreach (var page in theme == "light" ? new[] { "today", "send", "evening", "place", "download", "emergency" } : ["today"])
            {
                await screen.GoAsync($"/{page}");
                await screen.DrawnAsync();
                if (page == "today") await screen[".row"].Nth(1).TapAsync();
                await TakeAsync(screen, $"{page}-{theme}");
            }
        }

        day.Link.ComeBack();
        await day.SyncUntilSentAsync();
    }

    [Fact(Explicit = true)]
    public async Task Of_the_desk()
    {
        Directory.CreateDirectory(Folder);
        await using var disputes = await Disputes.BetweenAsync(day);
        await using var desk = await chromium.AdminsDeskAsync(day);
        var conflict = await disputes.TwoDecisionsAsync(17);
        await disputes.NearAsync(21, "10:31:05.000", "10:31:19.000");
        await disputes.NearAsync(33, "10:40:00.000", "10:41:10.000");
        var made = new List<string>();
        foreach (var (bib, at, what) in new[] { (12, "10:50:00.000Z", "Left the zone early"), (12, "10:51:30.000Z", "Skins still on"), (40, "10:52:00.000Z", "Gate 3 missed") })
            made.Add((await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[1], bib_number = bib, description = what, occurred_at = $"2026-02-08T{at}" }, HttpStatusCode.Created))["incident"]!.Text("client_uuid"));
        foreach (var (name, path) in new[]
                 {
                     ("incident", $"/races/{day.Race}/incidents/{made[0]}"), ("merge", $"/incidents/{made[0]}/merge?with={made[1]}"), ("conflict", $"/conflicts?conflict={conflict}"),
                     ("dashboard", $"/competitions/{day.Competition}/dashboard"),
                 })
        {
            await desk.GoAsync(path);
            await Expect(desk["main"]).ToBeVisibleAsync();
            await TakeAsync(desk, $"desk-{name}");
        }
    }

    private static async Task TakeAsync(Screen screen, string name)
    {
        await screen.Page.EvaluateAsync("() => Promise.all([document.fonts.ready, ...document.getAnimations().map(a => a.finished.catch(() => 0))])");
        await screen.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png") });
    }
}
