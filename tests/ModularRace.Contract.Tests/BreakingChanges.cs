using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>What of a client that was made for one OpenAPI document no longer works with another. What is only added breaks nobody.</summary>
internal static class BreakingChanges
{
    /// <summary>In words, with where it is; empty: nothing breaks.</summary>
    public static IReadOnlyList<string> Between(JsonNode before, JsonNode after)
    {
        var faults = new List<string>();
        var (old, now) = (new Document(before), new Document(after));
        foreach (var (path, calls) in Members(before["paths"]))
            foreach (var (verb, call) in Members(calls))
            {
                var where = $"{verb.ToUpperInvariant()} {path}";
                if (after["paths"]?[path]?[verb] is { } still) Call(where, call!, still, old, now, faults);
                else faults.Add($"{where} is gone");
            }

        return faults;
    }

    private static void Call(string where, JsonNode before, JsonNode after, Document old, Document now, List<string> faults)
    {
        foreach (var parameter in Parameters(after).Where(p => Required(p.Value) && !Parameters(before).TryGetValue(p.Key, out _)))
            faults.Add($"{where} asks for {parameter.Key}");
        foreach (var (name, parameter) in Parameters(before))
        {
            if (!Parameters(after).TryGetValue(name, out var still)) faults.Add($"{where} no longer takes {name}");
            else if (Required(still) && !Required(parameter)) faults.Add($"{where} asks for {name}");
            else Schema($"{where} {name}", parameter["schema"], still["schema"], old, now, sent: true, faults, []);
        }

        foreach (var (type, content) in Members(before["requestBody"]?["content"]))
        {
            if (after["requestBody"]?["content"]?[type] is { } still) Schema($"{where} body", content?["schema"], still["schema"], old, now, sent: true, faults, []);
            else faults.Add($"{where} no longer takes {type}");
        }

        foreach (var (status, answer) in Members(before["responses"]).Where(r => r.Key[0] == '2'))
        {
            if (after["responses"]?[status] is not { } still)
            {
                faults.Add($"{where} no longer answers {status}");
                continue;
            }

            foreach (var (type, content) in Members(answer?["content"]))
            {
                if (still["content"]?[type] is { } same) Schema($"{where} {status}", content?["schema"], same["schema"], old, now, sent: false, faults, []);
                else faults.Add($"{where} {status} is no longer {type}");
            }
        }
    }

    /// <param name="sent">By the client: then what is newly required breaks it; else what is no longer there does.</param>
    private static void Schema(string where, JsonNode? before, JsonNode? after, Document old, Document now, bool sent, List<string> faults, HashSet<string> seen)
    {
        if (before is null || after is null || ((string?)before["$ref"] is { } name && !seen.Add(name))) return;
        (before, after) = (old.Resolve(before), now.Resolve(after));
        if (Types(before) is { Count: > 0 } types && Types(after) is { Count: > 0 } still && (sent ? !types.IsSubsetOf(still) : !still.IsSubsetOf(types)))
            faults.Add($"{where} was {string.Join(" or ", types.Order(StringComparer.Ordinal))} and is {string.Join(" or ", still.Order(StringComparer.Ordinal))}");
        var (words, nowWords) = (Words(before["enum"]), Words(after["enum"]));
        if (sent && nowWords.Count > 0 && words.Except(nowWords).ToList() is { Count: > 0 } gone) faults.Add($"{where} no longer takes {string.Join(", ", gone)}");
        if (sent)
            foreach (var field in Words(after["required"]).Except(Words(before["required"])))
                faults.Add($"{where} asks for {field}");
        foreach (var (field, schema) in Members(before["properties"]))
        {
            if (after["properties"]?[field] is { } same) Schema($"{where} {field}", schema, same, old, now, sent, faults, seen);
            else faults.Add($"{where} has no {field}");
        }

        if (before["items"] is { } items) Schema($"{where}[]", items, after["items"], old, now, sent, faults, seen);
    }

    private static Dictionary<string, JsonNode> Parameters(JsonNode call) =>
        (call["parameters"] as JsonArray ?? []).ToDictionary(p => $"{p!["in"]} {p["name"]}", p => p!, StringComparer.OrdinalIgnoreCase);

    private static bool Required(JsonNode parameter) => (bool?)parameter["required"] == true;

    private static HashSet<string> Types(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => [.. several.Select(t => (string)t!)],
        JsonValue one => [(string)one!],
        _ => [],
    };

    private static HashSet<string> Words(JsonNode? list) => [.. (list as JsonArray ?? []).Select(w => w?.ToString() ?? "null")];

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    private sealed class Document(JsonNode root)
    {
        public JsonNode Resolve(JsonNode schema) =>
            (string?)schema["$ref"] is { } reference ? root["components"]!["schemas"]![reference.Split('/')[^1]]!
            : schema["oneOf"] is JsonArray choices && choices.FirstOrDefault(c => c?["$ref"] is not null) is { } chosen ? Resolve(chosen)
            : schema;
    }
}
