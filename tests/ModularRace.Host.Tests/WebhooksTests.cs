using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>Another program is told of what is official and decided and of how the Pis stand: each thing once, by two replicas as by one.</summary>
public sealed class WebhooksTests : IAsyncLifetime
{
    private static readonly string[] AllEvents = ["incident.official", "incident.decided", "device.silent", "device.back", "device.revoked"];
    private readonly Program program = new(), other = new();
    private readonly WatchfulCloud one = new();
    private readonly RunningCloud two = new();
    private TestDatabase database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.MigratedAsync();
        foreach (var replica in (RunningCloud[])[one, two]) (replica.Database, replica.Settings["Webhooks__AllowedNetworks"]) = (database, "127.0.0.1/32");
        await Task.WhenAll(one.StartAsync(), two.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await database.DisposeAsync();
        program.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task What_is_official_or_decided_is_told_once_signed_and_in_full_and_nothing_else_is()
    {
        var secret = await HookAsync(program, AllEvents);
        var competition = await one.CompetitionAsync("Cima Alta");
        var (race, places) = await one.RaceAsync(competition);
        var incident = await SeenAsync(race, places[0], 42, "10:00:00");
        await SendAsync($"incidents/{incident}/officialize");
        await SendAsync($"incidents/{incident}/officialize");
        await program.HasAsync(1);
        await SendAsync($"incidents/{incident}/decision", new { decision = "penalty_applied", penalty_code = "P2" });
        await program.HasAsync(2);
        // Edits that decide nothing are no news.
        await PatchAsync($"incidents/{incident}", new { description = "Second gate" });
        await SendAsync($"incidents/{incident}/decision", new { decision = "penalty_applied", penalty_code = "P3", note = "Looked again" });
        await program.HasAsync(3);
        await SendAsync($"incidents/{incident}/decision", new { decision = "pending", note = "Protest" });
        await program.HasAsync(4);

        var told = program.Told();
        Assert.Equal(
            ["incident.official official pending ", "incident.decided official penalty_applied P2", "incident.decided official penalty_applied P3", "incident.decided official pending "],
            told.Select(t => $"{t["type"]} {t["data"]!["status"]} {t["data"]!["decision"]} {t["data"]!["penalty_code"]}"));
        Assert.All(told, t => Assert.Equal((incident, "Cima Alta", "Sprint", 42), ((string)t["data"]!["incident_uuid"]!, (string)t["data"]!["competition_name"]!, (string)t["data"]!["race_name"]!, (int)t["data"]!["bib_number"]!)));
        foreach (var (headers, body) in program.Called)
        {
            var signed = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}"));
            Assert.Equal($"v1,{Convert.ToBase64String(signed)}", headers["webhook-signature"]);
        }

        Assert.Equal(4, program.Called.Select(c => c.Headers["webhook-id"]).Distinct(StringComparer.Ordinal).Count());

        // A practice is never told, nor what was refused.
        var practice = Guid.Parse((string)(await one.PostAsync("competitions", new { name = "Practice", country = "ITA", start_date = "2026-01-01", end_date = "2026-01-01", time_zone = "Europe/Rome", practice = true }))["client_uuid"]!);
        var (training, trained) = await one.RaceAsync(practice);
        await SendAsync($"incidents/{await SeenAsync(training, trained[0], 1, "10:00:00")}/officialize");
        var undecided = await SeenAsync(race, places[1], 43, "10:00:00");
        using (var refused = await one.Admin.PostAsJsonAsync($"api/v1/incidents/{undecided}/decision", new { decision = "no_action" }, Stop)) Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await SendAsync($"incidents/{undecided}/officialize");
        await program.HasAsync(5);
        Assert.Equal(undecided, (string)program.Told()[^1]["data"]!["incident_uuid"]!);
        Assert.Empty(await OpenAsync());
        Assert.Equal(5, program.Called.Count);
    }

    [Fact]
    public async Task What_a_group_says_alike_is_told_once_by_the_one_that_stands_and_a_regrouping_tells_nothing()
    {
        await HookAsync(program, "incident.official", "incident.decided");
        var competition = await one.CompetitionAsync("Valle");
        var (race, places) = await one.RaceAsync(competition);
        var first = await SeenAsync(race, places[0], 7, "10:00:00");
        var second = await SeenAsync(race, places[0], 7, "10:00:20");
        Assert.Equal(first, second); // joined: it answers the one that stands
        await SendAsync($"incidents/{first}/officialize");
        await program.HasAsync(1);

        // A device decided on its own copy of the same, as the desk does: no news. Otherwise than the desk: a conflict, told when settled.
        var device = await one.DeviceAsync("Pi Gate", competition);
        await one.Admin.PatchAsJsonAsync($"api/v1/devices/{device.Uuid}", new { may_decide = true }, Stop);
        await SendAsync($"incidents/{first}/decision", new { decision = "penalty_applied", penalty_code = "P2" });
        await program.HasAsync(2);
        await device.UploadAsync(Record(race, places[0], 7, "10:00:10", "penalty_applied", "P2"));
        // What a device made official and decided comes with the upload, told as such.
        await device.UploadAsync(Record(race, places[1], 8, "10:05:00", "no_action", null));
        await program.HasAsync(4);
        Assert.Equal(["incident.official 8", "incident.decided 8"], program.Told().Skip(2).Select(t => $"{t["type"]} {t["data"]!["bib_number"]}"));

        // Two official ones are put together and told apart again: nothing was made official or decided by that.
        var left = await SeenAsync(race, places[2], 9, "10:10:00");
        var right = await SeenAsync(race, places[2], 9, "10:12:00");
        foreach (var incident in new[] { left, right }) await SendAsync($"incidents/{incident}/officialize");
        await program.HasAsync(6);
        await SendAsync($"incidents/{right}/merge", new { into_uuid = left });
        await SendAsync($"incidents/{left}/decision", new { decision = "rejected", note = "Not so" });
        await program.HasAsync(7);
        await SendAsync($"incidents/{left}/split", new { incident_uuids = new[] { right } });
        await SendAsync($"incidents/{await SeenAsync(race, places[1], 10, "11:00:00")}/officialize");
        await program.HasAsync(8);
        Assert.Equal(left, (string)program.Told()[6]["data"]!["incident_uuid"]!);
        Assert.Equal(10, (int)program.Told()[7]["data"]!["bib_number"]!);
        Assert.Empty(await OpenAsync());
        Assert.Equal(8, program.Called.Count);
    }

    [Fact]
    public async Task A_Pi_that_falls_silent_comes_back_or_is_revoked_is_told_once_each()
    {
        await HookAsync(program, "device.silent", "device.back", "device.revoked");
        var competition = await one.CompetitionAsync("Forcella");
        await one.RaceAsync(competition);
        var device = await one.DeviceAsync("Pi Ridge", competition);
        await device.UploadAsync();
        await database.ExecuteAsync("UPDATE sync.devices SET last_seen_at = now() - interval '20 minutes'");
        await program.HasAsync(1);
        await device.UploadAsync();
        await program.HasAsync(2);
        // Heard again without a silence that was told is no news.
        await device.UploadAsync();
        var elsewhere = await one.DeviceAsync("Pi Elsewhere", await one.CompetitionAsync("Years ago", year: 2020));
        await database.ExecuteAsync("UPDATE sync.devices SET last_seen_at = now() - interval '20 minutes' WHERE device_uuid = $1", elsewhere.Uuid);
        await elsewhere.UploadAsync();
        foreach (var _ in new[] { 1, 2 }) await SendAsync($"devices/{device.Uuid}/revoke");
        await program.HasAsync(3);
        Assert.Equal(["device.silent", "device.back", "device.revoked"], program.Told().Select(t => (string)t["type"]!));
        Assert.All(program.Told(), t => Assert.Equal((device.Uuid.ToString(), competition.ToString()), ((string)t["data"]!["device_uuid"]!, (string)t["data"]!["competition_uuid"]!)));
        Assert.StartsWith("Pi Ridge has been silent since", (string)program.Told()[0]["data"]!["words"]!, StringComparison.Ordinal);
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again_by_whichever_replica_is_left_then_given_up_in_sight_and_sent_again_by_hand()
    {
        program.Answers = 503;
        await HookAsync(program, "incident.official");
        await HookAsync(other, "incident.official");
        var hook = (await one.Admin.GetFromJsonAsync<JsonObject>("api/v1/webhooks", Stop))!["items"]!.AsArray().Single(w => (string)w!["url"]! == program.Address)!["client_uuid"]!.GetValue<string>();
        var (race, places) = await one.RaceAsync(await one.CompetitionAsync("Passo"));
        await SendAsync($"incidents/{await SeenAsync(race, places[0], 1, "10:00:00")}/officialize");
        await other.HasAsync(1);
        await program.HasAsync(1);
        await WatchfulCloud.UntilAsync(async () => (string?)(await LogAsync(hook))[0]!["last_error"] == "It answered 503.");
        var delivery = (await LogAsync(hook))[0]!;
        Assert.Equal(("waiting", 1, 503), ((string)delivery["state"]!, (int)delivery["attempts"]!, (int)delivery["last_status"]!));
        Assert.Equal(TimeSpan.FromMinutes(1), delivery["next_attempt_at"]!.GetValue<DateTimeOffset>() - delivery["tried_at"]!.GetValue<DateTimeOffset>());
        Assert.Contains("Does not take them", await one.PageAsync("/webhooks"), StringComparison.Ordinal);
        Assert.Contains("It answered 503.", await one.PageAsync($"/webhooks?Webhook={hook}"), StringComparison.Ordinal);

        // One replica dies; the message is the same when the other brings it.
        await two.KillAsync();
        for (var attempt = 2; attempt <= 6; attempt++)
        {
            await database.ExecuteAsync("UPDATE identity.webhook_deliveries SET next_attempt_at = now() WHERE sent_at IS NULL");
            await NudgeAsync(hook);
            await program.HasAsync(attempt);
        }

        await WatchfulCloud.UntilAsync(async () => (string)(await LogAsync(hook)).Single(d => (string)d!["event"]! == "incident.official")!["state"]! == "given_up");
        await database.ExecuteAsync("UPDATE identity.webhook_deliveries SET next_attempt_at = now()");
        Assert.Single(program.Called.Where(c => c.Body.Contains("incident.official", StringComparison.Ordinal)).Select(c => (c.Headers["webhook-id"], c.Body)).Distinct());

        program.Answers = 204;
        var again = (await LogAsync(hook)).Single(d => (string)d!["event"]! == "incident.official")!["client_uuid"]!;
        var before = program.Called.Count;
        await SendAsync($"webhooks/{hook}/deliveries/{again}/redeliver");
        await WatchfulCloud.UntilAsync(async () => (string)(await LogAsync(hook)).Single(d => (string)d!["event"]! == "incident.official")!["state"]! == "sent");
        Assert.Contains(program.Called.Skip(before), c => c.Headers["webhook-id"] == (string)again!);
        Assert.Single(other.Called);

        // Elsewhere is not gone to.
        (program.Answers, program.Leads) = (302, other.Address);
        await SendAsync($"webhooks/{hook}/test");
        await WatchfulCloud.UntilAsync(async () => ((string?)(await LogAsync(hook))[0]!["last_error"])?.StartsWith("It answered 302", StringComparison.Ordinal) == true);
        Assert.Single(other.Called);
    }

    [Fact]
    public async Task Where_a_webhook_may_not_lead_it_does_not()
    {
        var body = new JsonObject { ["name"] = "x", ["events"] = new JsonArray("incident.official") };
        foreach (var url in new[]
        {
            "", "x", "ftp://example.org/", "http://example.org/", "https://", "https://user:pass@example.org/", "https://example.org/#part", "javascript:alert(1)", "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.5.4/", "https://169.254.169.254/latest/meta-data",
            "https://127.0.0.2/", "https://0.0.0.0/", "https://100.64.0.1/", "https://[::1]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://0x7f.2/", "https://2130706434/", "https://0251.0376.0251.0376/",
            "https://" + new string('x', 2000) + ".example.org/",
        })
        {
            body["url"] = url;
            using var refused = await one.Admin.PostAsJsonAsync("api/v1/webhooks", body, Stop);
            var text = await refused.Content.ReadAsStringAsync(Stop);
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest && text.Contains("\"url\"", StringComparison.Ordinal), $"{url}: {(int)refused.StatusCode} {text}");
        }

        // A name is looked up when it is called: this one leads here, by both kinds of address, and only 127.0.0.1 is allowed.
        await two.StopAsync();
        two.Settings["Webhooks__AllowedNetworks"] = "";
        await one.StopAsync();
        await two.StartAsync();
        using var made = await two.Admin.PostAsJsonAsync("api/v1/webhooks", new { name = "Inside", url = $"https://localhost:{new Uri(program.Address).Port}/", events = new[] { "incident.official" } }, Stop);
        var hook = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync(Stop))!["webhook"]!["client_uuid"]!;
        using (var tried = await two.Admin.PostAsync($"api/v1/webhooks/{hook}/test", null, Stop)) Assert.Equal(HttpStatusCode.OK, tried.StatusCode);
        await WatchfulCloud.UntilAsync(async () =>
            ((string?)(await two.Admin.GetFromJsonAsync<JsonObject>($"api/v1/webhooks/{hook}/deliveries", Stop))!["items"]!.AsArray()[0]!["last_error"])?.Contains("into this network", StringComparison.Ordinal) == true);
        Assert.Equal(0, program.Connections);
    }

    [Fact]
    public async Task A_webhook_is_made_changed_switched_off_and_deleted_and_its_secret_is_told_once()
    {
        using var wrongEvents = await one.Admin.PostAsJsonAsync("api/v1/webhooks", new { name = "x", url = program.Address, events = new[] { "incident.made" } }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrongEvents.StatusCode);
        var uuid = WatchfulCloud.NewUuid();
        var body = new { name = "Timing", url = program.Address, events = new[] { "incident.official" }, client_uuid = uuid };
        var made = await one.PostAsync("webhooks", body);
        var secret = (string)made["secret"]!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Null((await one.PostAsync("webhooks", body))["secret"]);
        foreach (var path in new[] { "webhooks", $"webhooks/{uuid}" }) Assert.DoesNotContain("whsec_", await one.Admin.GetStringAsync($"api/v1/{path}", Stop), StringComparison.Ordinal);
        var rows = await database.QueryAsync<string>("SELECT w::text || encode(sealed_secret, 'escape') FROM identity.webhooks w");
        Assert.DoesNotContain(rows, r => r.Contains(secret["whsec_".Length..], StringComparison.Ordinal));

        foreach (var patch in new object[] { new { name = (string?)null }, new { name = "" }, new { url = "http://example.org" }, new { events = Array.Empty<string>() }, new { active = (bool?)null }, new { active = "on" } })
        {
            using var refused = await one.Admin.PatchAsJsonAsync($"api/v1/webhooks/{uuid}", patch, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        var (race, places) = await one.RaceAsync(await one.CompetitionAsync("Bocca"));
        await PatchAsync($"webhooks/{uuid}", new { active = false });
        using (var refused = await one.Admin.PostAsync($"api/v1/webhooks/{uuid}/test", null, Stop)) Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await SendAsync($"incidents/{await SeenAsync(race, places[0], 1, "10:00:00")}/officialize");
        var changed = await PatchAsync($"webhooks/{uuid}", new { active = true, new_secret = true, name = "Timing & scoreboard" });
        Assert.NotEqual(secret, (string)changed["secret"]!);
        await SendAsync($"webhooks/{uuid}/test");
        await program.HasAsync(1);
        // What happened while it was off is not told later.
        Assert.Equal("webhook.test", (string)Assert.Single(program.Told())["type"]!);
        var (headers, sent) = program.Called.Single();
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(((string)changed["secret"]!)["whsec_".Length..]), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{sent}")))}", headers["webhook-signature"]);

        using (var late = new HttpRequestMessage(HttpMethod.Patch, $"api/v1/webhooks/{uuid}") { Content = JsonContent.Create(new { name = "Late" }) })
        {
            late.Headers.TryAddWithoutValidation("If-Match", $"\"{made["webhook"]!["revision"]}\"");
            using var refused = await one.Admin.SendAsync(late, Stop);
            Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        }

        Assert.Contains("Timing &amp; scoreboard", await one.PageAsync("/webhooks"), StringComparison.Ordinal);
        using (var gone = await one.Admin.DeleteAsync($"api/v1/webhooks/{uuid}", Stop)) Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        foreach (var (method, path) in new[] { ("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", $"/deliveries/{WatchfulCloud.NewUuid()}/redeliver") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"api/v1/webhooks/{uuid}{path}");
            using var answer = await one.Admin.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Empty(await database.QueryAsync<long>("SELECT id FROM identity.webhook_deliveries"));
    }

    [Fact]
    public async Task The_page_adds_tests_changes_and_deletes()
    {
        var refused = await (await one.FormAsync("/webhooks?handler=Make", new() { ["Form.Name"] = "Timing", ["Form.Url"] = "http://example.org" })).Content.ReadAsStringAsync(Stop);
        Assert.Contains("begins with https://", refused, StringComparison.Ordinal);
        Assert.Contains("value=\"http://example.org\"", refused, StringComparison.Ordinal);
        var made = await (await one.FormAsync("/webhooks?handler=Make", new() { ["Form.Name"] = "Timing", ["Form.Url"] = program.Address, ["Form.Events"] = "incident.official" })).Content.ReadAsStringAsync(Stop);
        Assert.Contains("value=\"whsec_", made, StringComparison.Ordinal);
        var hook = (await one.Admin.GetFromJsonAsync<JsonObject>("api/v1/webhooks", Stop))!["items"]!.AsArray()[0]!;
        var path = $"&Webhook={hook["client_uuid"]}";
        Assert.Equal(HttpStatusCode.Redirect, (await one.FormAsync("/webhooks?handler=Test" + path, [])).StatusCode);
        await program.HasAsync(1);
        await WatchfulCloud.UntilAsync(async () => (await one.PageAsync("/webhooks?x" + path)).Contains("Taken", StringComparison.Ordinal));
        var delivery = (await LogAsync((string)hook["client_uuid"]!))[0]!["client_uuid"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Redirect, (await one.FormAsync("/webhooks?handler=Again" + path, new() { ["delivery"] = delivery })).StatusCode);
        await program.HasAsync(2);
        Assert.Equal(HttpStatusCode.Redirect, (await one.FormAsync("/webhooks?handler=Change" + path, new() { ["Form.Name"] = "Board", ["Form.Url"] = program.Address, ["Form.Events"] = "device.silent", ["Form.Revision"] = (string)hook["revision"]! })).StatusCode);
        var changed = (await one.Admin.GetFromJsonAsync<JsonObject>($"api/v1/webhooks/{hook["client_uuid"]}", Stop))!;
        Assert.Equal(("Board", "device.silent", false), ((string)changed["name"]!, (string)changed["events"]!.AsArray().Single()!, (bool)changed["active"]!));
        Assert.Contains("value=\"whsec_", await (await one.FormAsync("/webhooks?handler=Secret" + path, [])).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await one.FormAsync("/webhooks?handler=Delete" + path, [])).StatusCode);
        Assert.Empty((await one.Admin.GetFromJsonAsync<JsonObject>("api/v1/webhooks", Stop))!["items"]!.AsArray());
    }

    private static object Record(Guid race, Guid place, int bib, string at, string decision, string? code) => new
    {
        type = "incident", client_uuid = WatchfulCloud.NewUuid(), edit = 1,
        data = new
        {
            race_uuid = race, race_location_uuid = place, bib_number = bib, occurred_at = $"2026-02-08T{at}.000Z", clock_offset_ms = 0, clock_uncertainty_ms = 20, clock_source = "monotonic",
            status = "official", officialized_at = $"2026-02-08T{at}.000Z", officialized_by = "Jo", decision, penalty_code = code, decided_at = $"2026-02-08T{at}.000Z", decided_by = "Jo",
        },
    };

    private async Task<string> HookAsync(Program target, params string[] events) => (string)(await one.PostAsync("webhooks", new { name = "Timing", url = target.Address, events }))["secret"]!;

    private async Task<string> SeenAsync(Guid race, Guid place, int bib, string at) =>
        (string)(await one.PostAsync("incidents", new { race_uuid = race, race_location_uuid = place, bib_number = bib, occurred_at = $"2026-02-08T{at}.000Z" }))["incident"]!["client_uuid"]!;

    private async Task SendAsync(string path, object? body = null)
    {
        using var answer = await one.Admin.PostAsJsonAsync($"api/v1/{path}", body ?? new { }, Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Stop)}");
    }

    private async Task<JsonObject> PatchAsync(string path, object patch)
    {
        using var answer = await one.Admin.PatchAsJsonAsync($"api/v1/{path}", patch, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<JsonArray> LogAsync(string hook) => (await one.Admin.GetFromJsonAsync<JsonObject>($"api/v1/webhooks/{hook}/deliveries", Stop))!["items"]!.AsArray();

    /// <summary>A commit of something else makes somebody look at once; what failed before is older and goes first.</summary>
    private async Task NudgeAsync(string hook)
    {
        await database.ExecuteAsync($"DELETE FROM identity.webhook_deliveries WHERE event = 'webhook.test'");
        await SendAsync($"webhooks/{hook}/test");
    }

    /// <summary>What waits, by its last fault.</summary>
    private Task<IReadOnlyList<string>> OpenAsync() =>
        database.QueryAsync<string>("SELECT event || ' ' || coalesce(last_error, '') FROM identity.webhook_deliveries WHERE given_up_at IS NULL AND sent_at IS NULL AND last_error IS NOT NULL");

    /// <summary>Somebody else's program that is called.</summary>
    private sealed class Program : IDisposable
    {
        private readonly HttpListener listener = new();

        public Program()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/told/";
            }

            listener.Prefixes.Add(Address);
            listener.Start();
            _ = AnswerAsync();
        }

        public string Address { get; }

        public int Answers { get; set; } = 204;

        public string? Leads { get; set; }

        public int Connections { get; private set; }

        public ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, string Body)> Called { get; } = new();

        public IReadOnlyList<JsonNode> Told() => [.. Called.Select(c => JsonNode.Parse(c.Body)!)];

        public Task HasAsync(int calls) => WatchfulCloud.UntilAsync(() => Task.FromResult(Called.Count >= calls));

        public void Dispose() => listener.Close();

        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    var call = await listener.GetContextAsync();
                    Connections++;
                    using var reader = new StreamReader(call.Request.InputStream, Encoding.UTF8);
                    Called.Enqueue((call.Request.Headers.AllKeys.ToDictionary(k => k!, k => call.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync()));
                    call.Response.StatusCode = Answers;
                    if (Leads is not null) call.Response.Headers["Location"] = Leads;
                    call.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
