using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>"The OpenAPI document that the host serves must agree with this page."</summary>
public sealed class OpenApiTests(Season season)
{
    [Fact]
    public async Task Every_call_has_a_name_a_tag_a_summary_an_answer_and_its_refusals()
    {
        foreach (var http in new[] { season.Admin, season.Pi })
        {
            var faults = new List<string>();
            var calls = Operations(await http.Good("GET", "~/openapi/v1.json")).ToList();
            Assert.Equal([], calls.GroupBy(c => (string?)c.Call["operationId"]).Where(g => g.Count() > 1).Select(g => g.Key));
            foreach (var (name, call) in calls)
            {
                foreach (var member in new[] { "operationId", "summary" })
                    if (string.IsNullOrWhiteSpace((string?)call[member])) faults.Add($"{name} has no {member}");
                if (call["tags"] is not JsonArray { Count: > 0 }) faults.Add($"{name} has no tag");
                var answers = call["responses"]!.AsObject();
                if (!answers.Any(a => a.Key.StartsWith('2'))) faults.Add($"{name} has no good answer");
                if (answers.Any(a => a.Key.StartsWith('2') && a.Key != "204" && a.Value!["content"] is null)) faults.Add($"{name} answers nothing");
                var open = call["security"] is JsonArray { Count: 0 };
                foreach (var refusal in open ? new[] { "default" } : ["default", "401", "403"])
                    if (answers[refusal]?["content"]?["application/problem+json"] is null) faults.Add($"{name} has no {refusal}");
            }

            Assert.Empty(faults);
        }
    }

    [Fact]
    public async Task Every_call_of_the_page_is_in_the_document()
    {
        string[] both =
        [
            "GET /sync/health", "GET /competitions", "POST /competitions", "GET /competitions/{}", "PUT /competitions/{}", "GET /competitions/{}/races", "POST /competitions/{}/races", "GET /races/{}",
            "PUT /races/{}", "GET /races/{}/locations", "POST /races/{}/locations", "PUT /locations/{}", "DELETE /locations/{}", "GET /races/{}/start-list", "POST /races/{}/start-list",
            "PUT /races/{}/start-list/{}", "DELETE /races/{}/start-list/{}", "POST /races/{}/start-list/copy", "POST /races/{}/start-list/bibs", "DELETE /races/{}/start-list/bibs", "GET /competitions/{}/penalties", "PUT /competitions/{}/penalties",
            "GET /competitions/{}/phrases", "PUT /competitions/{}/phrases", "POST /incidents", "GET /races/{}/incidents", "GET /races/{}/incidents/tally", "GET /incidents/{}", "PATCH /incidents/{}", "PATCH /reports/{}",
            "POST /incidents/{}/reports", "POST /reports/{}/withdraw", "POST /incidents/{}/officialize", "POST /incidents/{}/decision", "GET /incidents/{}/history", "GET /competitions/{}/export", "GET /competitions/{}/events", "OPTIONS /clips", "POST /clips", "HEAD /clips/{}", "PATCH /clips/{}", "GET /reports/{}/clip", "POST /incidents/{}/merge", "POST /incidents/{}/split", "POST /auth/login",
            "POST /auth/refresh", "POST /auth/logout", "POST /api-keys", "GET /api-keys", "DELETE /api-keys/{}",
        ];
        string[] cloud =
        [
            "POST /devices/pairing-codes", "POST /devices/pair", "GET /devices", "PATCH /devices/{}", "POST /devices/{}/revoke", "GET /sync/competitions", "GET /sync/download", "GET /sync/changes",
            "POST /sync/upload", "POST /sync/verify", "GET /sync/quarantine", "POST /sync/quarantine/{}", "GET /conflicts", "GET /conflicts/{}", "POST /conflicts/{}/resolve", "GET /merges", "POST /merges/{}/undo",
            "GET /suggestions", "POST /suggestions/{}", "GET /competitions/{}/replay", "POST /competitions/{}/merge", "DELETE /competitions/{}/merge", "POST /races/{}/merge", "DELETE /races/{}/merge",
            "POST /competitions/{}/erasure", "GET /competitions/{}/erasures", "GET /competitions/{}/retention", "PUT /competitions/{}/retention",
            "GET /competitions/{}/clip-retention", "PUT /competitions/{}/clip-retention", "GET /competitions/{}/clip-retention/preview", "GET /competitions/{}/clip-holds", "POST /competitions/{}/clip-holds", "DELETE /clip-holds/{}",
            "GET /people", "POST /people", "GET /people/{}", "PATCH /people/{}", "POST /people/{}/password-reset", "POST /people/{}/end-sessions",
            "GET /webhooks", "POST /webhooks", "GET /webhooks/{}", "PATCH /webhooks/{}", "DELETE /webhooks/{}", "POST /webhooks/{}/test", "GET /webhooks/{}/deliveries", "POST /webhooks/{}/deliveries/{}/redeliver", "GET /audit",
        ];
        string[] pi =
        [
            "GET /device", "POST /device/pair", "GET /device/competitions", "POST /device/download", "GET /device/progress", "POST /device/sync", "GET /device/queue", "POST /device/queue/{}/retry",
            "GET /device/clips", "PUT /device/clips", "PUT /device/cameras/{}", "POST /reports/{}/clip/camera", "GET /device/stick/start-lists", "GET /device/stick/start-list",
        ];
        var onCloud = Operations(await season.Admin.Good("GET", "~/openapi/v1.json")).Select(o => o.Name).ToList();
        var onPi = Operations(await season.Pi.Good("GET", "~/openapi/v1.json")).Select(o => o.Name).ToList();
        Assert.Empty(both.Concat(cloud).Except(onCloud));
        Assert.Empty(both.Concat(pi).Except(onPi));
        Assert.Empty(onCloud.Intersect(pi));
        Assert.Empty(onPi.Intersect(cloud));
    }

    [Fact]
    public async Task Times_problems_and_enums_are_described_as_the_page_has_them()
    {
        var schemas = (await season.Admin.Good("GET", "~/openapi/v1.json"))["components"]!["schemas"]!;
        Assert.Equal("string", (string?)schemas["IncidentView"]!["properties"]!["occurred_at"]!["type"]);
        Assert.Equal("date-time", (string?)schemas["ReportIncident"]!["properties"]!["occurred_at"]!["format"]);
        Assert.Equal(["title", "status", "code", "trace_id"], schemas["ProblemDetails"]!["required"]!.AsArray().Select(r => (string?)r));
        foreach (var (schema, field, words) in new[]
        {
            ("IncidentView", "status", "unofficial official"), ("IncidentView", "decision", "pending penalty_applied rejected no_action"), ("DecideIncident", "decision", "pending penalty_applied rejected no_action"),
            ("RaceView", "discipline", "individual team sprint vertical mixed_relay other"), ("RaceView", "status", "scheduled in_progress completed cancelled"),
            ("UploadResult", "status", "created already_synced updated merged conflict deferred rejected"), ("CreateApiKey", "role", "jury_president var_operator referee viewer"),
            ("DeviceItem", "state", "active silent revoked"), ("RoleOn", "role", "admin jury_president var_operator referee viewer"),
        })
            Assert.Equal(words, string.Join(' ', schemas[schema]!["properties"]![field]!["enum"]?.AsArray().Select(w => (string?)w) ?? []));
        Assert.Superset(new HashSet<string?> { "name", "country", "start_date", "end_date", "time_zone" }, schemas["CreateCompetition"]!["required"]!.AsArray().Select(r => (string?)r).ToHashSet());
        Assert.Superset(new HashSet<string?> { "name", "discipline" }, schemas["CreateRace"]!["required"]!.AsArray().Select(r => (string?)r).ToHashSet());
    }

    private static IEnumerable<(string Name, JsonObject Call)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from call in path.Value!.AsObject()
        where path.Key.StartsWith("/api/v1", StringComparison.Ordinal)
        select ($"{call.Key.ToUpperInvariant()} {System.Text.RegularExpressions.Regex.Replace(path.Key["/api/v1".Length..], @"\{[^}]*\}", "{}", System.Text.RegularExpressions.RegexOptions.NonBacktracking)}", call.Value!.AsObject());
}
