using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Host.Tests;

/// <summary>The desk as a browser without JavaScript sees it.</summary>
public sealed class DeskPageTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_competition_is_made_from_a_form_that_keeps_what_was_typed_when_it_is_refused()
    {
        var desk = await SignedInAsync();
        var form = new Dictionary<string, string>
        {
            ["Form.Name"] = "Cima <Alta>",
            ["Form.Country"] = "ita",
            ["Form.StartDate"] = "2026-02-08",
            ["Form.EndDate"] = "2026-02-06",
            ["Form.TimeZone"] = "Europe/Rome",
        };
        var refused = await TextAsync(await desk.SendAsync("competitions/new", form));
        Assert.Contains("It is not before start_date.", refused, StringComparison.Ordinal);
        Assert.Contains("value=\"Cima &lt;Alta&gt;\"", refused, StringComparison.Ordinal);

        form["Form.EndDate"] = "2026-02-08";
        var made = await desk.SendAsync("competitions/new", form);
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        var page = await TextAsync(await desk.Browser.GetAsync(made.Headers.Location!.OriginalString[1..]));
        Assert.Contains("<h1>Cima &lt;Alta&gt;</h1>", page, StringComparison.Ordinal);
        Assert.Contains("8 February 2026", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_on_an_older_revision_changes_nothing()
    {
        var desk = await SignedInAsync();
        var competition = await CompetitionAsync("Forcella");
        var revision = competition["revision"]!.GetValue<string>();
        var path = $"competitions/{competition["client_uuid"]}?handler=Edit";
        Dictionary<string, string> Named(string name) => new()
        {
            ["Form.Revision"] = revision,
            ["Form.Name"] = name,
            ["Form.Country"] = "ITA",
            ["Form.StartDate"] = "2026-02-08",
            ["Form.EndDate"] = "2026-02-08",
            ["Form.TimeZone"] = "Europe/Rome",
        };

        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync(path, Named("Forcella Bassa"))).StatusCode);
        Assert.Contains("Somebody changed this meanwhile", await TextAsync(await desk.SendAsync(path, Named("Forcella Alta"))), StringComparison.Ordinal);
        Assert.Equal("Forcella Bassa", (await ReadAsync($"competitions/{competition["client_uuid"]}"))["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_report_at_the_desk_keeps_its_lines_and_is_made_once()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        var form = new Dictionary<string, string> { ["Report.ReportUuid"] = "0198f3a0-0000-7000-8000-00000000d001", ["Report.BibNumber"] = "42", ["Report.Description"] = "One\r\ntwo" };
        var first = await desk.SendAsync($"races/{race}/incidents?handler=Report", form);
        var again = await desk.SendAsync($"races/{race}/incidents?handler=Report", form);
        Assert.Equal(first.Headers.Location!.OriginalString, again.Headers.Location!.OriginalString);

        var incident = (await ReadAsync($"races/{race}/incidents"))["items"]!.AsArray().Single()!;
        Assert.Equal("One\ntwo", incident["reports"]!.AsArray().Single()!["description"]!.GetValue<string>());
        Assert.Contains("One\ntwo", WebUtility.HtmlDecode(await TextAsync(await desk.Browser.GetAsync(first.Headers.Location!.OriginalString[1..]))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bib_out_of_range_is_told_beside_the_field()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        var page = await TextAsync(await desk.SendAsync($"races/{race}/incidents?handler=Report", new() { ["Report.BibNumber"] = "10000", ["Report.Description"] = "kept" }));
        Assert.Contains("A bib is from 1 to 9999.", page, StringComparison.Ordinal);
        Assert.Contains("kept", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_decide_at_once_do_not_overwrite_each_other_unseen()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        using var reported = await cloud.Admin.PostAsJsonAsync("api/v1/incidents", new { race_uuid = race, bib_number = 7 }, Stop);
        var incident = JsonNode.Parse(await reported.Content.ReadAsStringAsync(Stop))!["incident"]!["client_uuid"]!.GetValue<string>();
        await desk.SendAsync($"races/{race}/incidents/{incident}?handler=Officialize", []);
        var revision = (await ReadAsync($"incidents/{incident}"))["revision"]!.GetValue<string>();

        var path = $"races/{race}/incidents/{incident}?handler=Decide";
        await desk.SendAsync(path, new() { ["Decide.Revision"] = revision, ["Decide.Decision"] = "penalty_applied", ["Decide.PenaltyCode"] = "P2" });
        var late = await TextAsync(await desk.SendAsync(path, new() { ["Decide.Revision"] = revision, ["Decide.Decision"] = "rejected", ["Decide.Note"] = "Not seen by anybody." }));
        Assert.Contains("Somebody was faster", late, StringComparison.Ordinal);
        Assert.Contains("Not seen by anybody.", late, StringComparison.Ordinal);
        Assert.Equal("P2", (await ReadAsync($"incidents/{incident}"))["penalty_code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_who_edit_the_same_phrase_do_not_overwrite_each_other_unseen_and_the_second_text_is_kept()
    {
        var desk = await SignedInAsync();
        var path = $"competitions/{(await CompetitionAsync("Passo"))["client_uuid"]}/phrases";
        var add = new Dictionary<string, string> { ["Line.ClientUuid"] = "0198f3a0-0000-7000-8000-00000000d0a1", ["Line.Text"] = "Gate cut", ["Line.Discipline"] = "sprint", ["Line.Language"] = "en" };
        foreach (var _ in new[] { 1, 2 }) Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Add", add)).StatusCode);
        var line = Assert.Single((await ReadAsync(path))["items"]!.AsArray())!;
        Dictionary<string, string> Says(string text) => new(add) { ["Line.ClientUuid"] = "", ["lineUuid"] = (string)line["client_uuid"]!, ["Line.Revision"] = (string)line["revision"]!, ["Line.Text"] = text };
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Edit", Says("Gate missed"))).StatusCode);
        var late = await TextAsync(await desk.SendAsync($"{path}?handler=Edit", Says("Gate straddled")));
        Assert.Contains("Somebody changed this meanwhile", late, StringComparison.Ordinal);
        Assert.Contains("value=\"Gate straddled\"", late, StringComparison.Ordinal);
        Assert.Contains("<b>Gate missed</b>", late, StringComparison.Ordinal);

        var now = Assert.Single((await ReadAsync(path))["items"]!.AsArray())!;
        var removal = Says("Gate missed");
        removal["Line.Revision"] = (string)now["revision"]!;
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Remove", removal)).StatusCode);
        Assert.Contains("removed meanwhile", await TextAsync(await desk.SendAsync($"{path}?handler=Edit", Says("Gate straddled"))), StringComparison.Ordinal);
        Assert.Empty((await ReadAsync(path))["items"]!.AsArray());
    }

    [Fact]
    public async Task The_usual_phrases_are_copied_for_the_disciplines_and_languages_that_were_ticked()
    {
        var desk = await SignedInAsync();
        var path = $"competitions/{(await CompetitionAsync("Colle"))["client_uuid"]}/phrases";
        await desk.SendAsync($"{path}?handler=Usual", new() { ["disciplines"] = "vertical", ["languages"] = "fr" });
        var lines = (await ReadAsync(path))["items"]!.AsArray();
        var texts = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.PathOf("src", "Host", "wwwroot", "texts", "fr.json"), Stop))!["phrases.vertical"]!.AsArray();
        Assert.Equal(texts.Select(t => (string?)t), lines.Select(l => (string?)l!["text"]));
        Assert.All(lines, l => Assert.Equal(("vertical", "fr"), ((string?)l!["discipline"], (string?)l["language"])));
    }

    [Fact]
    public async Task Who_may_not_edit_a_catalogue_reads_it()
    {
        var desk = await SignedInAsync();
        var competition = (await CompetitionAsync("Bocca"))["client_uuid"];
        await desk.SendAsync($"competitions/{competition}/penalties?handler=Add", new() { ["Line.Code"] = "3.2", ["Line.Name"] = "Missed gate" });
        using var made = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "Jury", role = "jury_president" }, Stop);
        var key = JsonNode.Parse(await made.Content.ReadAsStringAsync(Stop))!["key"]!.GetValue<string>();
        var page = await ReadAsJuryAsync("/penalties");
        Assert.Contains("Missed gate", page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-import=", page, StringComparison.Ordinal);

        // It is the jury's to say which clips must stay.
        var whole = await ReadAsJuryAsync("");
        Assert.Contains($"href=\"/competitions/{competition}/clips\"", whole, StringComparison.Ordinal);
        Assert.DoesNotContain($"/competitions/{competition}/erasure", whole, StringComparison.Ordinal);

        async Task<string> ReadAsJuryAsync(string path)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, $"competitions/{competition}{path}");
            asked.Headers.Authorization = new("Bearer", key);
            using var answer = await cloud.Anonymous.SendAsync(asked, Stop);
            return await TextAsync(answer);
        }
    }

    [Fact]
    public async Task The_reason_of_a_merge_is_drawn_for_the_page_of_the_incident()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        var place = (await ReadAsync($"races/{race}/locations"))["items"]!.AsArray()[0]!["client_uuid"]!.GetValue<string>();
        var standing = "";
        foreach (var second in new[] { 0, 18 })
        {
            using var reported = await cloud.Admin.PostAsJsonAsync(
                "api/v1/incidents", new { race_uuid = race, race_location_uuid = place, bib_number = 9, occurred_at = FormattableString.Invariant($"2026-02-08T09:30:{second + 10}.000Z") }, Stop);
            standing = JsonNode.Parse(await reported.Content.ReadAsStringAsync(Stop))!["incident"]!["client_uuid"]!.GetValue<string>();
        }

        var why = await TextAsync(await desk.Browser.GetAsync($"incidents/{standing}/why"));
        Assert.Contains("18 s apart", why, StringComparison.Ordinal);
        Assert.Contains("10:30:10", why, StringComparison.Ordinal); // on the venue's clock
    }

    [Fact]
    public async Task The_filters_that_a_page_carries_along_lead_nowhere_else()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        var incident = await IncidentAsync(race, 7);
        var list = Uri.EscapeDataString("?view=decide&bib=7&handler=Decide&said=merged&x=a\r\nSet-Cookie: a=b&//evil.example/");
        var revision = (await ReadAsync($"incidents/{incident}"))["revision"]!.GetValue<string>();
        var done = await desk.SendAsync($"incidents/{incident}/correct?list={list}", new() { ["revision"] = revision, ["Mine.BibNumber"] = "8", ["Mine.OccurredAt"] = "", ["Was.BibNumber"] = "7" });
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        Assert.Equal($"/races/{race}/incidents/{incident}?view=decide&bib=7&x=a%0D%0ASet-Cookie%3A%20a%3Db&said=corrected", done.Headers.Location!.OriginalString);
        Assert.Equal(8, (int)(await ReadAsync($"incidents/{incident}"))["bib_number"]!);
    }

    [Theory]
    [InlineData("merge")]
    [InlineData("split")]
    [InlineData("correct")]
    public async Task An_incident_of_a_competition_that_is_not_theirs_is_worked_on_by_nobody(string page)
    {
        var incident = await IncidentAsync(await RaceAsync(), 7);
        var other = (await CompetitionAsync("Passo Basso"))["client_uuid"];
        using var made = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "VAR of another", role = "var_operator", competition_uuids = new[] { (string?)other } }, Stop);
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"incidents/{incident}/{page}");
        asked.Headers.Authorization = new("Bearer", JsonNode.Parse(await made.Content.ReadAsStringAsync(Stop))!["key"]!.GetValue<string>());
        using var answer = await cloud.Anonymous.SendAsync(asked, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("merge", "with=0198f3a0-0000-7000-8000-00000000dead")]
    [InlineData("correct", "report=0198f3a0-0000-7000-8000-00000000dead")]
    public async Task What_is_not_there_is_told(string page, string query)
    {
        var desk = await SignedInAsync();
        var incident = await IncidentAsync(await RaceAsync(), 7);
        Assert.Equal(HttpStatusCode.NotFound, (await desk.Browser.GetAsync($"incidents/{incident}/{page}?{query}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await desk.Browser.GetAsync($"incidents/0198f3a0-0000-7000-8000-00000000dead/{page}")).StatusCode);
    }

    [Fact]
    public async Task Splitting_nothing_or_all_or_twice_is_told_and_the_note_is_kept()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        var place = (await ReadAsync($"races/{race}/locations"))["items"]!.AsArray()[0]!["client_uuid"]!.GetValue<string>();
        var (first, second) = (await IncidentAsync(race, 9, place, 10), await IncidentAsync(race, 9, place, 20));
        var reports = (await ReadAsync($"incidents/{first}"))["reports"]!.AsArray().Select(r => r!["client_uuid"]!.GetValue<string>()).ToList();
        Assert.Contains("Name either incidents or reports.", await TextAsync(await desk.SendAsync($"incidents/{first}/split", new() { ["note"] = "kept <note>" })), StringComparison.Ordinal);
        Assert.Contains("kept &lt;note&gt;", await TextAsync(await desk.SendAsync($"incidents/{first}/split", new() { ["note"] = "kept <note>" })), StringComparison.Ordinal);
        Assert.Contains("at most 4000", await TextAsync(await desk.SendAsync($"incidents/{first}/split", new() { ["report"] = reports[1], ["note"] = new string('x', 4001) })), StringComparison.OrdinalIgnoreCase);
        foreach (var _ in new[] { 1, 2 }) Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"incidents/{first}/split", new() { ["report"] = reports[1] })).StatusCode);
        Assert.Equal(second, (await ReadAsync($"incidents/{second}"))["client_uuid"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_pairing_code_is_shown_once_and_pairs_the_named_device()
    {
        var desk = await SignedInAsync();
        var page = await TextAsync(await desk.SendAsync("devices?handler=Pair", new() { ["Pairing.Name"] = "Pi Descent 1", ["Pairing.Scope"] = "all" }));
        var code = page[(page.IndexOf("<output>", StringComparison.Ordinal) + 8)..page.IndexOf("</output>", StringComparison.Ordinal)].Replace("<i>", "", StringComparison.Ordinal).Replace("</i>", "", StringComparison.Ordinal);
        Assert.Equal(8, code.Length);
        using var paired = await cloud.Anonymous.PostAsJsonAsync("api/v1/devices/pair", new { pairing_code = code, device_uuid = "0198f3a0-0000-7000-8000-00000000d0e1" }, Stop);
        Assert.Equal(HttpStatusCode.Created, paired.StatusCode);
        var list = await TextAsync(await desk.Browser.GetAsync("devices"));
        Assert.Contains("Pi Descent 1", list, StringComparison.Ordinal);
        Assert.DoesNotContain("<output>", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_asked_for_twice_by_one_form_is_made_once_and_shown_once()
    {
        var desk = await SignedInAsync();
        var form = new Dictionary<string, string> { ["Form.ClientUuid"] = "0198f3a0-0000-7000-8000-00000000d0f1", ["Form.Name"] = "Twice sent", ["Form.Role"] = "viewer", ["Form.Scope"] = "all" };
        Assert.Contains("value=\"mrk_", await TextAsync(await desk.SendAsync("api-keys?handler=Make", form)), StringComparison.Ordinal);
        var again = await TextAsync(await desk.SendAsync("api-keys?handler=Make", form));
        Assert.Contains("This key was made already, and was shown once.", again, StringComparison.Ordinal);
        Assert.DoesNotContain("mrk_", again, StringComparison.Ordinal);
        Assert.Single(await cloud.Database.QueryAsync<long>("SELECT id FROM identity.api_keys WHERE name = 'Twice sent'"));
        Assert.Single(await cloud.Database.QueryAsync<long>("SELECT id FROM identity.audit_entries WHERE action = 'key_made' AND subject = 'Twice sent'"));
    }

    private async Task<Desk> SignedInAsync()
    {
        var browser = new Browser(cloud.Anonymous);
        var token = Browser.FormToken(await TextAsync(await browser.GetAsync("sign-in")));
        await browser.PostFormAsync("sign-in", new() { ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword, ["__RequestVerificationToken"] = token });
        return new Desk(browser, Browser.FormToken(await TextAsync(await browser.GetAsync("competitions/new"))));
    }

    [Fact]
    public async Task The_tabs_count_all_and_what_is_older_is_reached_page_by_page()
    {
        var desk = await SignedInAsync();
        var race = await RaceAsync();
        foreach (var bib in (int[])[31, 32, 33]) await IncidentAsync(race, bib);
        var cursor = (string)(await ReadAsync($"races/{race}/incidents?limit=1"))["next_cursor"]!;

        var older = await TextAsync(await desk.Browser.GetAsync($"races/{race}/incidents?view=officialise&before={cursor}"));
        Assert.Equal(2, Regex.Count(older, "data-row="));
        Assert.Contains("To officialise <b>3</b>", older, StringComparison.Ordinal);
        Assert.Contains($"href=\"/races/{race}/incidents?view=officialise\">Back to the newest<", older, StringComparison.Ordinal);
        Assert.DoesNotContain("Older ones", older, StringComparison.Ordinal);

        // A link that was cut leads to the newest.
        var cut = await TextAsync(await desk.Browser.GetAsync($"races/{race}/incidents?before={cursor[..^3]}%25"));
        Assert.Equal(3, Regex.Count(cut, "data-row="));
        Assert.DoesNotContain("Back to the newest", cut, StringComparison.Ordinal);
    }

    private async Task<JsonNode> CompetitionAsync(string name)
    {
        using var made = await cloud.Admin.PostAsJsonAsync(
            "api/v1/competitions", new { name, country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }, Stop);
        return JsonNode.Parse(await made.Content.ReadAsStringAsync(Stop))!;
    }

    private async Task<string> RaceAsync()
    {
        var competition = await CompetitionAsync("Valle");
        using var made = await cloud.Admin.PostAsJsonAsync($"api/v1/competitions/{competition["client_uuid"]}/races", new { name = "Sprint", discipline = "sprint" }, Stop);
        return JsonNode.Parse(await made.Content.ReadAsStringAsync(Stop))!["client_uuid"]!.GetValue<string>();
    }

    private async Task<string> IncidentAsync(string race, int bib, string? place = null, int second = 5)
    {
        using var reported = await cloud.Admin.PostAsJsonAsync(
            "api/v1/incidents", new { race_uuid = race, bib_number = bib, race_location_uuid = place, occurred_at = FormattableString.Invariant($"2026-02-08T09:30:{second:00}.000Z") }, Stop);
        return JsonNode.Parse(await reported.Content.ReadAsStringAsync(Stop))!["report"]!["incident_uuid"]!.GetValue<string>();
    }

    private async Task<JsonNode> ReadAsync(string path) => JsonNode.Parse(await cloud.Admin.GetStringAsync($"api/v1/{path}", Stop))!;

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Stop);

    private sealed record Desk(Browser Browser, string Token)
    {
        public Task<HttpResponseMessage> SendAsync(string path, Dictionary<string, string> form) => Browser.PostFormAsync(path, new(form) { ["__RequestVerificationToken"] = Token });
    }
}
