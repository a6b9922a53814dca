using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace ModularRace.Host.Tests;

/// <summary>
/// A person with a role on one competition neither sees nor changes another: every call and page of the running host is tried,
/// as each role, with the identities of a competition that is full of a word of its own.
/// </summary>
public sealed class CompetitionLimitsTests(CloudInProcess host) : IClassFixture<CloudInProcess>
{
    private const string Word = "Zauberwort";

    // Those that are about no competition, or end what the walk walks with.
    private static readonly HashSet<string> AboutNone = new(StringComparer.Ordinal) { "POST /api/v1/auth/logout", "* /sign-out" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_on_one_competition_opens_nothing_of_another()
    {
        var admin = await LogInAsync(InProcessHost.AdminEmail, InProcessHost.AdminPassword);
        var other = await FillAsync(admin);
        var mine = Guid.Parse((string)(await PostAsync(admin, "competitions", new { name = "Mine", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }))["client_uuid"]!);

        // The word is there to be seen by who may.
        foreach (var path in new[] { "/competitions", $"/races/{other["races"]}/incidents", "/conflicts", "/suggestions", "/merges", "/quarantine", "/devices" })
            Assert.True((await GetAsync(admin, path)).Contains(Word, StringComparison.Ordinal), $"{path} shows nothing of the other competition");

        var wrong = new List<string>();
        foreach (var role in new[] { "admin", "jury_president", "var_operator", "referee", "viewer" })
        {
            var token = await PersonAsync(admin, role, mine);
            foreach (var (name, method, path, type) in Calls(other))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, type);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                request.Headers.Add("X-Protocol-Version", "1");
                using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
                if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
                {
                    wrong.Add($"{role}: {name} streams");
                    continue;
                }

                var text = await answer.Content.ReadAsStringAsync(Stop);
                if (text.Contains(Word, StringComparison.Ordinal)) wrong.Add($"{role}: {name} {(int)answer.StatusCode} shows it");
                if (method is not ("GET" or "HEAD" or "OPTIONS") && answer.IsSuccessStatusCode) wrong.Add($"{role}: {name} {(int)answer.StatusCode}");
                if ((int)answer.StatusCode >= 500) wrong.Add($"{role}: {name} {(int)answer.StatusCode}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct(StringComparer.Ordinal)));
        Assert.Contains(Word, await GetAsync(admin, $"/races/{other["races"]}/incidents"), StringComparison.Ordinal);
    }

    /// <summary>All that a person may try, with the other competition's identities where the path asks for one.</summary>
    private IEnumerable<(string Name, string Method, string Path, string Type)> Calls(IReadOnlyDictionary<string, string> other)
    {
        foreach (var endpoint in host.Endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var template = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (template.StartsWith("/openapi", StringComparison.Ordinal) || template.StartsWith("/scalar", StringComparison.Ordinal)) continue;
            var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"];
            foreach (var said in methods)
            {
                var name = $"{said} {template}";
                if (AboutNone.Contains(name)) continue;
                var kind = "";
                var path = new StringBuilder();
                foreach (var segment in endpoint.RoutePattern.PathSegments)
                {
                    path.Append('/');
                    foreach (var part in segment.Parts)
                    {
                        if (part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal)
                        {
                            path.Append(literal.Content);
                            kind = literal.Content;
                        }
                        else if (part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter)
                        {
                            path.Append(parameter.ParameterPolicies.Any(p => p.Content == "int") ? "1" : other.GetValueOrDefault(kind, other["competitions"]));
                        }
                    }
                }

                var query = said == "GET" ? $"?competition_uuid={other["competitions"]}" : "";
                yield return (name, said == "*" ? "GET" : said, path + query, endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json");
                if (query.Length > 0 && !template.Contains('{', StringComparison.Ordinal)) yield return (name, "GET", path.ToString(), "application/json");
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> FillAsync(string admin)
    {
        var competition = Uuid(await PostAsync(admin, "competitions", new { name = $"{Word} Cup", place = Word, country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }));
        var race = Uuid(await PostAsync(admin, $"competitions/{competition}/races", new { name = $"{Word} sprint", discipline = "sprint" }));
        var location = Uuid(await PostAsync(admin, $"races/{race}/locations", new { name = $"{Word} gate" }));
        await SendAsync(admin, HttpMethod.Post, $"races/{race}/start-list", new StringContent($"bib,first_name,last_name,nation,gender\n1,Ada,{Word},ITA,F", Encoding.UTF8, "text/csv"));
        foreach (var (list, line) in new (string, object)[] { ("penalties", new { code = Word, name = Word }), ("phrases", new { text = Word, language = "en" }) })
            await SendAsync(admin, HttpMethod.Put, $"competitions/{competition}/{list}", JsonContent.Create(new { items = new[] { line } }));

        async Task<string> SeenAsync(int bib, string at) => Uuid((await PostAsync(admin, "incidents", new { race_uuid = race, race_location_uuid = location, bib_number = bib, description = Word, occurred_at = $"2026-02-08T{at}Z" }))["incident"]!);
        async Task<string> DecidedAsync(int bib, string at, string decision)
        {
            var incident = await SeenAsync(bib, at);
            await PostAsync(admin, $"incidents/{incident}/officialize", new { });
            await PostAsync(admin, $"incidents/{incident}/decision", new { decision, penalty_code = decision == "penalty_applied" ? Word : null, note = Word });
            return incident;
        }

        var standing = await SeenAsync(1, "09:30:10");
        await SeenAsync(1, "09:30:28");
        await SeenAsync(2, "09:40:00");
        await SeenAsync(2, "09:40:50");
        await DecidedAsync(3, "09:50:00", "penalty_applied");
        var moved = await DecidedAsync(3, "09:59:00", "no_action");
        await SendAsync(admin, HttpMethod.Patch, $"incidents/{moved}", JsonContent.Create(new { occurred_at = "2026-02-08T09:50:05Z" }));

        var code = (string)(await PostAsync(admin, "devices/pairing-codes", new { name = $"Pi {Word}", competition_uuids = new[] { competition } }))["pairing_code"]!;
        var device = WatchfulCloud.NewUuid();
        var paired = await PostAsync(null, "devices/pair", new { pairing_code = code, device_uuid = device });
        using var upload = new HttpRequestMessage(HttpMethod.Post, "api/v1/sync/upload") { Content = Sender.Upload(new { type = "incident", client_uuid = WatchfulCloud.NewUuid(), edit = 1, data = new { race_uuid = race, bib_number = 99999, description = Word, occurred_at = "2026-02-08T09:00:00Z" } }) };
        upload.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)paired["api_token"]!);
        foreach (var (header, value) in new[] { ("X-Device-UUID", device.ToString()), ("X-Protocol-Version", "1"), ("X-Boot-Id", "boot") }) upload.Headers.Add(header, value);
        using (var answer = await host.Client.SendAsync(upload, Stop)) Assert.Contains("quarantine_uuid", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        async Task<string> FirstAsync(string list, string field = "client_uuid") => (string)JsonNode.Parse(await GetAsync(admin, $"/api/v1/{list}"))!["items"]!.AsArray()[0]![field]!;
        var report = (string)JsonNode.Parse(await GetAsync(admin, $"/api/v1/incidents/{standing}"))!["reports"]!.AsArray()[0]!["client_uuid"]!;
        var person = Uuid((await PostAsync(admin, "people", new { name = Word, email = "word@example.org", roles = new[] { new { role = "viewer" } } }))["person"]!);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["competitions"] = competition, ["races"] = race, ["locations"] = location, ["incidents"] = standing, ["reports"] = report, ["devices"] = device.ToString(), ["people"] = person,
            ["conflicts"] = await FirstAsync("conflicts"), ["merges"] = await FirstAsync($"merges?competition_uuid={competition}"), ["suggestions"] = await FirstAsync($"suggestions?competition_uuid={competition}"), ["quarantine"] = await FirstAsync("sync/quarantine"),
        };
    }

    private async Task<string> PersonAsync(string admin, string role, Guid competition)
    {
        var made = await PostAsync(admin, "people", new { name = role, email = $"{role}@example.org", roles = new[] { new { role, competition_uuids = new[] { competition } } } });
        var browser = new Browser(host.Client);
        var link = new Uri((string)made["password_link"]!["url"]!);
        var token = Browser.FormToken(await (await browser.GetAsync(link.PathAndQuery[1..])).Content.ReadAsStringAsync(Stop));
        await browser.PostFormAsync("choose-password", new() { ["__RequestVerificationToken"] = token, ["Code"] = link.Query["?code=".Length..], ["Password"] = "four short words", ["Again"] = "four short words" });
        return await LogInAsync($"{role}@example.org", "four short words");
    }

    private async Task<string> LogInAsync(string email, string password) => (string)(await PostAsync(null, "auth/login", new { email, password }))["access_token"]!;

    private static string Uuid(JsonNode thing) => (string)thing["client_uuid"]!;

    private async Task<JsonObject> PostAsync(string? token, string path, object body) => JsonNode.Parse(await SendAsync(token, HttpMethod.Post, path, JsonContent.Create(body)))!.AsObject();

    private async Task<string> SendAsync(string? token, HttpMethod method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(method, $"api/v1/{path}") { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await host.Client.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return text;
    }

    private async Task<string> GetAsync(string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await host.Client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Stop);
    }
}
