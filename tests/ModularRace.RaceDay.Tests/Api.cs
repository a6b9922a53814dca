using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>The contract's calls as a client makes them that knows nothing of the inside: JSON in, status and JSON out.</summary>
internal static class Api
{
    private const string Root = "api/v1";

    public static async Task<JsonNode> Get(this HttpClient client, string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        await Read(await client.GetAsync(new Uri(Root + path, UriKind.Relative)), expected);

    public static async Task<JsonNode> Post(this HttpClient client, string path, object? body, HttpStatusCode expected)
    {
        using var content = body switch
        {
            null => (HttpContent)new StringContent("{}", Encoding.UTF8, "application/json"),
            HttpContent given => given,
            _ => JsonContent.Create(body),
        };
        return await Read(await client.PostAsync(new Uri(Root + path, UriKind.Relative), content), expected);
    }

    public static async Task<JsonNode> Put(this HttpClient client, string path, object body) =>
        await Read(await client.PutAsJsonAsync(new Uri(Root + path, UriKind.Relative), body), HttpStatusCode.OK);

    public static async Task<JsonNode> Patch(this HttpClient client, string path, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        await Read(await client.PatchAsJsonAsync(new Uri(Root + path, UriKind.Relative), body), expected);

    public static async Task<JsonNode> Delete(this HttpClient client, string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        await Read(await client.DeleteAsync(new Uri(Root + path, UriKind.Relative)), expected);

    /// <summary>All items of a list, page by page.</summary>
    public static async Task<List<JsonNode>> List(this HttpClient client, string path, int limit = 100)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await client.Get($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}");
            items.AddRange(page["items"]!.AsArray().Select(i => i!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);
        return items;
    }

    public static string Text(this JsonNode node, string field) => (string?)node[field] ?? throw new InvalidOperationException($"No {field} in {node.ToJsonString()}");

    private static async Task<JsonNode> Read(HttpResponseMessage answer, HttpStatusCode expected)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode != expected) throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri} answered {(int)answer.StatusCode}, not {(int)expected}: {body}");
            return JsonNode.Parse(body.Length == 0 ? "{}" : body)!;
        }
    }
}
