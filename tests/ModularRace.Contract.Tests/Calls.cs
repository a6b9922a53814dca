using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Contract.Tests;

/// <summary>What a call was answered.</summary>
internal sealed record Answer(int Status, string? ContentType, string Text, JsonNode? Json, HttpResponseHeaders Headers)
{
    public string? Code => (string?)(Json as JsonObject)?["code"];

    public IReadOnlyList<string> Fields => Json is JsonObject o && o["errors"] is JsonObject errors ? [.. errors.Select(e => e.Key)] : [];
}

/// <summary>The contract's calls, made by a client that has never seen the inside: exact, and hostile.</summary>
internal static partial class Calls
{
    private const string Nil = "00000000-0000-0000-0000-000000000000";

    /// <param name="http">Who calls.</param>
    /// <param name="method">The verb.</param>
    /// <param name="path">Below the base path; with <c>~</c> before it from the root.</param>
    /// <param name="body">Null: none; text: JSON to the letter; content as it is; anything else is written as JSON.</param>
    /// <param name="headers">Further headers.</param>
    public static async Task<Answer> Call(this HttpClient http, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path.StartsWith('~') ? path[2..] : "api/v1" + path, UriKind.Relative));
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        return new Answer((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, said, Parse(said), answer.Headers);
    }

    /// <summary>A call that goes well; its answer, with names, times and identities checked as the conventions have them.</summary>
    public static async Task<JsonNode> Good(this HttpClient http, string method, string path, object? body = null, int status = 200, params (string Name, string Value)[] headers)
    {
        var answer = await http.Call(method, path, body, headers);
        Assert.True(answer.Status == status, $"{method} {path} answered {answer.Status}, not {status}: {answer.Text}");
        Assert.Equal("application/json", answer.ContentType);
        if (!path.StartsWith('~')) AssertConventions(answer.Json, path);
        return answer.Json!;
    }

    /// <summary>A call that is refused; the problem is told as the contract has it, and nothing of the inside.</summary>
    public static async Task<Answer> Refused(
        this HttpClient http, string method, string path, object? body, int status, string? code = null, string? field = null, params (string Name, string Value)[] headers)
    {
        var answer = await http.Call(method, path, body, headers);
        Assert.Null(Fault(answer, status, code, field) is { } fault ? $"{method} {path} {Short(body)}: {fault}" : null);
        return answer;
    }

    /// <summary>Each wrong value of each field in turn, in an otherwise good body: 400 <c>validation_failed</c> that names the field.</summary>
    public static async Task RefusesEach(this HttpClient http, string method, string path, JsonObject good, params (string Field, object?[] Values)[] wrong)
    {
        var faults = new List<string>();
        foreach (var (field, values) in wrong)
            foreach (var value in values)
            {
                var body = Text(good, field, value);
                if (Fault(await http.Call(method, path, body), 400, "validation_failed", field) is { } fault) faults.Add($"{field} = {Short(value)}: {fault}");
            }

        Assert.Empty(faults);
    }

    /// <summary>A body with one field set; JSON escapes given as <see cref="Raw"/> stay as they are.</summary>
    public static string Text(JsonObject good, string field, object? value)
    {
        var body = (JsonObject)good.DeepClone();
        body.Remove(field);
        var rest = body.ToJsonString();
        var said = value is Raw raw ? raw.Json : JsonSerializer.Serialize(value);
        return $"{rest[..^1]}{(body.Count > 0 ? "," : "")}\"{field}\":{said}}}";
    }

    public static string? Fault(Answer answer, int status, string? code, string? field)
    {
        if (answer.Status != status) return $"answered {answer.Status}, not {status}: {answer.Text}";
        if (answer.ContentType != "application/problem+json") return $"is no problem+json but {answer.ContentType}";
        if (answer.Json is not JsonObject problem) return "has no JSON";
        if (string.IsNullOrEmpty((string?)problem["title"]) || (int?)problem["status"] != status || string.IsNullOrEmpty((string?)problem["code"]) || string.IsNullOrEmpty((string?)problem["trace_id"]))
            return $"lacks members: {answer.Text}";
        if (code is not null && answer.Code != code) return $"has the code {answer.Code}, not {code}: {answer.Text}";
        if (answer.Code == "validation_failed" && answer.Fields.Count == 0) return $"names no field: {answer.Text}";
        if (field is not null && !answer.Fields.Contains(field)) return $"names {string.Join(", ", answer.Fields)}, not {field}";
        return Inside().IsMatch(answer.Text) ? $"tells of the inside: {answer.Text}" : null;
    }

    /// <summary>All items of a list, page by page.</summary>
    public static async Task<List<JsonNode>> All(this HttpClient http, string path, int limit = 100)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await http.Good("GET", $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}");
            items.AddRange(page["items"]!.AsArray().Select(i => i!));
            cursor = (string?)page["next_cursor"];
            if (cursor is not null) Assert.Matches("^[A-Za-z0-9_-]+$", cursor);
        }
        while (cursor is not null);
        return items;
    }

    public static string Of(this JsonNode node, string field) => (string?)node[field] ?? throw new InvalidOperationException($"No {field} in {node.ToJsonString()}");

    public static void Has(this JsonNode node, string fields) =>
        Assert.Empty(fields.Split(' ').Where(f => !node.AsObject().ContainsKey(f)).Select(f => $"{f} is missing in {node.ToJsonString()}"));

    public static string Uuid() => Shared.Identifiers.Uuids.New(TimeProvider.System).ToString();

    /// <summary>What is no UUID, for a field that holds one.</summary>
    public static object?[] NoUuids => ["x", 5, Nil, "{" + Uuid() + "}", Array.Empty<int>()];

    private static void AssertConventions(JsonNode? node, string path)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o)
                {
                    // What a person, a device or a record brought along is not ours to name.
                    if (name is "metadata" or "changes" or "received" or "versions" or "data" or "cloud_data" or "device_data" or "errors") continue;
                    Assert.Matches("^[a-z0-9_]+$", name);
                    Assert.False(name == "id", $"{path}: an integer id leaves the database");
                    if ((name is "at" or "server_time" || name.EndsWith("_at", StringComparison.Ordinal)) && value is JsonValue v && v.GetValueKind() == JsonValueKind.String)
                        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", v.GetValue<string>());
                    AssertConventions(value, path);
                }

                break;
            case JsonArray a:
                foreach (var item in a) AssertConventions(item, path);
                break;
        }
    }

    private static string Short(object? value) =>
        (value is string or Raw ? value.ToString()! : value is HttpContent ? "a file" : JsonSerializer.Serialize(value)) is { Length: > 120 } text ? text[..120] : value is string s ? s : JsonSerializer.Serialize(value);

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"System\.|Npgsql|SELECT |   at |ModularRace\.|/src/|\.cs\b", RegexOptions.NonBacktracking)]
    private static partial Regex Inside();
}

/// <summary>JSON to the letter, such as an escape that no serializer writes.</summary>
internal sealed record Raw(string Json);
