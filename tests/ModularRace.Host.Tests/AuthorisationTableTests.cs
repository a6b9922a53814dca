using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Access;

namespace ModularRace.Host.Tests;

/// <summary>
/// R15: every endpoint and page of the running cloud, tried by everybody there is, against the table beside this file. A new
/// endpoint has no row there, and fails; a right that changed shows as a changed letter.
/// </summary>
public sealed class CloudAuthorisationTableTests(CloudInProcess host) : AuthorisationTable(host), IClassFixture<CloudInProcess>
{
    private const string Password = "four short common words";
    private static readonly string[] HeldHere = [Roles.Viewer, Roles.Referee, Roles.VarOperator, Roles.JuryPresident];

    [Fact]
    public async Task Everybody_may_what_the_table_says()
    {
        await CompareAsync("authorisation.cloud.txt");
        Assert.Empty(PageFormFields.Unknown((await CallsAsync()).Where(c => c.Type == PageForm).Select(c => c.Name)));
    }

    private protected override async Task<IReadOnlyList<Caller>> CallersAsync()
    {
        var (here, elsewhere) = (await CompetitionAsync("Here"), await CompetitionAsync("Elsewhere"));
        await ThingsOfAsync(here);
        Known["people"] = Text((await MakePersonAsync("Whom it concerns", Roles.Viewer, null)).Person);
        Known["api-keys"] = Text(await PostAsync("api-keys", new { name = "The key in question", role = "viewer" }));
        Known["webhooks"] = Text((await PostAsync("webhooks", new { name = "Scoreboard", url = "https://example.org/hook", events = new[] { "incident.decided" } }))["webhook"]!.AsObject());
        Known["devices"] = await DeviceAsync("The device in question", here) is var (_, _, about) ? about : "";

        await ToReviewAsync(here);

        var ended = await PersonAsync("Ended", Roles.JuryPresident, here);
        await ended.SendAsync(host.Client, HttpMethod.Post, "/api/v1/auth/logout");
        var expired = await PersonAsync("Expired", Roles.JuryPresident, here);
        await host.Database.ExecuteAsync("UPDATE identity.session_tokens SET expires_at = now() - interval '1 second' WHERE session_id = (SELECT session_id FROM identity.session_tokens ORDER BY id DESC LIMIT 1)");
        var (gone, _, goneUuid) = await DeviceAsync("Revoked", here);
        await PostAsync($"devices/{goneUuid}/revoke", new { });

        List<Caller> callers =
        [
            new("nobody", null), Stranger, expired with { Name = "expired" }, ended with { Name = "ended" }, gone with { Name = "device revoked" },
            (await DeviceAsync("Elsewhere", elsewhere)).Caller with { Name = "device elsewhere" }, (await DeviceAsync("Here", here)).Caller with { Name = "device" },
        ];
        foreach (var role in HeldHere.Append(Roles.Admin)) callers.Add(await PersonAsync($"{role} elsewhere", role, elsewhere));
        foreach (var role in HeldHere) callers.Add(await PersonAsync(role, role, here));
        foreach (var role in HeldHere) callers.Add(await KeyAsync(role, here));
        callers.Add(await PersonAsync("admin here", Roles.Admin, here));
        callers.Add(await PersonAsync("admin", Roles.Admin, null));
        return callers;
    }

    /// <summary>What waits for a person: a conflict, a merge, a suggestion, a rejected record.</summary>
    private async Task ToReviewAsync(Guid competition)
    {
        var race = Known["races"];
        foreach (var (bib, seconds) in new[] { (30, 0), (30, 10), (31, 0), (31, 60) })
            await PostAsync("incidents", new { race_uuid = race, race_location_uuid = Known["locations"], bib_number = bib, occurred_at = new DateTimeOffset(2026, 2, 8, 10, 0, seconds % 60, TimeSpan.Zero).AddSeconds(seconds - (seconds % 60)) });
        Known["clip-holds"] = Text(await PostAsync($"competitions/{competition}/clip-holds", new { incident_uuid = Known["incidents"] }));
        Known["merges"] = await FirstAsync($"merges?competition_uuid={competition}");
        Known["suggestions"] = await FirstAsync($"suggestions?competition_uuid={competition}");
        await host.Database.ExecuteAsync(
            """
            INSERT INTO dedup.sync_conflicts (client_uuid, conflict_type, record_type, record_uuid, competition_uuid, versions, differing_fields, disputes, revision, created_at)
            VALUES (gen_random_uuid(), 'field_mismatch', 'incident', $2::uuid, $1, '{}', '{description}', '[]', '1', now())
            """, competition, Known["incidents"]);
        Known["conflicts"] = await FirstAsync("conflicts");

        var sender = new Sender(WatchfulCloud.NewUuid(), new HttpClient { BaseAddress = host.Client.BaseAddress });
        var code = await PostAsync("devices/pairing-codes", new { name = "Sender", competition_uuids = new[] { competition } });
        var token = (string)(await PostAsync("devices/pair", new { pairing_code = (string)code["pairing_code"]!, device_uuid = sender.Uuid }))["api_token"]!;
        sender.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await sender.UploadAsync(new { type = "incident", client_uuid = WatchfulCloud.NewUuid(), edit = 1, data = new { race_uuid = race, occurred_at = "no time" } });
        sender.Http.Dispose();
        Known["quarantine"] = await FirstAsync("sync/quarantine");
    }

    private async Task<string> FirstAsync(string list)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/{list}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await AdminAsync());
        using var answer = await host.Client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return JsonNode.Parse(body)!["items"] is JsonArray { Count: > 0 } items ? Text(items[0]!.AsObject()) : throw new ArgumentException($"{list}: {body}", nameof(list));
    }

    private async Task<Caller> PersonAsync(string name, string role, Guid? competition)
    {
        var (person, url) = await MakePersonAsync(name, role, competition);
        var browser = new Browser(host.Client);
        var path = new Uri(url).PathAndQuery[1..];
        var form = await (await browser.GetAsync(path)).Content.ReadAsStringAsync();
        var code = path[(path.IndexOf("code=", StringComparison.Ordinal) + 5)..];
        await browser.PostFormAsync("choose-password", new() { ["__RequestVerificationToken"] = Browser.FormToken(form), ["Code"] = code, ["Password"] = Password, ["Again"] = Password });
        using var login = await host.Client.PostAsJsonAsync("api/v1/auth/login", new { email = (string)person["email"]!, password = Password });
        return new Caller(name, (string)(await login.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!);
    }

    private async Task<(JsonObject Person, string Url)> MakePersonAsync(string name, string role, Guid? competition)
    {
        var made = await PostAsync("people", new { name, email = $"{name.Replace(' ', '.')}@example.org", roles = new[] { new { role, competition_uuids = competition is { } one ? new[] { one } : null } } });
        return (made["person"]!.AsObject(), (string)made["password_link"]!["url"]!);
    }

    private async Task<(Caller Caller, string Token, string Uuid)> DeviceAsync(string name, Guid competition)
    {
        var uuid = WatchfulCloud.NewUuid();
        var code = await PostAsync("devices/pairing-codes", new { name, competition_uuids = new[] { competition } });
        var token = (string)(await PostAsync("devices/pair", new { pairing_code = (string)code["pairing_code"]!, device_uuid = uuid }))["api_token"]!;
        return (new Caller(name, token, uuid), token, uuid.ToString());
    }
}

/// <summary>The same on a Pi, whose people are the one at its screen, an admin and programs on the venue's network.</summary>
public sealed class PiAuthorisationTableTests(PiInProcess host) : AuthorisationTable(host), IClassFixture<PiInProcess>
{
    [Fact]
    public Task Everybody_may_what_the_table_says() => CompareAsync("authorisation.pi.txt");

    private protected override async Task<IReadOnlyList<Caller>> CallersAsync()
    {
        var here = await CompetitionAsync("Here");
        await ThingsOfAsync(here);
        Known["api-keys"] = Text(await PostAsync("api-keys", new { name = "The key in question", role = "viewer" }));
        List<Caller> callers = [new("nobody", null), Stranger, await AtTheScreenAsync()];
        foreach (var role in Roles.All.Except([Roles.Admin])) callers.Add(await KeyAsync(role, here));
        callers.Add(new("admin", await AdminAsync()));
        return callers;
    }

    /// <summary>Who opens a page on the very machine is its referee; the page's own calls carry its token.</summary>
    private async Task<Caller> AtTheScreenAsync()
    {
        var screen = new Browser(host.Client);
        var page = await (await screen.GetAsync("pair")).Content.ReadAsStringAsync();
        return new Caller("at the screen", null) { Screen = (screen, screen.Token(page)) };
    }
}

public abstract class AuthorisationTable(InProcessHost host)
{
    private const string Legend =
        """
        # Who may call what: every endpoint and page, tried by everybody. A page is tried by GET and by each of its forms; a write
        # with what is right or, where the rights do not hang on that, with nothing: whoever is told that it is wrong was let in.
        #   +  let in        .  401, or sent to the sign-in page        x  403        -  404: there, but not for this one (or not there at all)
        """;

    /// <summary>Bodies with which the rights on the very competition are looked at, where {} is refused before.</summary>
    private static readonly Dictionary<string, Func<Dictionary<string, string>, object>> Bodies = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/api-keys"] = k => new { name = "One more", role = "viewer", competition_uuids = new[] { k["competitions"] } },
        ["POST /api/v1/people"] = k => new { name = "One more", email = $"{WatchfulCloud.NewUuid()}@example.org", roles = new[] { new { role = "viewer", competition_uuids = new[] { k["competitions"] } } } },
        ["POST /api/v1/webhooks"] = _ => new { name = "One more", url = "https://example.org/hook", events = new[] { "incident.decided" } },
        ["POST /api/v1/devices/pairing-codes"] = k => new { name = "One more", competition_uuids = new[] { k["competitions"] } },
        ["POST /api/v1/competitions"] = _ => Competition("One more"),
        ["PUT /api/v1/competitions/{uuid:guid}"] = _ => Competition("Here"),
        ["PUT /api/v1/competitions/{uuid:guid}/penalties"] = _ => new { items = new[] { new { code = "M1", name = "Gate missed" } } },
        ["PUT /api/v1/competitions/{uuid:guid}/phrases"] = _ => new { items = new[] { new { text = "Gate missed" } } },
        ["POST /api/v1/competitions/{uuid:guid}/races"] = _ => Race(),
        ["PUT /api/v1/races/{uuid:guid}"] = _ => Race(),
        ["POST /api/v1/races/{uuid:guid}/locations"] = _ => new { name = $"Gate {WatchfulCloud.NewUuid()}" },
        ["PUT /api/v1/locations/{uuid:guid}"] = _ => new { name = "Gate 3" },
        ["POST /api/v1/races/{uuid:guid}/start-list/bibs"] = _ => new { first = 300, last = 301 },
        ["POST /api/v1/races/{uuid:guid}/start-list/copy"] = k => new { from_race_uuid = k["other race"] },
        ["PUT /api/v1/races/{uuid:guid}/start-list/{bib:int}"] = _ => new { athletes = new[] { new { first_name = "Ada", last_name = "Rossi", nation = "ITA", gender = "F" } } },
        ["POST /api/v1/competitions/{uuid:guid}/merge"] = k => new { into_uuid = k["other competition"], preview = true },
        ["POST /api/v1/races/{uuid:guid}/merge"] = k => new { into_uuid = k["other race"], preview = true },
        ["POST /api/v1/competitions/{uuid:guid}/erasure"] = _ => new { confirm = "Not its name" },
        ["POST /api/v1/competitions/{uuid:guid}/clip-holds"] = k => new { race_uuid = k["races"] },
        ["POST /api/v1/conflicts/{uuid:guid}/resolve"] = _ => new { resolution = "cloud_wins" },
        ["POST /api/v1/suggestions/{uuid:guid}"] = _ => new { action = "dismiss" },
        ["POST /api/v1/sync/quarantine/{uuid:guid}"] = _ => new { action = "set_aside" },
        ["POST /api/v1/incidents"] = k => new { race_uuid = k["races"], race_location_uuid = k["locations"], bib_number = 18 },
        ["POST /api/v1/incidents/{uuid:guid}/reports"] = _ => new { description = "Seen too" },
        ["PATCH /api/v1/incidents/{uuid:guid}"] = _ => new { description = "Seen" },
        ["PATCH /api/v1/reports/{uuid:guid}"] = _ => new { description = "Seen" },
        ["POST /api/v1/incidents/{uuid:guid}/decision"] = _ => new { decision = "no_action", note = "A test" },
        ["POST /api/v1/incidents/{uuid:guid}/merge"] = k => new { into_uuid = k["other incident"] },
        ["POST /api/v1/incidents/{uuid:guid}/split"] = k => new { incident_uuids = new[] { k["incidents"], k["other incident"] } },
    };

    private protected const string PageForm = "a page's form";

    /// <summary>After them the caller is nobody.</summary>
    private static readonly string[] Ending = ["/auth/logout", "/sign-out"];

    /// <summary>A token that is nobody's.</summary>
    private protected static Caller Stranger => new("unknown token", "mra_nobody", WatchfulCloud.NewUuid());

    private string? admin;

    /// <summary>What is at the place of a path's UUID, by the word before it.</summary>
    private protected Dictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    private protected abstract Task<IReadOnlyList<Caller>> CallersAsync();

    private protected async Task CompareAsync(string file)
    {
        var callers = await CallersAsync();
        var calls = (await CallsAsync()).OrderBy(c => c.Path.StartsWith("/api", StringComparison.Ordinal)).ThenBy(c => c.Name.Split(' ')[1], StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal).ToList();
        var letters = calls.Select(_ => new StringBuilder()).ToList();
        foreach (var caller in callers)
        {
            var fresh = await WithFreshRaceAsync();
            // What takes away comes after what needs it, and signing out last of all.
            foreach (var i in Enumerable.Range(0, calls.Count).OrderBy(i => Ending.Any(calls[i].Name.EndsWith)).ThenBy(i => calls[i].Method == "DELETE").ThenBy(i => calls[i].Type == PageForm))
            {
                var (name, method, path, type) = calls[i];
                if (type == PageForm)
                {
                    letters[i].Append(CultureInfo.InvariantCulture, $" {await caller.SubmitAsync(host.Client, Renewed(path, fresh), PageFormFields.Of(name, fresh))}");
                    continue;
                }

                var body = method is "POST" or "PUT" or "PATCH" ? Bodies.TryGetValue(name, out var make) ? JsonSerializer.Serialize(make(Known)) : "{}" : null;
                letters[i].Append(CultureInfo.InvariantCulture, $" {await caller.SendAsync(host.Client, new HttpMethod(method), path, body, type)}");
            }
        }

        var width = calls.Max(c => c.Name.Length);
        var height = callers.Max(c => c.Name.Length);
        var heads = Enumerable.Range(0, height).Select(row => $"#{new string(' ', width - 1)} {string.Concat(callers.Select(c => $" {(row < height - c.Name.Length ? ' ' : c.Name[row - height + c.Name.Length])}"))}".TrimEnd());
        string[] table = [.. Legend.ReplaceLineEndings("\n").Split('\n'), .. heads, .. calls.Select((c, i) => $"{c.Name.PadRight(width)} {letters[i]}")];
        var kept = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, file));
        var differ = table.Except(kept, StringComparer.Ordinal).Select(l => $"now:   {l}").Concat(kept.Except(table, StringComparer.Ordinal).Select(l => $"table: {l}"));
        Assert.True(table.SequenceEqual(kept, StringComparer.Ordinal), $"{file} differs. Where that is meant, write the lines anew:\n{string.Join('\n', differ)}");
    }

    private protected Task<Guid> CompetitionAsync(string name) => UuidAsync("competitions", Competition(name));

    /// <summary>One of each thing that belongs to the competition.</summary>
    private protected async Task ThingsOfAsync(Guid competition)
    {
        var race = await UuidAsync($"competitions/{competition}/races", Race());
        var place = await UuidAsync($"races/{race}/locations", new { name = "Gate 3" });
        var made = await PostAsync("incidents", new { race_uuid = race, race_location_uuid = place, bib_number = 17 });
        var other = await PostAsync("incidents", new { race_uuid = race, race_location_uuid = place, bib_number = 19 });
        Known["other incident"] = Text(other["incident"]!.AsObject());
        Known["other race"] = (await UuidAsync($"competitions/{competition}/races", Race())).ToString();
        Known["other competition"] = (await CompetitionAsync("Another")).ToString();
        Known["competitions"] = Known["merging"] = competition.ToString();
        Known["races"] = race.ToString();
        Known["locations"] = place.ToString();
        Known["incidents"] = Text(made["incident"]!.AsObject());
        Known["reports"] = Text(made["report"]!.AsObject());
    }

    /// <summary>Each caller's forms find a race and incidents that no other has joined, decided or withdrawn.</summary>
    private async Task<Dictionary<string, string>> WithFreshRaceAsync()
    {
        var race = await UuidAsync($"competitions/{Known["competitions"]}/races", Race());
        var place = await UuidAsync($"races/{race}/locations", new { name = "Gate 3" });
        var made = await PostAsync("incidents", new { race_uuid = race, race_location_uuid = place, bib_number = 17 });
        var other = await PostAsync("incidents", new { race_uuid = race, race_location_uuid = place, bib_number = 19 });
        return new(Known)
        {
            ["races"] = race.ToString(), ["locations"] = place.ToString(), ["incidents"] = Text(made["incident"]!.AsObject()), ["reports"] = Text(made["report"]!.AsObject()),
            ["other incident"] = Text(other["incident"]!.AsObject()),
        };
    }

    private string Renewed(string path, Dictionary<string, string> fresh) =>
        path.Replace(Known["races"], fresh["races"], StringComparison.Ordinal).Replace(Known["incidents"], fresh["incidents"], StringComparison.Ordinal);

    private protected async Task<Caller> KeyAsync(string role, Guid competition) =>
        new($"key {role}", (string)(await PostAsync("api-keys", new { name = role, role, competition_uuids = new[] { competition } }))["key"]!);

    private protected async Task<string> AdminAsync()
    {
        if (admin is not null) return admin;
        using var login = await host.Client.PostAsJsonAsync("api/v1/auth/login", new { email = InProcessHost.AdminEmail, password = InProcessHost.AdminPassword });
        return admin = (string)(await login.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
    }

    private protected async Task<JsonObject> PostAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await AdminAsync());
        using var answer = await host.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private protected static string Text(JsonObject made) => (string?)made["client_uuid"] ?? throw new ArgumentException($"No client_uuid in {made}", nameof(made));

    private static object Race() => new { name = "Sprint", discipline = "sprint" };

    private static object Competition(string name) => new { name, country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" };

    private async Task<Guid> UuidAsync(string path, object body) => Guid.Parse(Text(await PostAsync(path, body)));

    /// <summary>Endpoints as they are; of pages the address, and each form that they take.</summary>
    private protected async Task<List<(string Name, string Method, string Path, string Type)>> CallsAsync()
    {
        var calls = Endpoints().ToList();
        var loader = host.Services.GetRequiredService<PageLoader>();
        foreach (var endpoint in host.Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not { } page) continue;
            foreach (var handler in (await loader.LoadAsync(page, endpoint.Metadata)).HandlerMethods.Where(h => h.HttpMethod == "Post"))
            {
                var asked = handler.Name is null ? "" : $"?handler={handler.Name}";
                calls.Add(($"POST /{endpoint.RoutePattern.RawText!.Trim('/')}{asked}", "POST", Address(endpoint.RoutePattern) + asked, PageForm));
            }
        }

        return [.. calls.DistinctBy(c => c.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<(string Name, string Method, string Path, string Type)> Endpoints() =>
        (from endpoint in host.Endpoints
         let pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/')
         from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
         select ($"{method} {pattern}", method == "*" ? "GET" : method, Address(endpoint.RoutePattern), endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json"))
        .DistinctBy(c => c.Item1, StringComparer.Ordinal);

    private string Address(RoutePattern pattern)
    {
        var path = new StringBuilder();
        var before = "";
        foreach (var segment in pattern.PathSegments)
        {
            var text = string.Concat(segment.Parts.Select(part => part switch
            {
                RoutePatternLiteralPart literal => literal.Content,
                RoutePatternSeparatorPart separator => separator.Content,
                RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(p => p.Content == "int") => "17",
                RoutePatternParameterPart { Name: "documentName" } => "v1",
                _ => Known.GetValueOrDefault(before, "0197f2a0-0000-7000-8000-000000000001"),
            }));
            path.Append('/').Append(text);
            before = text;
        }

        return path.Length == 0 ? "/" : before == "bibs" ? $"{path}?first=300" : path.ToString();
    }

    private protected sealed record Caller(string Name, string? Token, Guid? Device = null)
    {
        /// <summary>A browser on the machine itself, and the token of its page.</summary>
        public (Browser Browser, string Token)? Screen { get; init; }

        private (string Cookie, string Token)? seal;

        /// <summary>The letter of the answer to a form, sent as a page of this caller's would send it.</summary>
        public async Task<char> SubmitAsync(HttpClient client, string path, IReadOnlyDictionary<string, string> fields)
        {
            if (Screen is { } screen)
            {
                using var shown = await screen.Browser.PostFormAsync(path.TrimStart('/'), new(fields) { ["__RequestVerificationToken"] = screen.Token });
                return Letter(shown);
            }

            var (cookie, token) = seal ??= await SealAsync(client);
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(new Dictionary<string, string>(fields) { ["__RequestVerificationToken"] = token }) };
            request.Headers.Add("Cookie", cookie);
            Sign(request);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            // Antiforgery is not what is looked at: who is refused by it, with a bare 400, would pass for let in.
            var refused = answer.StatusCode == HttpStatusCode.BadRequest ? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : null;
            Assert.True(refused is null || (refused.Length > 0 && !refused.Contains("class=\"problem\"", StringComparison.Ordinal)), $"{Name}, {path}: {refused}");
            return Letter(answer);
        }

        /// <summary>The antiforgery cookie and token of a page that this caller sees; nothing where the caller sees none.</summary>
        private async Task<(string Cookie, string Token)> SealAsync(HttpClient client)
        {
            foreach (var page in new[] { "/competitions", "/report", "/sign-in" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, page);
                Sign(request);
                using var answer = await client.SendAsync(request);
                var html = await answer.Content.ReadAsStringAsync();
                var token = Browser.MetaTokenOf(html) is { Length: > 0 } meta ? meta : Browser.FormToken(html);
                if (token.Length > 0 && answer.Headers.TryGetValues("Set-Cookie", out var cookies)) return (string.Join("; ", cookies.Select(c => c.Split(';')[0])), token);
            }

            return ("none=none", "none");
        }

        private void Sign(HttpRequestMessage request)
        {
            if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            if (Device is not null) request.Headers.Add("X-Device-UUID", Device.ToString());
            if (Device is not null) request.Headers.Add("X-Protocol-Version", "1");

            // From this very machine a Pi is used by whoever stands before it; everybody else comes over the network.
            if (Screen is null) request.Headers.Host = "modularrace.example.org";
        }

        /// <summary>The letter of the answer.</summary>
        public async Task<char> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null, string type = "application/json")
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
            Sign(request);
            request.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
            if (Screen is { } screen) request.Headers.Add("X-CSRF-TOKEN", screen.Token);
            using var answer = Screen is null
                ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken)
                : await Screen.Value.Browser.SendAsync(request);
            return Letter(answer);
        }

        private static char Letter(HttpResponseMessage answer) =>
            answer.StatusCode switch
            {
                HttpStatusCode.Unauthorized => '.',
                HttpStatusCode.Redirect when answer.Headers.Location!.OriginalString.StartsWith("/sign-in", StringComparison.Ordinal) => '.',
                HttpStatusCode.Forbidden => 'x',
                HttpStatusCode.NotFound => '-',
                >= HttpStatusCode.InternalServerError => '!',
                _ => '+',
            };
    }
}
