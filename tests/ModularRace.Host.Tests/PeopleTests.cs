using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>Who signs in, what each may, and that nobody stays in who should not.</summary>
public sealed class PeopleTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private const string Password = "four short common words";
    private static int count;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_chooses_a_password_by_a_link_that_works_once()
    {
        var (person, url) = await MakeAsync("Jo Bär", new { role = "referee" });
        Assert.Equal((false, 0), ((bool)person["has_password"]!, (int)person["sessions"]!));
        Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync((string)person["email"]!, Password)).StatusCode);

        // A mail program that looks first takes nothing.
        var browser = new Browser(cloud.Anonymous);
        var path = new Uri(url).PathAndQuery[1..];
        Assert.Equal(HttpStatusCode.OK, (await new Browser(cloud.Anonymous).GetAsync(path)).StatusCode);
        var page = await TextAsync(await browser.GetAsync(path));
        Assert.Contains((string)person["email"]!, page, StringComparison.Ordinal);
        var form = new Dictionary<string, string> { ["__RequestVerificationToken"] = Browser.FormToken(page), ["Code"] = Code(url), ["Password"] = Password, ["Again"] = "another" };
        var different = await browser.PostFormAsync("choose-password", form);
        Assert.Equal(HttpStatusCode.BadRequest, different.StatusCode);
        Assert.Contains("not the same", await TextAsync(different), StringComparison.Ordinal);
        Assert.Contains("at least 8", await TextAsync(await browser.PostFormAsync("choose-password", new(form) { ["Password"] = "short", ["Again"] = "short" })), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostFormAsync("choose-password", new(form) { ["Password"] = new string('x', 1001), ["Again"] = new string('x', 1001) })).StatusCode);

        var chosen = await browser.PostFormAsync("choose-password", new(form) { ["Again"] = Password });
        Assert.Equal("/", chosen.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("account")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, Password)).StatusCode);

        // Used up: neither the page nor the form does any more.
        var late = new Browser(cloud.Anonymous);
        Assert.Equal(HttpStatusCode.Gone, (await late.GetAsync(path)).StatusCode);
        form["__RequestVerificationToken"] = Browser.FormToken(await TextAsync(await late.GetAsync("sign-in")));
        Assert.Equal(HttpStatusCode.Gone, (await late.PostFormAsync("choose-password", new(form) { ["Password"] = "somebody else's", ["Again"] = "somebody else's" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
        foreach (var made in (string[])["", "x", "mrl_" + new string('A', 43), new('x', 5000)])
            Assert.Equal(HttpStatusCode.Gone, (await late.GetAsync($"choose-password?code={made}")).StatusCode);
        Assert.DoesNotContain(await cloud.Database.QueryAsync<string>("SELECT l::text FROM identity.password_links l"), r => r.Contains(Code(url), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_who_open_one_link_at_the_same_time_one_chooses()
    {
        var (_, url) = await MakeAsync("Twice", new { role = "viewer" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            var browser = new Browser(cloud.Anonymous);
            var token = Browser.FormToken(await TextAsync(await browser.GetAsync(new Uri(url).PathAndQuery[1..])));
            return (await browser.PostFormAsync("choose-password", new() { ["__RequestVerificationToken"] = token, ["Code"] = Code(url), ["Password"] = $"{Password} {i}", ["Again"] = $"{Password} {i}" })).StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_new_link_voids_the_one_before_and_the_old_password_goes_on_until_it_is_used()
    {
        var (person, first) = await MakeAsync("Reset", new { role = "referee" });
        await ChooseAsync(first, Password);
        var tokens = await TokensAsync((string)person["email"]!, Password);
        using var signedIn = cloud.Client((string)tokens["access_token"]!);

        var second = (string)(await PostAsync($"people/{Uuid(person)}/password-reset"))["url"]!;
        var third = (string)(await PostAsync($"people/{Uuid(person)}/password-reset"))["url"]!;
        Assert.Equal(HttpStatusCode.Gone, (await new Browser(cloud.Anonymous).GetAsync(new Uri(second).PathAndQuery[1..])).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await signedIn.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, Password)).StatusCode);

        await ChooseAsync(third, "another four short words");
        Assert.Equal(HttpStatusCode.Unauthorized, (await signedIn.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync((string)tokens["refresh_token"]!)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, "another four short words")).StatusCode);

        // A link lapses by itself, and one that went to a mistaken address is void when the address is mended.
        var fourth = (string)(await PostAsync($"people/{Uuid(person)}/password-reset"))["url"]!;
        await cloud.Database.ExecuteAsync("UPDATE identity.password_links SET expires_at = now() - interval '1 second' WHERE used_at IS NULL");
        Assert.Equal(HttpStatusCode.Gone, (await new Browser(cloud.Anonymous).GetAsync(new Uri(fourth).PathAndQuery[1..])).StatusCode);
        var fifth = (string)(await PostAsync($"people/{Uuid(person)}/password-reset"))["url"]!;
        await PatchAsync(person, new { email = $"mended{Uuid(person)}@example.org" });
        Assert.Equal(HttpStatusCode.Gone, (await new Browser(cloud.Anonymous).GetAsync(new Uri(fifth).PathAndQuery[1..])).StatusCode);
    }

    [Fact]
    public async Task Ending_the_sessions_of_a_person_ends_tokens_and_cookies_at_once()
    {
        var (person, browser, tokens) = await SignedInAsync("Ends", new { role = "referee" });
        using var program = cloud.Client((string)tokens["access_token"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("account")).StatusCode);
        Assert.Equal(2, (int)(await ReadAsync(person))["sessions"]!);

        Assert.Equal(2, (int)(await PostAsync($"people/{Uuid(person)}/end-sessions"))["ended"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync((string)tokens["refresh_token"]!)).StatusCode);
        Assert.StartsWith("/sign-in", (await browser.GetAsync("account")).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(0, (int)(await PostAsync($"people/{Uuid(person)}/end-sessions"))["ended"]!);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
    }

    [Fact]
    public async Task A_session_that_is_opened_while_all_end_is_over_too()
    {
        var (person, _, _) = await SignedInAsync("Racing", new { role = "referee" });
        var stamp = (await cloud.Database.QueryAsync<string>("SELECT security_stamp FROM identity.people WHERE id = $1::uuid", Uuid(person))).Single();
        await PostAsync($"people/{Uuid(person)}/end-sessions");
        // As a sign-in leaves it whose password was right before, and which commits after.
        var tokens = await TokensAsync((string)person["email"]!, Password);
        using var late = cloud.Client((string)tokens["access_token"]!);
        Assert.Equal(HttpStatusCode.OK, (await late.GetAsync("api/v1/competitions", Stop)).StatusCode);
        await cloud.Database.ExecuteAsync($"UPDATE identity.sessions SET stamp = '{stamp}' WHERE person_id = '{Uuid(person)}' AND ended_at IS NULL");
        Assert.Equal(HttpStatusCode.Unauthorized, (await late.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync((string)tokens["refresh_token"]!)).StatusCode);
    }

    [Fact]
    public async Task Who_is_disabled_is_out_at_once_and_stays_out_until_enabled()
    {
        var (person, browser, tokens) = await SignedInAsync("Gone", new { role = "referee" });
        using var program = cloud.Client((string)tokens["access_token"]!);
        Assert.NotNull((string?)(await PatchAsync(person, new { disabled = true }))["disabled_at"]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("account")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
        await RefusedAsync(HttpMethod.Post, $"people/{Uuid(person)}/password-reset", null, 409, "person_disabled");

        Assert.Null((string?)(await PatchAsync(person, new { disabled = false }))["disabled_at"]);
        // What was signed in before stays over.
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
    }

    [Fact]
    public async Task A_role_taken_away_counts_from_the_next_request_on()
    {
        var (person, _, tokens) = await SignedInAsync("Changing", new { role = "jury_president" }, new { role = "admin" });
        using var program = cloud.Client((string)tokens["access_token"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/v1/people", Stop)).StatusCode);
        await PatchAsync(person, new { roles = new[] { new { role = "jury_president" } } });
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("api/v1/people", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/v1/conflicts", Stop)).StatusCode);
        await PatchAsync(person, new { roles = new[] { new { role = "viewer" } } });
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("api/v1/conflicts", Stop)).StatusCode);
    }

    [Fact]
    public async Task An_admin_of_some_competitions_manages_nobody()
    {
        var (_, _, tokens) = await SignedInAsync("Local admin", new { role = "admin", competition_uuids = new[] { await CompetitionAsync() } });
        using var program = cloud.Client((string)tokens["access_token"]!);
        var me = await cloud.Database.QueryAsync<Guid>("SELECT id FROM identity.people ORDER BY id LIMIT 1");
        foreach (var (method, path) in new[] { ("GET", "people"), ("GET", $"people/{me[0]}"), ("POST", $"people/{me[0]}/password-reset"), ("POST", $"people/{me[0]}/end-sessions") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"api/v1/{path}");
            Assert.Equal(HttpStatusCode.Forbidden, (await program.SendAsync(request, Stop)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await program.PostAsJsonAsync("api/v1/people", Body("Crony", "crony@example.org", new { role = "admin" }), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.PatchAsJsonAsync($"api/v1/people/{me[0]}", new { disabled = true }, Stop)).StatusCode);
    }

    [Fact]
    public async Task An_admin_does_not_remove_the_own_role_and_two_do_not_remove_each_other()
    {
        var mine = (await cloud.Database.QueryAsync<Guid>($"SELECT id FROM identity.people WHERE email = '{RunningHost.AdminEmail}'")).Single();
        foreach (var patch in new object[] { new { roles = new[] { new { role = "viewer" } } }, new { disabled = true }, new { roles = new[] { new { role = "admin", competition_uuids = new[] { await CompetitionAsync() } } } } })
            await RefusedAsync(HttpMethod.Patch, $"people/{mine}", patch, 409, "own_admin_role");
        // Changing nothing of it is fine.
        using (var fine = await cloud.Admin.PatchAsJsonAsync($"api/v1/people/{mine}", new { roles = new[] { new { role = "admin" } }, disabled = false }, Stop)) Assert.Equal(HttpStatusCode.OK, fine.StatusCode);

        // Each of two admins takes the other's role at the same moment: one is left, and can sign in.
        for (var turn = 0; turn < 3; turn++)
        {
            var (other, _, tokens) = await SignedInAsync("Second admin", new { role = "admin" });
            using var second = cloud.Client((string)tokens["access_token"]!);
            var both = await Task.WhenAll(
                cloud.Admin.PatchAsJsonAsync($"api/v1/people/{Uuid(other)}", new { roles = new[] { new { role = "viewer" } } }, Stop),
                second.PatchAsJsonAsync($"api/v1/people/{mine}", new { roles = new[] { new { role = "viewer" } } }, Stop));
            Assert.Single(both, a => a.StatusCode == HttpStatusCode.OK);
            var left = await cloud.Database.QueryAsync<Guid>("SELECT p.id FROM identity.people p JOIN identity.person_roles r ON r.person_id = p.id WHERE r.role = 'admin' AND r.competition_uuid IS NULL AND p.disabled_at IS NULL AND p.password_hash IS NOT NULL");
            Assert.Single(left);
            // Whoever was second meets the last admin, or is no admin any more.
            var refused = both.Single(a => a.StatusCode != HttpStatusCode.OK);
            Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Conflict, HttpStatusCode.Forbidden });
            if (refused.StatusCode == HttpStatusCode.Conflict) Assert.Contains("last_admin", await TextAsync(refused), StringComparison.Ordinal);
            if (left[0] != mine) await second.PatchAsJsonAsync($"api/v1/people/{mine}", new { roles = new[] { new { role = "admin" } } }, Stop);
            using var tidy = await cloud.Admin.PatchAsJsonAsync($"api/v1/people/{Uuid(other)}", new { roles = new[] { new { role = "viewer" } } }, Stop);
            Assert.Equal(HttpStatusCode.OK, tidy.StatusCode);
        }
    }

    [Fact]
    public async Task An_admin_who_cannot_sign_in_does_not_count_as_one_who_is_left()
    {
        var (invited, _) = await MakeAsync("Invited admin", new { role = "admin" });
        Assert.False((bool)invited["has_password"]!);
        // In one transaction, as a second admin would do it at the same moment.
        var (other, _, tokens) = await SignedInAsync("Leaving admin", new { role = "admin" });
        using var second = cloud.Client((string)tokens["access_token"]!);
        var mine = (await cloud.Database.QueryAsync<Guid>($"SELECT id FROM identity.people WHERE email = '{RunningHost.AdminEmail}'")).Single();
        await cloud.Database.ExecuteAsync($"UPDATE identity.people SET password_hash = NULL WHERE id = '{Uuid(other)}'");
        using var refused = await second.PatchAsJsonAsync($"api/v1/people/{mine}", new { disabled = true }, Stop);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("last_admin", await TextAsync(refused), StringComparison.Ordinal);
        await PatchAsync(other, new { roles = new[] { new { role = "viewer" } } });
        await PatchAsync(invited, new { disabled = true });
    }

    [Fact]
    public async Task What_is_wrong_is_told_by_field_and_changes_nothing()
    {
        var (person, _) = await MakeAsync("Wrong input", new { role = "referee" });
        var before = (await ReadAsync(person)).ToJsonString();
        object referee = new[] { new { role = "referee" } };
        foreach (var (field, values) in new (string, object?[])[]
        {
            ("name", [null, "", "  ", 5, new string('x', 201), "a\u0001b"]),
            ("email", [null, "", "ada", "ada@", "@example.org", "ada@example.org\r\nBcc: all@example.org", "Ada <ada@example.org>", new string('x', 250) + "@example.org", "a@b@c", 5]),
            ("roles", [null, Array.Empty<object>(), new[] { new { role = "boss" } }, new object?[] { null }, new[] { new { role = "Admin" } }, new[] { new { role = "viewer" }, new { role = "viewer" } }, 5, "admin",
                new object[] { new { role = "viewer", competition_uuids = Array.Empty<Guid>() } }, new object[] { new { role = "viewer", competition_uuids = new[] { Guid.Empty } } },
                new object[] { new { role = "viewer", competition_uuids = new[] { "x" } } }, new object[] { new { role = "viewer", competition_uuids = new[] { "0198f3a0-0000-7000-8000-00000000dead" } } },
                new object[] { new { role = "viewer", competition_uuids = Enumerable.Range(0, 501).Select(i => $"0198f3a0-0000-7000-8000-{i:d12}").ToArray() } }]),
            ("disabled", [null, "yes", 1]),
        })
            foreach (var value in values)
            {
                var patch = new JsonObject { [field] = System.Text.Json.JsonSerializer.SerializeToNode(value) };
                await RefusedAsync(HttpMethod.Patch, $"people/{Uuid(person)}", patch, 400, "validation_failed");
                if (field == "disabled") continue;
                var body = new JsonObject { ["name"] = "New", ["email"] = "new@example.org", ["roles"] = System.Text.Json.JsonSerializer.SerializeToNode(referee) };
                body[field] = System.Text.Json.JsonSerializer.SerializeToNode(value);
                await RefusedAsync(HttpMethod.Post, "people", body, 400, "validation_failed");
            }

        await RefusedAsync(HttpMethod.Post, "people", new { name = "x", email = "x@example.org", roles = referee, client_uuid = Guid.Empty }, 400, "validation_failed");
        await RefusedAsync(HttpMethod.Post, "people", Body("Twin", ((string)person["email"]!).ToUpperInvariant(), new { role = "referee" }), 409, "email_taken");
        await RefusedAsync(HttpMethod.Patch, $"people/{Uuid(person)}", new { email = RunningHost.AdminEmail }, 409, "email_taken");
        foreach (var (method, path) in new[] { ("GET", ""), ("PATCH", ""), ("POST", "/password-reset"), ("POST", "/end-sessions") })
            await RefusedAsync(new HttpMethod(method), $"people/0198f3a0-0000-7000-8000-00000000dead{path}", method == "PATCH" ? new { name = "x" } : null, 404, "not_found");
        foreach (var query in new[] { "limit=0", "limit=501", "cursor=%20", "cursor=AAAA" }) await RefusedAsync(HttpMethod.Get, $"people?{query}", null, 400, "validation_failed");
        Assert.Equal(before, (await ReadAsync(person)).ToJsonString());

        // What is hostile and no fault is kept to the letter, and shown harmless.
        const string attack = "</script><script>alert(1)</script>\"'{{7*7}} 𝔄";
        var kept = await PatchAsync(person, new { name = attack });
        Assert.Equal(attack, (string)kept["name"]!);
        var page = await AdminsPageAsync($"people/{Uuid(person)}");
        Assert.Contains(WebUtility.HtmlEncode("</script><script>"), page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", await AdminsPageAsync("people?Q=%25script%3E"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sent_again_a_person_is_made_once_and_an_older_revision_changes_nothing()
    {
        var uuid = "0198f3a0-0000-7000-8000-00000000ab01";
        var body = new { name = "Once", email = "once@example.org", roles = new[] { new { role = "viewer" } }, client_uuid = uuid };
        var made = await PostAsync("people", body, HttpStatusCode.Created);
        Assert.NotNull(made["password_link"]);
        var again = await PostAsync("people", body, HttpStatusCode.OK);
        Assert.Null(again["password_link"]);
        Assert.Equal(made["person"]!.ToJsonString(), again["person"]!.ToJsonString());
        await RefusedAsync(HttpMethod.Post, "people", new { name = "Other", email = "other@example.org", roles = new[] { new { role = "viewer" } }, client_uuid = uuid }, 409, "uuid_exists");

        var seen = (string)made["person"]!["revision"]!;
        Assert.Equal(HttpStatusCode.OK, (await PatchIfAsync(uuid, seen, new { name = "First" })).StatusCode);
        var late = await PatchIfAsync(uuid, seen, new { name = "Second" });
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Contains("stale_revision", await TextAsync(late), StringComparison.Ordinal);
        Assert.Equal("First", (string)(await ReadAsync(made["person"]!))["name"]!);

        // Two at once with the same email: one is made.
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => cloud.Admin.PostAsJsonAsync("api/v1/people", Body("Same", "same@example.org", new { role = "viewer" }), Stop)));
        Assert.Single(both, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(3, both.Count(a => a.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task People_are_listed_in_pages_and_found_by_part_of_a_name_or_email()
    {
        foreach (var name in new[] { "Sökmann %1", "Sökmann 2", "Sökmann 3" }) await MakeAsync(name, new { role = "viewer" });
        var found = new List<string>();
        for (string? cursor = null, more = ""; more is not null; cursor = more)
        {
            var page = await cloud.Admin.GetFromJsonAsync<JsonObject>($"api/v1/people?limit=2&q=s%C3%B6kmann&cursor={cursor}", Stop);
            found.AddRange(page!["items"]!.AsArray().Select(i => (string)i!["name"]!));
            more = (string?)page["next_cursor"];
        }

        Assert.Equal(["Sökmann %1", "Sökmann 2", "Sökmann 3"], found);
        Assert.Equal("Sökmann %1", (string)Assert.Single((await cloud.Admin.GetFromJsonAsync<JsonObject>("api/v1/people?q=%25", Stop))!["items"]!.AsArray())!["name"]!);
    }

    [Fact]
    public async Task One_changes_the_own_password_and_sees_and_ends_the_own_sessions()
    {
        var (person, browser, tokens) = await SignedInAsync("Own", new { role = "referee" });
        var (_, stranger, _) = await SignedInAsync("Stranger", new { role = "referee" });
        using var program = cloud.Client((string)tokens["access_token"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        var page = await TextAsync(await browser.GetAsync("account"));
        Assert.Contains("This one", page, StringComparison.Ordinal);
        Assert.Contains("A program", page, StringComparison.Ordinal);
        var form = new Dictionary<string, string> { ["__RequestVerificationToken"] = Browser.FormToken(page), ["old"] = "not it", ["password"] = "my new four words", ["again"] = "my new four words" };
        Assert.Contains("That is not your password.", await TextAsync(await browser.PostFormAsync("account?handler=Password", form)), StringComparison.Ordinal);

        // Another's session is not one's own to end.
        var session = (await cloud.Database.QueryAsync<Guid>("SELECT id FROM identity.sessions WHERE person_id = $1::uuid AND kind = 'api' AND ended_at IS NULL", Uuid(person))).Single();
        var theirs = Browser.FormToken(await TextAsync(await stranger.GetAsync("account")));
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostFormAsync("account?handler=End", new() { ["__RequestVerificationToken"] = theirs, ["sessionId"] = session.ToString() })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostFormAsync("account?handler=End", new() { ["__RequestVerificationToken"] = form["__RequestVerificationToken"], ["sessionId"] = session.ToString() })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/v1/competitions", Stop)).StatusCode);

        using var other = cloud.Client((string)(await TokensAsync((string)person["email"]!, Password))["access_token"]!);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostFormAsync("account?handler=Password", new(form) { ["old"] = Password })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("account")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync((string)person["email"]!, Password)).StatusCode);
        using var last = cloud.Client((string)(await TokensAsync((string)person["email"]!, "my new four words"))["access_token"]!);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostFormAsync("account?handler=EndOthers", new() { ["__RequestVerificationToken"] = form["__RequestVerificationToken"] })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await last.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("account")).StatusCode);

        // Guessing slows down here as at the door.
        for (var i = 0; i < 6; i++) await browser.PostFormAsync("account?handler=Password", form);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.PostFormAsync("account?handler=Password", form)).StatusCode);
    }

    [Fact]
    public async Task The_pages_make_change_and_disable_a_person()
    {
        var desk = await AdminsAsync();
        var competition = await CompetitionAsync();
        var refused = await TextAsync(await desk.SendAsync("people?handler=Make", Form("", "made@example.org")));
        Assert.Contains("It is required.", refused, StringComparison.Ordinal);
        Assert.Contains("value=\"made@example.org\"", refused, StringComparison.Ordinal);

        var form = Form("Made at the desk", "made@example.org");
        (form["Form.Roles[1].Held"], form["Form.Roles[1].Scope"], form["Form.Roles[1].CompetitionUuids"]) = ("true", "some", competition.ToString());
        (form["Form.Roles[3].Held"], form["Form.Roles[3].Scope"]) = ("true", "all");
        var made = await TextAsync(await desk.SendAsync("people?handler=Make", form));
        Assert.Contains("/choose-password?code=mrl_", made, StringComparison.Ordinal);
        Assert.DoesNotContain("choose-password?code=", await TextAsync(await desk.Browser.GetAsync("people")), StringComparison.Ordinal);
        var person = (await cloud.Admin.GetFromJsonAsync<JsonObject>("api/v1/people?q=made%40example.org", Stop))!["items"]!.AsArray().Single()!;
        Assert.Equal($$"""[{"role":"jury_president","competition_uuids":["{{competition}}"]},{"role":"referee","competition_uuids":null}]""", person["roles"]!.ToJsonString());

        var path = $"people/{Uuid(person)}";
        var change = Form("Renamed", "made@example.org");
        (change["Form.Revision"], change["Form.Roles[4].Held"], change["Form.Roles[4].Scope"]) = ((string)person["revision"]!, "true", "all");
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Save", change)).StatusCode);
        change["Form.Name"] = "Late";
        Assert.Contains("Somebody changed this meanwhile", await TextAsync(await desk.SendAsync($"{path}?handler=Save", change)), StringComparison.Ordinal);
        var now = await ReadAsync(person);
        Assert.Equal(("Renamed", """[{"role":"viewer","competition_uuids":null}]"""), ((string)now["name"]!, now["roles"]!.ToJsonString()));
        Assert.Contains("/choose-password?code=mrl_", await TextAsync(await desk.SendAsync($"{path}?handler=Reset", [])), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=End", [])).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Disable", [])).StatusCode);
        Assert.NotNull((string?)(await ReadAsync(person))["disabled_at"]);
        Assert.Equal(HttpStatusCode.Redirect, (await desk.SendAsync($"{path}?handler=Enable", [])).StatusCode);

        // Nobody but an admin is shown them.
        var (_, referee, _) = await SignedInAsync("Referee", new { role = "referee" });
        Assert.Equal(HttpStatusCode.Forbidden, (await referee.GetAsync("people")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await referee.GetAsync(path)).StatusCode);
        Assert.DoesNotContain("href=\"/people\"", await TextAsync(await referee.GetAsync("account")), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Form(string name, string email)
    {
        var form = new Dictionary<string, string> { ["Form.Name"] = name, ["Form.Email"] = email };
        foreach (var (i, role) in new[] { "admin", "jury_president", "var_operator", "referee", "viewer" }.Index()) form[$"Form.Roles[{i}].Role"] = role;
        return form;
    }

    private static object Body(string name, string email, params object[] roles) => new { name, email, roles };

    private static string Uuid(JsonNode person) => (string)person["client_uuid"]!;

    private static string Code(string url) => url[(url.IndexOf("code=", StringComparison.Ordinal) + 5)..];

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Stop);

    private async Task<(JsonNode Person, string Url)> MakeAsync(string name, params object[] roles)
    {
        var made = await PostAsync("people", Body(name, $"person{Interlocked.Increment(ref count)}@example.org", roles), HttpStatusCode.Created);
        return (made["person"]!, (string)made["password_link"]!["url"]!);
    }

    private async Task<(JsonNode Person, Browser Browser, JsonObject Tokens)> SignedInAsync(string name, params object[] roles)
    {
        var (person, url) = await MakeAsync(name, roles);
        return (person, await ChooseAsync(url, Password), await TokensAsync((string)person["email"]!, Password));
    }

    private async Task<Browser> ChooseAsync(string url, string password)
    {
        var browser = new Browser(cloud.Anonymous);
        var token = Browser.FormToken(await TextAsync(await browser.GetAsync(new Uri(url).PathAndQuery[1..])));
        var chosen = await browser.PostFormAsync("choose-password", new() { ["__RequestVerificationToken"] = token, ["Code"] = Code(url), ["Password"] = password, ["Again"] = password });
        Assert.Equal(HttpStatusCode.Redirect, chosen.StatusCode);
        return browser;
    }

    private Task<HttpResponseMessage> LogInAsync(string email, string password) => cloud.Anonymous.PostAsJsonAsync("api/v1/auth/login", new { email, password }, Stop);

    private Task<HttpResponseMessage> RefreshAsync(string token) => cloud.Anonymous.PostAsJsonAsync("api/v1/auth/refresh", new { refresh_token = token }, Stop);

    private async Task<JsonObject> TokensAsync(string email, string password)
    {
        using var answer = await LogInAsync(email, password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await TextAsync(answer))!.AsObject();
    }

    private async Task<JsonObject> PostAsync(string path, object? body = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = body is null ? await cloud.Admin.PostAsync($"api/v1/{path}", null, Stop) : await cloud.Admin.PostAsJsonAsync($"api/v1/{path}", body, Stop);
        var text = await TextAsync(answer);
        Assert.True(answer.StatusCode == status, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<JsonObject> PatchAsync(JsonNode person, object patch)
    {
        using var answer = await cloud.Admin.PatchAsJsonAsync($"api/v1/people/{Uuid(person)}", patch, Stop);
        var text = await TextAsync(answer);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private Task<HttpResponseMessage> PatchIfAsync(string uuid, string revision, object patch)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"api/v1/people/{uuid}") { Content = JsonContent.Create(patch) };
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return cloud.Admin.SendAsync(request, Stop);
    }

    private async Task<JsonObject> ReadAsync(JsonNode person) => (await cloud.Admin.GetFromJsonAsync<JsonObject>($"api/v1/people/{Uuid(person)}", Stop))!;

    private async Task RefusedAsync(HttpMethod method, string path, object? body, int status, string code)
    {
        using var request = new HttpRequestMessage(method, $"api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await cloud.Admin.SendAsync(request, Stop);
        var text = await TextAsync(answer);
        Assert.True((int)answer.StatusCode == status && text.Contains($"\"{code}\"", StringComparison.Ordinal), $"{method} {path} {await (request.Content?.ReadAsStringAsync(Stop) ?? Task.FromResult(""))}: {(int)answer.StatusCode} {text}");
    }

    private async Task<Guid> CompetitionAsync() =>
        Guid.Parse((string)(await PostAsync("competitions", new { name = "Cima Alta", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created))["client_uuid"]!);

    private async Task<string> AdminsPageAsync(string path) => await TextAsync(await (await AdminsAsync()).Browser.GetAsync(path));

    private async Task<Desk> AdminsAsync()
    {
        var browser = new Browser(cloud.Anonymous);
        var token = Browser.FormToken(await TextAsync(await browser.GetAsync("sign-in")));
        await browser.PostFormAsync("sign-in", new() { ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword, ["__RequestVerificationToken"] = token });
        return new Desk(browser, Browser.FormToken(await TextAsync(await browser.GetAsync("people"))));
    }

    private sealed record Desk(Browser Browser, string Token)
    {
        public Task<HttpResponseMessage> SendAsync(string path, Dictionary<string, string> form) => Browser.PostFormAsync(path, new(form) { ["__RequestVerificationToken"] = Token });
    }
}
