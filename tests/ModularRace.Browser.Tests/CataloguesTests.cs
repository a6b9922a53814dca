using System.Net;
using System.Text;

namespace ModularRace.Browser.Tests;

/// <summary>What an admin writes at the desk for those who tap and those who decide: phrases and penalties.</summary>
public sealed class CataloguesTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task Penalties_come_from_a_file_that_is_tried_first_and_are_offered_where_an_incident_is_decided()
    {
        var (competition, race) = await MakeAsync("Cima Codici");
        await using var desk = await chromium.AdminsDeskAsync(day);
        desk.Expect("status of (400|412)"); // a file with faults, and one that was tried before somebody else changed the list
        await desk.GoAsync($"/competitions/{competition}");
        await desk[".facts a[href$='/penalties']"].ClickAsync();
        await Expect(desk[".blank"]).ToContainTextAsync("No penalty yet");

        await desk["#csv"].SetInputFilesAsync(Csv("code;name;discipline\n3.1;Missed gate, 3 min;\n3.2;Skins in the zone;ski\n3.1;Again;\n"));
        await Expect(desk["[data-outcome] .lines li"]).ToHaveCountAsync(2);
        await Expect(desk["[data-outcome] .lines"]).ToContainTextAsync("Line 3: discipline: It is one of individual");
        await Expect(desk["[data-outcome] .lines"]).ToContainTextAsync("Line 4: It is in line 2 already.");
        await Expect(desk["[data-import-go]"]).ToBeDisabledAsync();

        await desk["#csv"].SetInputFilesAsync(Csv("code;name;discipline\n3.1;Missed gate, 3 min;\n3.1;Missed gate, 10 s;Sprint\n3.2;Skins outside the zone;\n4.1;Helmet <b>open</b>;\n"));
        await Expect(desk["[data-outcome] .sums"]).ToContainTextAsync("4new");
        await Expect(desk["[data-outcome] .would li"]).ToHaveCountAsync(4);
        await Expect(desk["[data-outcome] .would"]).ToContainTextAsync("Helmet <b>open</b>");
        await desk["[data-import-go]"].ClickAsync();
        await Expect(desk["[data-live=lines] .codes li"]).ToHaveCountAsync(4);

        // Somebody adds a line between the look and the import: it is shown anew, not overwritten.
        await desk["[name=mode][value=replace]"].CheckAsync();
        await desk["#csv"].SetInputFilesAsync(Csv("code;name;discipline\n3.1;Missed gate, 5 min;\n3.1;Missed gate, 10 s;sprint\n3.2;Skins outside the zone;\n"));
        await Expect(desk["[data-outcome] .would li"]).ToHaveCountAsync(2);
        await Expect(desk["[data-outcome] .would .updated small"]).ToContainTextAsync("meaning: Missed gate, 3 min → Missed gate, 5 min");
        await day.Cloud.Put($"/competitions/{competition}/penalties?mode=merge", new { items = new[] { new { code = "9" } } });
        await desk["[data-import-go]"].ClickAsync();
        await Expect(desk["[data-outcome] .alert"]).ToContainTextAsync("Somebody changed the list meanwhile");
        await Expect(desk["[data-outcome] .would .removed"]).ToHaveCountAsync(2);
        await ShotAsync(desk, "penalties-preview");
        await desk["[data-import-go]"].ClickAsync();
        await Expect(desk["[data-live=lines] .codes li"]).ToHaveCountAsync(3);
        await ShotAsync(desk, "penalties");

        var incident = (await day.Cloud.Post("/incidents", new { race_uuid = race, bib_number = 12 }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        await day.Cloud.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        await desk.GoAsync($"/races/{race}/incidents/{incident}");
        await Expect(desk["[data-codes] [data-code]:visible"]).ToHaveCountAsync(2);
        await desk["#Decide_PenaltyCode"].FillAsync("gate");
        await Expect(desk["[data-codes] [data-code]:visible"]).ToHaveTextAsync(["3.1 Missed gate, 10 s"]);
        await desk["[data-codes] [data-code]:visible"].ClickAsync();
        await Expect(desk["#Decide_PenaltyCode"]).ToHaveValueAsync("3.1");
        await Expect(desk["[data-codes] [aria-pressed=true]"]).ToHaveTextAsync("3.1 Missed gate, 10 s");
        await Expect(desk["[data-label]"]).ToHaveTextAsync("Give bib 12 3.1");
        await ShotAsync(desk, "deciding");
        await desk["form[data-says] .btn.go"].ClickAsync();
        await Expect(desk[".dec.done h2"]).ToHaveTextAsync("Penalty 3.1");
        await Expect(desk[".dec.done .text"].First).ToHaveTextAsync("Missed gate, 10 s");
        await ShotAsync(desk, "decided");
        Assert.Equal("3.1", (await day.Cloud.Get($"/incidents/{incident}")).Text("penalty_code"));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_phrase_that_is_changed_at_the_desk_is_on_a_screen_that_was_open_before()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.Page.Clock.InstallAsync();
        await screen.OnCourseAsync(day);
        await screen[".bibs [data-bib=\"23\"]"].Last.TapAsync();
        await Expect(screen.Key("Missed gate")).ToBeVisibleAsync();

        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/competitions/{day.Competition}/phrases");
        await Expect(desk[".blank"]).ToContainTextAsync("the touchscreens offer the usual ones");
        await Expect(desk[".own tbody tr"]).ToHaveCountAsync((await day.Cloud.List($"/competitions/{day.Competition}/races")).Select(r => r.Text("discipline")).Distinct(StringComparer.Ordinal).Count());
        await desk["form.usual .btn"].ClickAsync();
        await Expect(desk["[data-live=lines] .sec"]).Not.ToHaveCountAsync(0);
        var first = desk["[data-live=lines] li"].Filter(new LocatorFilterOptions { HasText = "Missed gate" }).First;
        await first.Locator("summary").ClickAsync();
        await first.Locator("[name='Line.Text']").FillAsync("Rope missing");
        Assert.True((await first.Locator("[name='Line.Text']").BoundingBoxAsync())!.Width > 400);
        await ShotAsync(desk, "phrases-edit");
        await first.Locator(".btn").First.ClickAsync();
        await Expect(desk["[data-live=lines] li b"].Filter(new LocatorFilterOptions { HasText = "Rope missing" })).ToBeVisibleAsync();
        await desk["#add summary"].ClickAsync();
        await desk["#word-new"].FillAsync("Rope missing");
        await desk["#discipline-new"].SelectOptionAsync("individual");
        await desk["#language-new"].SelectOptionAsync("en");
        await desk["#add .btn.go"].ClickAsync();
        await Expect(desk["#add [role=alert]"]).ToContainTextAsync("There is such a line already");
        await desk["#word-new"].FillAsync("Poles thrown");
        await desk["#add .btn.go"].ClickAsync();
        await Expect(desk["[data-live=lines] li b"].Filter(new LocatorFilterOptions { HasText = "Poles thrown" })).ToBeVisibleAsync();
        await Expect(desk[".own .st.wait"]).ToHaveTextAsync("7 of 8");
        await ShotAsync(desk, "phrases");
        desk.AssertQuiet();

        await day.SyncUntilSentAsync();
        await screen.Page.Clock.FastForwardAsync(61_000);
        await screen[".bibs [data-bib=\"23\"]"].Last.TapAsync();
        await Expect(screen.Key("Rope missing")).ToBeVisibleAsync();
        await Expect(screen.Key("Missed gate")).ToHaveCountAsync(0);
        await ShotAsync(screen, "touch-phrases");
        await screen.AssertFitsAsync();
        screen.AssertQuiet();

        await day.Cloud.Put($"/competitions/{day.Competition}/phrases", new { items = Array.Empty<object>() });
        await day.SyncUntilSentAsync();
        Assert.Empty(await day.Pi.List($"/competitions/{day.Competition}/phrases"));
    }

    private async Task<(string Competition, string Race)> MakeAsync(string name)
    {
        var competition = (await day.Cloud.Post("/competitions", new { name, country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        return (competition, (await day.Cloud.Post($"/competitions/{competition}/races", new { name = "Sprint, women", discipline = "sprint" }, HttpStatusCode.Created)).Text("client_uuid"));
    }

    private static FilePayload Csv(string text) => new() { Name = "penalties.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) };

    private static Task ShotAsync(Screen screen, string name) => Environment.GetEnvironmentVariable("SHOTS") is { Length: > 0 } folder
        ? screen.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") }) : Task.CompletedTask;
}
