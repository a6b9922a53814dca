using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Contract.Tests.Corpus;

/// <summary>
/// Sends what was recorded to another cloud. What that one gives out itself (tokens, cursors, revisions, identities of its own)
/// stands in the later requests in the place of what was recorded; everything else must be answered as it was. A newer cloud
/// may say more.
/// </summary>
internal sealed class Replay(HttpClient cloud, string personsToken)
{
    // Given out by the cloud, or its own time: it must be there, and be of the same kind.
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "revision", "record_revision", "cursor", "next_cursor", "pairing_code", "api_token", "receipt_key", "archive_key", "server_time", "updated_at", "created_at", "expires_at", "received_at",
        "verified_at", "resolved_at", "at", "signature", "digest", "version", "max", "trace_id", "title", "detail",
    };

    private readonly Dictionary<string, string> given = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Record, string Revision), string> revisions = [];
    private readonly List<string> sent = [];
    private string? devicesToken;

    /// <summary>Empty: it was answered as it was then.</summary>
    public async Task<IReadOnlyList<string>> SendAsync(Exchange exchange)
    {
        // A feed hands out a change within seconds (R9), and what reads can be asked again.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            var faults = await OnceAsync(exchange);
            if (faults.Count == 0 || exchange.Method != "GET" || patience.IsCancellationRequested) return faults;
            await Task.Delay(100);
        }
    }

    private async Task<List<string>> OnceAsync(Exchange exchange)
    {
        using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), Translate(exchange.Path));
        foreach (var (name, value) in exchange.Headers) request.Headers.TryAddWithoutValidation(name, Translate(value));
        if (exchange.As != "nobody") request.Headers.Authorization = new("Bearer", exchange.As == "person" ? personsToken : devicesToken);
        var body = exchange.Body?.DeepClone();
        if (body is JsonObject upload && upload["records"] is JsonArray records) foreach (var record in records) Rebase(record!.AsObject());
        if (body is not null) sent.Add(body.ToJsonString());
        request.Content = exchange.Content(body is null ? null : Translate(sent[^1]));
        using var answer = await cloud.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var faults = new List<string>();
        if ((int)answer.StatusCode != exchange.Status) faults.Add($"{exchange.Method} {exchange.Path} is answered {(int)answer.StatusCode}, not {exchange.Status}: {text}");
        else Compare(exchange.Answer, text.Length == 0 ? null : JsonNode.Parse(text), $"{exchange.Method} {exchange.Path.Split('?')[0]}", faults);
        return faults;
    }

    private string Translate(string text) => given.Aggregate(text, (t, g) => t.Replace(g.Key, g.Value, StringComparison.Ordinal));

    /// <summary>The base that the device had then is the same version here.</summary>
    private void Rebase(JsonObject record)
    {
        if ((string?)record["base_revision"] is { } revision && revisions.TryGetValue((record.Of("client_uuid"), revision), out var here)) record["base_revision"] = here;
    }

    private void Compare(JsonNode? then, JsonNode? now, string at, List<string> faults)
    {
        switch (then, now)
        {
            case (JsonObject a, JsonObject b):
                if ((string?)a["client_uuid"] is { } uuid && a["revision"] is { } was && b["revision"] is { } isNow) revisions[(uuid, was.GetValue<string>())] = isNow.GetValue<string>();
                foreach (var (name, value) in a)
                    if (!b.ContainsKey(name)) faults.Add($"{at}.{name} is gone");
                    else if (Own.Contains(name)) Learn(name, value, b[name], $"{at}.{name}", faults);
                    else Compare(value, b[name], $"{at}.{name}", faults);
                break;
            case (JsonArray a, JsonArray b):
                if (a.Count != b.Count) faults.Add($"{at} has {b.Count} items, not {a.Count}");
                else foreach (var (item, other) in Pairs(a, b)) Compare(item, other, $"{at}[]", faults);
                break;
            case (JsonValue a, JsonValue b) when a.GetValueKind() == JsonValueKind.String && b.GetValueKind() == JsonValueKind.String:
                CompareTexts(a.GetValue<string>(), b.GetValue<string>(), at, faults);
                break;
            default:
                if (!JsonNode.DeepEquals(then, now)) faults.Add($"{at} is {now?.ToJsonString() ?? "null"}, not {then?.ToJsonString() ?? "null"}");
                break;
        }
    }

    private void CompareTexts(string then, string now, string at, List<string> faults)
    {
        if (Translate(then) == now) return;
        // An identity or a time that the cloud made itself is another one here, and from now on that one.
        var isOwn = !sent.Exists(s => s.Contains(then, StringComparison.Ordinal))
            && ((Guid.TryParse(then, out _) && Guid.TryParse(now, out _) && !given.ContainsKey(then)) || (InstantConverter.TryRead(then, out _) && InstantConverter.TryRead(now, out _)));
        if (isOwn) given[then] = now;
        else faults.Add($"{at} is {now}, not {then}");
    }

    private void Learn(string name, JsonNode? then, JsonNode? now, string at, List<string> faults)
    {
        if (then?.GetValueKind() != now?.GetValueKind()) faults.Add($"{at} is {now?.ToJsonString() ?? "null"}, not {then?.ToJsonString() ?? "null"}");
        else if (name is "cursor" or "pairing_code" && then is not null) given[then.GetValue<string>()] = now!.GetValue<string>();
        else if (name == "api_token") devicesToken = now!.GetValue<string>();
    }

    /// <summary>What has an identity that is known here by that, wherever it stands; the rest by its place.</summary>
    private IEnumerable<(JsonNode? Then, JsonNode? Now)> Pairs(JsonArray then, JsonArray now)
    {
        var rest = now.ToList();
        var unknown = new List<JsonNode?>();
        foreach (var item in then)
        {
            var found = item is JsonObject o && (string?)o["client_uuid"] is { } uuid ? rest.FindIndex(n => n is JsonObject other && (string?)other["client_uuid"] == Translate(uuid) && (string?)other["type"] == (string?)o["type"]) : -1;
            if (found < 0) unknown.Add(item);
            else
            {
                yield return (item, rest[found]);
                rest.RemoveAt(found);
            }
        }

        foreach (var pair in unknown.Zip(rest, (a, b) => (a, b))) yield return pair;
    }
}
