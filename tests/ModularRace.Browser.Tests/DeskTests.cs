using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>The desk before and during a race, from a cloud that holds nothing.</summary>
public sealed class DeskTests(Chromium chromium, CloudAndPi day, RunningCloud fresh) : IClassFixture<RunningCloud>
{
    [Fact]
    public async Task A_wrong_password_is_told_and_the_right_one_opens_the_page_that_was_asked_for()
    {
        await using var desk = await chromium.DeskAsync(day.CloudHost);
        desk.Expect("status of 4\\d\\d"); // the refusal
        await desk.Page.GotoAsync("/devices");
        await Expect(desk.Page).ToHaveURLAsync(new Regex("/sign-in", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await desk["[name=Email]"].FillAsync(RunningHost.AdminEmail);
        await desk["[name=Password]"].FillAsync("not the password");
        await desk["button[type=submit]"].ClickAsync();
        await Expect(desk["[role=alert]"]).ToContainTextAsync("wrong");
        await Expect(desk["[name=Email]"]).ToHaveValueAsync(RunningHost.AdminEmail);
        await Expect(desk["[name=Password]"]).ToHaveValueAsync("");

        await desk["[name=Password]"].FillAsync(RunningHost.AdminPassword);
        await desk["button[type=submit]"].ClickAsync();
        await Expect(desk.Page).ToHaveURLAsync(new Regex("/devices$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(desk["h1"]).ToHaveTextAsync("Devices");

        await desk["header .out"].ClickAsync();
        await Expect(desk["h1"]).ToHaveTextAsync("Sign in");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task From_an_empty_desk_to_a_decision()
    {
        await using var desk = await chromium.DeskAsync(fresh);
        desk.Expect("status of 400"); // the start list that is refused
        await desk.SignInAsync();
        await MakeCompetitionAsync(desk);
        var race = await MakeRaceAsync(desk);
        await ImportAsync(desk);
        await ReportTwiceAsync(desk, race);

        await desk.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make bib 2 official" }).ClickAsync();
        await Expect(desk[".steps"]).ToContainTextAsync("Official");
        await desk["#Decide_PenaltyCode"].FillAsync("P2");
        await desk["#Decide_Note"].FillAsync("Both saw it.");
        await Expect(desk["[data-label]"]).ToHaveTextAsync("Give bib 2 P2");
        await desk["form[data-says] .btn.go"].ClickAsync();
        await Expect(desk[".dec.done h2"]).ToContainTextAsync("P2");
        await Expect(desk[".rows .st.pen"]).ToHaveTextAsync("P2");
        await Expect(desk[".hist"]).ToContainTextAsync("P2");

        var incident = Assert.Single(await fresh.Admin.List($"/races/{race}/incidents"));
        Assert.Equal(("official", "penalty_applied", "P2"), (incident.Text("status"), incident.Text("decision"), incident.Text("penalty_code")));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task What_is_reported_elsewhere_comes_up_by_an_event_and_waits_for_no_turn()
    {
        var race = (await day.Cloud.Post($"/competitions/{day.Competition}/races", new { name = "Watched", discipline = "vertical" }, HttpStatusCode.Created)).Text("client_uuid");
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.Page.Clock.InstallAsync(); // the page's own turns come only as the clock is put on
        await desk.Page.RunAndWaitForResponseAsync(() => desk.GoAsync($"/races/{race}/incidents"), r => r.Url.EndsWith($"/competitions/{day.Competition}/events", StringComparison.Ordinal));
        await Expect(desk[".rows"]).ToContainTextAsync("Nothing reported yet");
        await day.Cloud.Post("/incidents", new { race_uuid = race, bib_number = 66 }, HttpStatusCode.Created);

        // Far less than a turn, in small steps, for the event comes by the real time.
        for (var steps = 0; steps < 100 && await desk[".rows .bib"].CountAsync() == 0; steps++) await desk.Page.Clock.RunForAsync(10);
        await Expect(desk[".rows .bib"]).ToHaveTextAsync("66");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_code_from_the_desk_pairs_one_device_and_a_lost_one_is_revoked_in_one_step()
    {
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync("/devices");
        await desk.PressAsync("p");
        await desk["#Pairing_Name"].FillAsync("Pi Lost And Found");
        await desk["dialog[open] .btn.go"].ClickAsync();
        await Expect(desk[".code h2"]).ToHaveTextAsync("Code for Pi Lost And Found");
        var code = await desk[".code output"].InnerTextAsync();
        Assert.Matches("^[0-9A-Z]{8}$", code);

        var uuid = Shared.Identifiers.Uuids.New(TimeProvider.System).ToString();
        var paired = await day.CloudHost.Anonymous.Post("/devices/pair", new { pairing_code = code, device_uuid = uuid }, HttpStatusCode.Created);
        using var device = day.CloudHost.Client(paired.Text("api_token"));
        device.DefaultRequestHeaders.Add("X-Device-UUID", uuid);
        device.DefaultRequestHeaders.Add("X-Boot-Id", Shared.Identifiers.Uuids.New(TimeProvider.System).ToString());
        device.DefaultRequestHeaders.Add("X-Protocol-Version", "1");
        await device.Get("/sync/competitions");

        // The list keeps itself up to date: nobody reloads the page.
        var row = desk["tbody tr"].Filter(new LocatorFilterOptions { HasText = "Pi Lost And Found" });
        await Expect(row).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Manage" }).ClickAsync();
        desk.AcceptsDialogs = true; // "Revoke ...?"
        await desk["dialog[open] .btn.danger"].ClickAsync();
        await Expect(desk["tr.gone"].Filter(new LocatorFilterOptions { HasText = "Pi Lost And Found" })).ToContainTextAsync("Revoked");
        using var refused = await device.GetAsync(new Uri("api/v1/sync/competitions", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("device_revoked", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task What_lies_in_quarantine_is_told_on_every_page_but_its_own()
    {
        using var device = await HandDevice.PairAsync(day, name: "Pi Poison");
        var result = Assert.Single(await device.Upload([new JsonObject
        {
            ["type"] = "incident", ["client_uuid"] = Shared.Identifiers.Uuids.New(TimeProvider.System).ToString(), ["edit"] = 1,
            ["data"] = new JsonObject { ["race_uuid"] = day.Race, ["occurred_at"] = "2026-02-08T11:00:00.000Z", ["bib_number"] = 0 },
        }]));
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync("/devices");
        await Expect(desk[".alerts a[href='/quarantine']"]).Not.ToHaveCountAsync(0);
        await desk.GoAsync("/quarantine");
        await Expect(desk[".rows [data-row]"]).Not.ToHaveCountAsync(0);
        await Expect(desk[".alerts a[href='/quarantine']"]).ToHaveCountAsync(0);
        await day.Cloud.Post($"/sync/quarantine/{result.Text("quarantine_uuid")}", new { action = "set_aside", note = "A bib that nobody wears." }, HttpStatusCode.OK);
        desk.AssertQuiet();
    }

    private static async Task MakeCompetitionAsync(Screen desk)
    {
        await Expect(desk["h1"]).ToHaveTextAsync("Name the first competition");
        await desk["#Form_Name"].FillAsync("Cima Alta");
        await desk["#Form_Place"].FillAsync("Passo Corvo");
        await desk["#Form_Country"].FillAsync("ita");
        await desk["#Form_StartDate"].FillAsync("2026-02-07");
        await Expect(desk["#Form_EndDate"]).ToHaveValueAsync("2026-02-07");
        await desk["#Form_TimeZone"].FillAsync("Mars/Olympus");
        await desk["form .btn.go"].ClickAsync();
        await Expect(desk["main"]).ToContainTextAsync("IANA");
        await Expect(desk["#Form_Name"]).ToHaveValueAsync("Cima Alta");
        await desk["#Form_TimeZone"].FillAsync("Europe/Rome");
        await desk["form .btn.go"].ClickAsync();
        await Expect(desk["h1"]).ToHaveTextAsync("Cima Alta");
    }

    private static async Task<string> MakeRaceAsync(Screen desk)
    {
        await desk["#Race_Name"].FillAsync("Sprint women");
        await desk["#Race_Discipline"].SelectOptionAsync("sprint");
        await desk["#Race_ScheduledAt"].FillAsync("2026-02-07T14:30");
        await desk["#add-race .btn.go"].ClickAsync();
        await Expect(desk["h1"]).ToHaveTextAsync("Sprint women");
        await Expect(desk[".headline"]).ToContainTextAsync("14:30");
        await Expect(desk[".places"]).ToContainTextAsync("Transition 1");
        return new Uri(desk.Page.Url).Segments[^1];
    }

    private static async Task ImportAsync(Screen desk)
    {
        await desk["#csv"].SetInputFilesAsync(Csv("bib;first_name;last_name;nation;gender\n1;Lia;Ferrari;ITA;F\n1;Elin;Sandvik;NOR;F\n10000;Nora;Weiß;GER;F\n"));
        await Expect(desk["[data-outcome] .alert"]).ToContainTextAsync("Nothing was imported");
        await Expect(desk["[data-outcome] .lines"]).ToContainTextAsync("Line 3");
        await Expect(desk["[data-outcome] .lines"]).ToContainTextAsync("10000;Nora;Weiß");
        await Expect(desk["[data-import-go]"]).ToBeDisabledAsync();

        await desk["#csv"].SetInputFilesAsync(Csv("bib;first_name;last_name;nation;gender\n1;Lia;Ferrari;ITA;F\n2;Elin;Sandvik;NOR;F\n3;Petra;Županič;SLO;F\n"));
        await Expect(desk["[data-outcome] .sums"]).ToContainTextAsync("3new bibs");
        await Expect(desk["[data-live=start-list]"]).ToContainTextAsync("No start list yet");
        await desk["[data-import-go]"].ClickAsync();
        await Expect(desk["td .bib"]).ToHaveCountAsync(3);
        await Expect(desk["[data-live=start-list] table"]).ToContainTextAsync("Županič");
    }

    /// <summary>Two of the same fault, within the 30 seconds of the rule: one incident with both, and why.</summary>
    private static async Task ReportTwiceAsync(Screen desk, string race)
    {
        await desk.GoAsync($"/races/{race}/incidents");
        await Expect(desk[".rows"]).ToContainTextAsync("Nothing reported yet");
        foreach (var (at, what) in new[] { ("14:40:05", "Left the zone early."), ("14:40:17", "Skins still on.") })
        {
            await desk.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Report A" }).ClickAsync();
            await desk["#new-bib"].FillAsync("2");
            await desk["#new-place"].SelectOptionAsync(new SelectOptionValue { Label = "Transition 1" });
            await desk["#new-at"].FillAsync($"2026-02-07T{at}");
            await desk["#new-what"].FillAsync(what);
            await desk["dialog[open] .btn.go"].ClickAsync();
            await Expect(desk[".rep"]).ToContainTextAsync(what);
        }

        await Expect(desk[".rep li"]).ToHaveCountAsync(2);
        await Expect(desk[".rep"]).ToContainTextAsync("Left the zone early.");
        await Expect(desk["[data-row]"]).ToHaveCountAsync(1);
        await Expect(desk[".hd h1"]).ToContainTextAsync("Sandvik");
        await Expect(desk[".why"]).ToContainTextAsync("Why this is one incident");
        await Expect(desk[".why"]).ToContainTextAsync("Bib 2");
    }

    private static FilePayload Csv(string text) => new() { Name = "start-list.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) };
}
