using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>An incident put together with another, split and corrected at the desk, by mouse and by keyboard, by one person and by two at once; the list's filters, and the keys of programs.</summary>
public sealed class DeskCaseTests(Chromium chromium, RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Two_incidents_are_put_together_by_keyboard_undone_at_the_incident_and_put_together_again()
    {
        var course = await CourseAsync();
        var (first, second) = (await ReportAsync(course, 12, "09:00:00.000", "Left the zone early."), await ReportAsync(course, 12, "09:01:30.000", "Skins still on."));
        await ReportAsync(course, 40, "09:01:00.000", "Somebody else.");
        await using var desk = await SignedInAsync();
        desk.AcceptsDialogs = true; // "Tell these apart?"
        await desk.GoAsync($"/races/{course.Race}/incidents/{first}?view=officialise&bib=12");
        await desk.PressAsync("m");
        await Expect(desk["h1"]).ToHaveTextAsync("Put bib 12 together with…");
        await Expect(desk[".rows li"]).ToHaveCountAsync(2); // of the same bib first, though the other is nearer
        await Expect(desk[".rows .bib"].First).ToHaveTextAsync("12");
        await desk.PressAsync("j");
        await Expect(desk["h2.what"]).ToHaveTextAsync("Bib 12, 10:00:00 and bib 12, 10:01:30 become one incident");
        await Expect(desk["tr.diff"].Filter(new LocatorFilterOptions { HasText = "Reports" })).ToHaveCountAsync(0);
        await Expect(desk[".cmp"]).ToContainTextAsync("2 reports");
        Assert.Empty((await cloud.Admin.Get($"/incidents/{first}"))["merged_from"]!.AsArray());
        await desk.PressAsync("n");
        await desk.Page.Keyboard.TypeAsync("One and the same exit.");
        await desk.PressAsync("Escape");
        await desk.PressAsync("m");
        await Expect(desk[".ev > .alert"]).ToContainTextAsync("one incident now");
        await Expect(desk.Page).ToHaveURLAsync(new Regex("view=officialise&bib=12", RegexOptions.None, Patience));
        await Expect(desk[".rep > li"]).ToHaveCountAsync(2);
        await Expect(desk[".hist"]).ToContainTextAsync("One and the same exit.");
        Assert.Equal(first, (await cloud.Admin.Get($"/incidents/{second}")).Text("client_uuid"));

        await desk[".why"].GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(desk[".ev > .alert"]).ToContainTextAsync("Undone");
        await Expect(desk[".rep > li"]).ToHaveCountAsync(1);
        Assert.Equal(second, (await cloud.Admin.Get($"/incidents/{second}")).Text("client_uuid"));

        await desk[".why"].GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Put together again" }).ClickAsync();
        await Expect(desk[".case .alert"]).ToContainTextAsync("Administrator, admin told the two apart");
        await desk[".case .btn.go"].ClickAsync();
        await Expect(desk[".rep > li"]).ToHaveCountAsync(2);
        Assert.Equal(first, (await cloud.Admin.Get($"/incidents/{second}")).Text("client_uuid"));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Different_decisions_are_told_before_anything_is_tried()
    {
        var course = await CourseAsync();
        var incidents = new List<string>();
        foreach (var (at, code) in new[] { ("09:00:00.000", "P1"), ("09:03:00.000", "P2") })
        {
            var incident = await ReportAsync(course, 9, at, code);
            await cloud.Admin.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
            await cloud.Admin.Post($"/incidents/{incident}/decision", new { decision = "penalty_applied", penalty_code = code }, HttpStatusCode.OK);
            incidents.Add(incident);
        }

        await using var desk = await SignedInAsync();
        await desk.GoAsync($"/incidents/{incidents[0]}/merge?with={incidents[1]}");
        await Expect(desk[".case .alert"]).ToContainTextAsync("Different things were decided on the two.");
        await Expect(desk[".case .btn.go"]).ToHaveCountAsync(0);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_report_is_split_out_by_keyboard_after_the_page_said_what_will_happen()
    {
        var course = await CourseAsync();
        var incident = await ReportAsync(course, 15, "09:10:00.000", "Left the zone early.");
        var another = await ReportAsync(course, 15, "09:10:10.000", "Another athlete, I think.");
        await using var desk = await SignedInAsync();
        await desk.GoAsync($"/races/{course.Race}/incidents/{incident}");
        await desk.PressAsync("s");
        await Expect(desk["[data-will]"]).ToHaveTextAsync("Nothing is ticked yet.");
        await Expect(desk["form .btn.go"]).ToBeDisabledAsync();
        await desk.PressAsync("1");
        await desk.PressAsync("2");
        await Expect(desk["[data-will]"]).ToContainTextAsync("At least one report stays");
        await desk.PressAsync("1");
        await Expect(desk["[data-will]"]).ToHaveTextAsync("1 report leaves bib 15, 1 report stays.");
        desk.AcceptsDialogs = true; // "Split 1 report out of bib 15?"
        await desk.PressAsync("s");
        await Expect(desk[".ev > .alert"]).ToContainTextAsync("an incident of its own now");
        await Expect(desk[".rep > li"]).ToHaveCountAsync(1);
        await Expect(desk[".why"]).ToContainTextAsync("Told apart from");
        Assert.Equal([another], (await cloud.Admin.List($"/races/{course.Race}/incidents")).Select(i => i.Text("client_uuid")).Where(u => u != incident));

        // With one report there is nothing to split, and the page says so.
        await desk.GoAsync($"/incidents/{incident}/split");
        await Expect(desk[".blank"]).ToContainTextAsync("It has one report only");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_correction_says_what_will_change_and_what_is_wrong_and_keeps_what_was_typed()
    {
        var course = await CourseAsync();
        var incident = await ReportAsync(course, 21, "09:20:00.000", "Gate cut.");
        await using var desk = await SignedInAsync();
        desk.AcceptsDialogs = true; // "Save this correction?"
        await desk.GoAsync($"/races/{course.Race}/incidents/{incident}");
        await desk.PressAsync("1");
        await Expect(desk["h1"]).ToHaveTextAsync("Correct the report of Administrator");
        await Expect(desk["#occurred_at"]).ToHaveValueAsync(new Regex("^2026-02-07T10:20", RegexOptions.None, Patience));
        await desk["#description"].FillAsync("Gate 4 cut, <b>seen</b> on video.");
        foreach (var (typed, told) in new[] { ("twelve", "not valid"), ("10000", "from 1 to 9999"), ("0", "from 1 to 9999") })
        {
            await desk["#bib_number"].FillAsync(typed);
            await desk.PressAsync("Control+Enter");
            await Expect(desk[".field-validation-error"]).ToContainTextAsync(told);
            await Expect(desk["#bib_number"]).ToHaveValueAsync(typed);
            await Expect(desk["#description"]).ToHaveValueAsync("Gate 4 cut, <b>seen</b> on video.");
        }

        await desk["#bib_number"].FillAsync("12");
        await desk["#race_location_uuid"].SelectOptionAsync(course.Places[1]);
        await Expect(desk["[data-will]"]).ToHaveTextAsync(new Regex("^Bib: 21 → 12; Place: .+ → .+; What was seen: written anew. The incident moves with it.$", RegexOptions.None, Patience));
        await desk.PressAsync("Control+Enter");
        await Expect(desk[".ev > .alert"]).ToContainTextAsync("Corrected");
        await Expect(desk[".hd .bib"]).ToHaveTextAsync("12");
        await Expect(desk[".rep"]).ToContainTextAsync("Gate 4 cut, <b>seen</b> on video.");
        await Expect(desk[".hist"]).ToContainTextAsync("Bib 21 → 12");
        var now = await cloud.Admin.Get($"/incidents/{incident}");
        Assert.Equal((12, course.Places[1], "2026-02-07T09:20:00.000Z"), ((int)now["bib_number"]!, now.Text("race_location_uuid"), now.Text("occurred_at")));

        // The incident itself, by E; nothing changed changes nothing, not even its revision.
        await desk.PressAsync("e");
        await Expect(desk["h1"]).ToHaveTextAsync("Correct bib 12");
        await desk["form .btn.go"].ClickAsync();
        await Expect(desk.Page).ToHaveURLAsync(new Regex($"/incidents/{incident}$", RegexOptions.None, Patience));
        Assert.Equal(now.Text("revision"), (await cloud.Admin.Get($"/incidents/{incident}")).Text("revision"));
        desk.Expect("status of 400|status of 200");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Two_who_correct_at_once_see_both_versions_and_the_second_chooses_field_by_field()
    {
        var course = await CourseAsync();
        var incident = await ReportAsync(course, 30, "09:30:00.000", "Gate cut.");
        await using var mine = await SignedInAsync();
        await using var theirs = await OtherPersonAsync("Berta Boss");
        foreach (var desk in new[] { mine, theirs })
        {
            desk.AcceptsDialogs = true; // "Save this correction?"
            await desk.GoAsync($"/races/{course.Race}/incidents/{incident}");
            await desk.PressAsync("e");
        }

        await mine["#bib_number"].FillAsync("32");
        await mine["#description"].FillAsync("Mine: both poles dropped.");
        await mine["#penalty_code"].FillAsync("P7");
        await theirs["#bib_number"].FillAsync("31");
        await theirs["#description"].FillAsync("Theirs: one pole.");
        await theirs["#race_location_uuid"].SelectOptionAsync(course.Places[1]);
        await theirs["form .btn.go"].ClickAsync();
        await Expect(theirs[".ev > .alert"]).ToContainTextAsync("Corrected");

        await mine["form .btn.go"].ClickAsync();
        await Expect(mine["main > .alert"]).ToContainTextAsync("Somebody was faster, and changed what you changed too.");
        await Expect(mine["tr.diff"]).ToHaveCountAsync(2);
        var (bib, text) = (mine["[data-field=bib_number]"], mine["[data-field=description]"]);
        await Expect(bib).ToContainTextAsync("31");
        await Expect(bib).ToContainTextAsync("Berta Boss");
        await Expect(mine["#bib_number"]).ToHaveValueAsync("32");
        await Expect(text).ToContainTextAsync("Theirs: one pole.");
        await Expect(mine["#description"]).ToHaveValueAsync("Mine: both poles dropped.");
        await Expect(mine["#penalty_code"]).ToHaveValueAsync("P7"); // only mine: kept
        await Expect(mine["#race_location_uuid"]).ToHaveValueAsync(course.Places[1]); // only theirs: taken
        Assert.Equal(31, (int)(await cloud.Admin.Get($"/incidents/{incident}"))["bib_number"]!);

        // A third word comes while I choose: I am told again, and nothing of mine is lost.
        await bib.GetByText("Take this").ClickAsync();
        await cloud.Admin.Patch($"/incidents/{incident}", new { bib_number = 33 });
        await mine["form .btn.go"].ClickAsync();
        await Expect(mine["main > .alert"]).ToContainTextAsync("Somebody was faster");
        await Expect(mine["#bib_number"]).ToHaveValueAsync("33"); // theirs was chosen, and theirs moved on
        await Expect(mine["#description"]).ToHaveValueAsync("Mine: both poles dropped.");
        await mine["form .btn.go"].ClickAsync();
        await Expect(mine[".ev > .alert"]).ToContainTextAsync("Corrected");
        var now = await cloud.Admin.Get($"/incidents/{incident}");
        Assert.Equal((33, "Mine: both poles dropped.", "P7", course.Places[1]), ((int)now["bib_number"]!, now.Text("description"), now.Text("penalty_code"), now.Text("race_location_uuid")));
        mine.AssertQuiet();
        theirs.AssertQuiet();
    }

    [Fact]
    public async Task Two_who_decide_at_once_see_both_decisions_and_a_protest_reopens_what_was_decided()
    {
        var course = await CourseAsync();
        var incident = await ReportAsync(course, 33, "09:40:00.000", "Gate cut.");
        await cloud.Admin.Post($"/incidents/{incident}/officialize", null, HttpStatusCode.OK);
        await using var mine = await SignedInAsync();
        await using var theirs = await OtherPersonAsync("Carla Chief");
        foreach (var desk in new[] { mine, theirs }) await desk.GoAsync($"/races/{course.Race}/incidents/{incident}");
        await mine["#Decide_PenaltyCode"].FillAsync("P2");
        await mine["#Decide_Note"].FillAsync("Both saw it.");
        await theirs.PressAsync("r");
        await theirs["#Decide_Note"].FillAsync("Not on the video.");
        await theirs["form[data-says] .btn.go"].ClickAsync();
        await Expect(theirs[".dec.done h2"]).ToHaveTextAsync("Rejected");

        // The page moved on around what is being written, and says so.
        await Expect(mine["[data-behind]"]).ToContainTextAsync("what you wrote is kept");
        await Expect(mine[".steps"]).ToContainTextAsync("Rejected");
        await Expect(mine["#Decide_Note"]).ToHaveValueAsync("Both saw it.");
        await mine["form[data-says] .btn.go"].ClickAsync();
        await Expect(mine[".both"]).ToContainTextAsync("Penalty P2");
        await Expect(mine[".both"]).ToContainTextAsync(new Regex("Rejected\\s*Carla Chief", RegexOptions.None, Patience));
        await Expect(mine[".both"]).ToContainTextAsync("Not on the video.");
        await Expect(mine["#Decide_PenaltyCode"]).ToHaveValueAsync("P2");
        await Expect(mine["#Decide_Note"]).ToHaveValueAsync("Both saw it.");
        Assert.Equal("rejected", (await cloud.Admin.Get($"/incidents/{incident}")).Text("decision"));
        await mine["form[data-says] .btn.go"].ClickAsync();
        await Expect(mine[".dec.done h2"]).ToHaveTextAsync("Penalty P2");

        // A protest: reopened by keyboard, with a note and not without.
        await mine.PressAsync("z");
        await Expect(mine["[data-label]"]).ToHaveTextAsync("Reopen, bib 33");
        await mine["form[data-says] .btn.go"].ClickAsync();
        Assert.True(await mine["#Decide_Note"].EvaluateAsync<bool>("note => !note.validity.valid"));
        await mine["#Decide_Note"].FillAsync("Protest of the team, 11:20.");
        await mine.PressAsync("Control+Enter");
        await Expect(mine[".hist"]).ToContainTextAsync("Reopened; “Protest of the team, 11:20.”");
        await Expect(mine[".steps"]).ToContainTextAsync("To decide");
        Assert.Equal("pending", (await cloud.Admin.Get($"/incidents/{incident}")).Text("decision"));
        mine.AssertQuiet();
        theirs.AssertQuiet();
    }

    [Fact]
    public async Task The_list_is_filtered_by_device_and_by_clip_and_a_link_keeps_it()
    {
        var course = await CourseAsync();
        await ReportAsync(course, 1, "09:00:00.000", "At the desk.");
        var filmed = (await cloud.Admin.Get($"/incidents/{await ReportAsync(course, 2, "09:01:00.000", "With a clip.")}"))["reports"]![0]!.Text("client_uuid");
        using (await cloud.Admin.SendClip(filmed, ClipFiles.Mp4(4000, seed: 9))) { }
        await using var desk = await SignedInAsync();
        await desk.GoAsync($"/races/{course.Race}/incidents");
        await Expect(desk[".rows [data-row]"]).ToHaveCountAsync(2);
        await desk["[name=clip]"].SelectOptionAsync("stored");
        await Expect(desk[".rows .bib"]).ToHaveTextAsync("2");
        await Expect(desk.Page).ToHaveURLAsync(new Regex("clip=stored", RegexOptions.None, Patience));
        await desk[".rows a"].First.ClickAsync();
        await Expect(desk.Page).ToHaveURLAsync(new Regex("/incidents/[0-9a-f-]+\\?clip=stored", RegexOptions.None, Patience));
        await Expect(desk[".rows [data-row]"]).ToHaveCountAsync(1);
        await desk.PressAsync("e");
        await Expect(desk["h1"]).ToHaveTextAsync("Correct bib 2");
        await desk.PressAsync("b");
        await Expect(desk.Page).ToHaveURLAsync(new Regex("/incidents/[0-9a-f-]+\\?clip=stored", RegexOptions.None, Patience));
        await desk.GoAsync($"/races/{course.Race}/incidents?clip=without&device=cloud");
        await Expect(desk[".rows .bib"]).ToHaveTextAsync("1");
        await Expect(desk["[name=device]"]).ToHaveValueAsync("cloud");
        await desk.GoAsync($"/races/{course.Race}/incidents?clip=%3Cb%3E&device=nobody");
        await Expect(desk[".rows [data-row]"]).ToHaveCountAsync(2);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task An_API_key_is_made_shown_once_works_and_is_ended()
    {
        await using var desk = await SignedInAsync();
        await desk.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await desk.GoAsync("/api-keys");
        await desk.PressAsync("n");
        await desk["#Form_Name"].FillAsync("Timing <b>of</b> the finish");
        await desk["#Form_ExpiresOn"].FillAsync("2020-01-01");
        await desk["#make .btn.go"].ClickAsync();
        await Expect(desk["#make [role=alert]"]).ToContainTextAsync("It lies in the past.");
        await Expect(desk["#make [role=alert]"]).ToContainTextAsync("It is required.");
        await Expect(desk["#Form_Name"]).ToHaveValueAsync("Timing <b>of</b> the finish");
        await desk["#Form_ExpiresOn"].FillAsync("");
        await desk["[name='Form.Role'][value=viewer]"].CheckAsync();
        await desk["#make .btn.go"].ClickAsync();
        var key = await desk["#given-key"].InputValueAsync();
        await desk[".given [data-copy]"].ClickAsync();
        await Expect(desk[".given [data-copy]"]).ToHaveTextAsync("Copied");
        Assert.Equal(key, await desk.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        var row = desk["tbody tr"].Filter(new LocatorFilterOptions { HasText = "Timing <b>of</b> the finish" });
        await Expect(row).ToContainTextAsync("Viewer every competition");
        await Expect(row).ToContainTextAsync("never");

        using var program = cloud.Client(key);
        await program.Get("/competitions");
        await desk.GoAsync("/api-keys");
        await Expect(desk["body"]).Not.ToContainTextAsync(key);
        await Expect(row.Locator("[data-label='Last used']")).ToHaveTextAsync(new Regex("^\\d\\d:\\d\\d$", RegexOptions.None, Patience));

        desk.AcceptsDialogs = true; // "End the key of ...?"
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(row).ToContainTextAsync("Ended");
        await program.Get("/competitions", HttpStatusCode.Unauthorized);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task The_keys_are_listed_by_a_question_mark_on_each_page_of_an_incident()
    {
        var course = await CourseAsync();
        var incident = await ReportAsync(course, 50, "09:50:00.000", "Gate cut.");
        await ReportAsync(course, 50, "09:50:05.000", "Gate cut.");
        await using var desk = await SignedInAsync();
        foreach (var path in new[] { $"/races/{course.Race}/incidents/{incident}", $"/incidents/{incident}/merge", $"/incidents/{incident}/split", $"/incidents/{incident}/correct" })
        {
            await desk.GoAsync(path);
            await desk.PressAsync("?");
            await Expect(desk["dialog#keys"]).ToBeVisibleAsync();
            await Expect(desk[".keys"]).ToContainTextAsync("all keys");
            await desk.PressAsync("Escape");
            await Expect(desk["dialog#keys"]).ToBeHiddenAsync();
        }

        desk.AssertQuiet();
    }

    private async Task<Screen> SignedInAsync()
    {
        var desk = await chromium.DeskAsync(cloud);
        await desk.SignInAsync();
        return desk;
    }

    /// <summary>Another jury president in a browser of their own.</summary>
    private async Task<Screen> OtherPersonAsync(string name)
    {
        var made = await cloud.Admin.Post("/people", new { name, email = $"{name.Replace(' ', '.')}@example.org", roles = new[] { new { role = "jury_president" } } }, HttpStatusCode.Created);
        var desk = await chromium.DeskAsync(cloud);
        await desk.GoAsync(new Uri(made["password_link"]!.Text("url")).PathAndQuery);
        await desk["#Password"].FillAsync("four short common words");
        await desk["#Again"].FillAsync("four short common words");
        await desk[".btn.go"].ClickAsync();
        await desk.Page.WaitForURLAsync("**/competitions");
        return desk;
    }

    private async Task<Course> CourseAsync()
    {
        var competition = (await cloud.Admin.Post("/competitions", new { name = "Cima Alta", country = "ITA", start_date = "2026-02-07", end_date = "2026-02-07", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        var race = (await cloud.Admin.Post($"/competitions/{competition}/races", new { name = "Sprint women", discipline = "sprint" }, HttpStatusCode.Created)).Text("client_uuid");
        return new Course(race, [.. (await cloud.Admin.List($"/races/{race}/locations")).Select(l => l.Text("client_uuid"))]);
    }

    private async Task<string> ReportAsync(Course course, int bib, string at, string what) => (await cloud.Admin.Post("/incidents", new JsonObject
    {
        ["race_uuid"] = course.Race, ["race_location_uuid"] = course.Places[0], ["bib_number"] = bib, ["occurred_at"] = $"2026-02-07T{at}Z", ["description"] = what,
    }, HttpStatusCode.Created))["report"]!.Text("incident_uuid");

    private sealed record Course(string Race, IReadOnlyList<string> Places);
}
