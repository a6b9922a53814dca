namespace ModularRace.Browser.Tests;

/// <summary>A Pi that knows no cloud, has no network and holds no competition: its referee makes one on the screen, and reports on it.</summary>
public sealed class EmergencyTests(Chromium chromium)
{
    [Theory]
    [InlineData("light", "en")]
    [InlineData("dark", "de")]
    public async Task A_referee_makes_a_competition_its_bibs_and_its_places_and_reports_on_it(string theme, string language)
    {
        var words = new TouchWords(language);
        await using var pi = new RunningPi();
        await pi.InitializeAsync();
        await using var screen = await chromium.TouchscreenAsync(pi, theme, language);
        await screen.GoAsync("/");
        await screen.DrawnAsync();
        await ShowAsync(screen, "place");
        await screen.Key(words["place.make"]).TapAsync();
        await Expect(screen["#emergency .foot"]).ToBeVisibleAsync();

        // What is missing is said on the key itself, and touching it all the same makes nothing.
        await ShowAsync(screen, "first");
        await screen.Key(words["emergency.need_discipline"]).TapAsync(new LocatorTapOptions { Force = true });
        await Expect(screen[".toast"]).ToBeVisibleAsync();
        await screen[".toast"].TapAsync();
        Assert.Empty(await pi.Admin.List("/competitions"));
        await screen[".pick .key"].First.TapAsync();
        await ShowAsync(screen, "name");
        await screen.Page.Keyboard.TypeAsync("Night Cup ");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await screen[".pick .key"].Nth(1).TapAsync();
        await ShowAsync(screen, "venue");
        await screen[".layer .key:has-text('SUI')"].TapAsync();
        await screen[".pick .key"].Nth(2).TapAsync();
        await ShowAsync(screen, "days");
        await screen[".step .key"].Nth(6).TapAsync();
        await screen.Key(words["emergency.keep_day"]).TapAsync();
        await screen.Key(words["discipline.sprint"]).TapAsync();
        await ShowAsync(screen, "form");

        // A double touch of a glove makes one.
        await screen.Key(words["emergency.make"]).DblClickAsync();
        await Expect(screen.Key(words["emergency.report"])).ToBeVisibleAsync();
        var competition = Assert.Single(await pi.Admin.List("/competitions"));
        Assert.Equal(("Night Cup", "SUI", "Europe/Zurich"), (competition.Text("name"), competition.Text("country"), competition.Text("time_zone")));
        Assert.Equal(DateOnly.Parse(competition.Text("start_date"), null).AddDays(1), DateOnly.Parse(competition.Text("end_date"), null));
        var race = Assert.Single(await pi.Admin.List($"/competitions/{competition.Text("client_uuid")}/races"));
        Assert.Equal((words["discipline.sprint"], "sprint"), (race.Text("name"), race.Text("discipline")));
        Assert.Equal((await pi.Admin.Get("/device")).Text("device_uuid"), race.Text("origin"));
        var list = $"/races/{race.Text("client_uuid")}/start-list";
        await ShowAsync(screen, "race");

        await screen[".pick.cols2 .key"].First.TapAsync();
        await Expect(screen[".pick .key"]).ToHaveCountAsync(8); // a sprint's seven usual ones, and the one that adds
        await screen.Key(words["emergency.add_place"]).TapAsync();
        await screen.Page.Keyboard.TypeAsync("Behind the hut");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await Expect(screen.Key("Behind the hut")).ToBeVisibleAsync();
        await ShowAsync(screen, "places");
        await screen[".pick .key"].Nth(3).TapAsync();
        await ShowAsync(screen, "a place");
        await screen.Key(words["emergency.take_away"]).TapAsync();
        await screen.Key(words["today.sure"]).TapAsync();
        await Expect(screen[".pick .key"]).ToHaveCountAsync(8);
        await screen[".pick .key"].First.TapAsync();
        await screen.Key(words["emergency.rename"]).TapAsync();
        await screen.Page.Keyboard.TypeAsync(" gate");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await Expect(screen.Key("Start gate")).ToBeVisibleAsync();
        await screen.Key(words["emergency.back"]).TapAsync();

        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await ShowAsync(screen, "no bibs");
        foreach (var key in new[] { "1", words["emergency.to"], "7", "5" }) await screen.Key(key).TapAsync();
        await ShowAsync(screen, "a range");
        await screen[".preview"].TapAsync();
        await Expect(screen[".bibs .bib"]).ToHaveCountAsync(40);
        await ShowAsync(screen, "bibs");
        Assert.Equal(75, (await pi.Admin.List(list)).Count);

        // A slip of the finger is taken back, at the second touch.
        await screen.Key(words["emergency.away_bibs"]).TapAsync();
        foreach (var key in new[] { "7", "1", words["emergency.to"], "9", "9", "9" }) await screen.Key(key).TapAsync();
        await screen[".preview"].TapAsync();
        await Expect(screen[".preview"]).ToContainTextAsync(words["today.sure"]);
        await screen[".preview"].TapAsync();
        await Expect(screen[".preview"]).ToContainTextAsync(words["emergency.type_away"]);
        Assert.Equal(70, (await pi.Admin.List(list)).Count);

        await screen[".bibs [data-bib='17']"].TapAsync();
        await screen.Page.Keyboard.TypeAsync("Lindh");
        await screen[".field"].Nth(2).TapAsync();
        await screen.Page.Keyboard.TypeAsync("nor");
        await ShowAsync(screen, "a name");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await Expect(screen[".layer"]).ToHaveCountAsync(0);
        var named = (await pi.Admin.List(list)).Single(b => (int)b["bib_number"]! == 17);
        Assert.Equal(("Lindh", "NOR"), (named["athletes"]![0]!.Text("last_name"), named["athletes"]![0]!.Text("nation")));
        await screen.Key(words["emergency.back"]).TapAsync();

        // Reported on like any other.
        await screen.Key(words["emergency.report"]).TapAsync();
        await screen.Page.WaitForURLAsync("**/place");
        await screen.DrawnAsync();
        await screen.Key("Behind the hut").TapAsync();
        await screen.Page.WaitForURLAsync("**/report");
        await screen.DrawnAsync();
        await screen[".bibs [data-bib='17']"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync(words["bib"].Replace("{bib}", "17", StringComparison.Ordinal));
        await Expect(screen[".said"]).ToContainTextAsync("Lindh · NOR");
        await screen[".bibs [data-bib='18']"].Last.TapAsync();
        await Expect(screen[".said"]).ToContainTextAsync(words["bib.unnamed"]);
        await Expect(screen[".said h1"]).ToContainTextAsync(words["tray.saved"].Split("{time}")[0].Replace("{bib}", words["bib"].Replace("{bib}", "18", StringComparison.Ordinal), StringComparison.Ordinal).Trim());
        await ShowAsync(screen, "reported");
        Assert.Equal(2, (await pi.Admin.List($"/races/{race.Text("client_uuid")}/incidents")).Count);

        // A bib with an incident stays, and that is said.
        screen.Expect("409");
        await screen.GoAsync("/emergency");
        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await screen[".bibs [data-bib='17']"].TapAsync();
        await screen.Key(words["emergency.take_away"]).Last.TapAsync();
        await screen.Key(words["today.sure"]).TapAsync();
        await Expect(screen[".toast"]).ToContainTextAsync(words["error.in_use"]);
        screen.AssertQuiet();
    }

    [Fact]
    public async Task What_is_touched_while_the_host_is_away_is_made_once_when_it_is_back()
    {
        var words = new TouchWords("en");
        await using var pi = new RunningPi();
        await pi.InitializeAsync();
        await using var screen = await chromium.TouchscreenAsync(pi);
        screen.Expect("Failed to load resource|ERR_CONNECTION");
        await screen.GoAsync("/emergency");
        await screen[".pick .key"].First.TapAsync();
        await screen.Page.Keyboard.TypeAsync("Night Cup");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await screen.Key(words["discipline.team"]).TapAsync();

        // The competition is made, and the answer never comes; then the power goes.
        await screen.Page.RouteAsync("**/api/v1/competitions", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await screen.Key(words["emergency.make"]).TapAsync();
        await Expect(screen[".toast"]).ToContainTextAsync(words["away.again"]);
        await screen.Page.UnrouteAllAsync();
        await pi.KillAsync();
        await screen.Key(words["emergency.make"]).TapAsync();
        await Expect(screen[".toast"]).ToContainTextAsync(words["away.again"]);
        await pi.StartAsync();

        // The page may be loaded anew meanwhile: what was typed is there, under the same UUIDs; and it may say something else now.
        await screen.GoAsync("/emergency");
        await Expect(screen[".pick .key"].First).ToContainTextAsync("Night Cup");
        await screen[".pick .key"].First.TapAsync();
        await screen.Page.Keyboard.TypeAsync(" 2");
        await screen.Key(words["emergency.keep"]).TapAsync();
        await screen.Key(words["emergency.make"]).TapAsync();
        await Expect(screen.Key(words["emergency.report"])).ToBeVisibleAsync();
        var competition = Assert.Single(await pi.Admin.List("/competitions"));
        Assert.Equal("Night Cup 2", competition.Text("name"));
        var race = Assert.Single(await pi.Admin.List($"/competitions/{competition.Text("client_uuid")}/races"));

        // A team is one bib, and its athletes can be told apart though nobody is named.
        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await screen.Key(words["emergency.teams_of"].Replace("{n}", "2", StringComparison.Ordinal)).TapAsync();
        foreach (var key in new[] { "4", "2" }) await screen.Key(key).TapAsync();
        await screen[".preview"].TapAsync();
        await Expect(screen[".bibs .bib"]).ToHaveCountAsync(1);
        Assert.Equal(3, Assert.Single(await pi.Admin.List($"/races/{race.Text("client_uuid")}/start-list"))["athletes"]!.AsArray().Count);
        screen.AssertQuiet();
    }

    [Fact]
    public async Task A_start_list_on_a_stick_is_looked_at_first_and_a_bad_one_harms_nothing()
    {
        var words = new TouchWords("fr");
        var stick = Directory.CreateTempSubdirectory("modularrace-stick-").FullName;
        await using var pi = new RunningPi();
        pi.Settings["Stick__Path"] = stick;
        await pi.InitializeAsync();
        var competition = (await pi.Admin.Post("/competitions", new { name = "Night Cup", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, System.Net.HttpStatusCode.Created)).Text("client_uuid");
        var race = (await pi.Admin.Post($"/competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" }, System.Net.HttpStatusCode.Created)).Text("client_uuid");
        await using var screen = await chromium.TouchscreenAsync(pi, "light", "fr");
        screen.Expect("400|413");
        await screen.GoAsync("/emergency");
        await screen[".pick.cols2 .key"].Nth(1).TapAsync();
        await screen.Key(words["emergency.stick"]).TapAsync();
        await Expect(screen["main h1"]).ToHaveTextAsync(words["emergency.no_files"]);
        await ShowAsync(screen, "no files");

        const string Hostile = "<img src=x onerror=alert(1)>.csv";
        await File.WriteAllTextAsync(Path.Combine(stick, Hostile), "bib,first_name,last_name,nation,gender\n1,Ana,Vidal,ESP,F\n");
        await File.WriteAllTextAsync(Path.Combine(stick, "bad.csv"), "bib,first_name,last_name,nation,gender\n1,Ana,Vidal,ESP,F\n0,Eva,Roth,AUT,F\n2,,Moser,Switzerland,W\n");
        await File.WriteAllBytesAsync(Path.Combine(stick, "large.csv"), new byte[6 << 20]);
        File.Copy(Checkout.PathOf("build", "example", "tesero-2026", "skiathlon-men.csv"), Path.Combine(stick, "Skiathlon men.CSV"));
        await screen.Key(words["again"]).TapAsync();
        await Expect(screen[".pick .key"]).ToHaveCountAsync(4);
        await ShowAsync(screen, "files");

        await screen[".pick .key:has-text('large.csv')"].TapAsync();
        await Expect(screen["main"]).ToContainTextAsync(words["error.payload_too_large"]);
        await screen.Key(words["emergency.other_file"]).TapAsync();
        await screen[".pick .key:has-text('bad.csv')"].TapAsync();
        await Expect(screen[".faults li"]).ToHaveCountAsync(2);
        await Expect(screen[".faults"]).ToContainTextAsync("0,Eva,Roth,AUT,F");
        await Expect(screen[".faults"]).ToContainTextAsync(words["csv.missing"].Replace("{column}", "first_name", StringComparison.Ordinal));
        await ShowAsync(screen, "faults");
        Assert.Empty(await pi.Admin.List($"/races/{race}/start-list"));

        await screen.Key(words["emergency.other_file"]).TapAsync();
        await screen[".pick .key:has-text('onerror')"].TapAsync();
        await Expect(screen[".counts b"].First).ToHaveTextAsync("1");
        await ShowAsync(screen, "hostile");
        await screen.Key(words["emergency.other_file"]).TapAsync();
        await screen[".pick .key:has-text('Skiathlon')"].TapAsync();
        await Expect(screen[".counts"]).ToBeVisibleAsync();
        await ShowAsync(screen, "preview");
        Assert.Empty(await pi.Admin.List($"/races/{race}/start-list"));
        await screen.Key(words["emergency.take_file"]).TapAsync();
        await Expect(screen[".bibs .bib"].First).ToBeVisibleAsync();
        var file = await File.ReadAllLinesAsync(Path.Combine(stick, "Skiathlon men.CSV"));
        Assert.Equal(file.Count(l => l.Length > 0) - 1, (await pi.Admin.List($"/races/{race}/start-list")).Count);

        // Again: all of it is here already.
        await screen.Key(words["emergency.stick"]).TapAsync();
        await screen[".pick .key:has-text('Skiathlon')"].TapAsync();
        await Expect(screen["main"]).ToContainTextAsync(words["emergency.file_nothing"].Replace("{race}", "Sprint", StringComparison.Ordinal));

        // The stick is pulled out in the middle of it.
        Directory.Delete(stick, recursive: true);
        screen.Expect("409");
        await screen.Key(words["emergency.mode_merge"]).TapAsync();
        await Expect(screen["main p"]).ToContainTextAsync(words["server.stick_missing"]);
        screen.AssertQuiet();
    }

    private static async Task ShowAsync(Screen screen, string what)
    {
        if (Environment.GetEnvironmentVariable("SHOTS") is { } folder) await screen.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{what}-{await screen["html"].GetAttributeAsync("data-theme")}.png") });
        await screen.AssertFitsAsync();
    }
}
