using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Benchmarks.Sync;

/// <summary>The contract's calls, as any client makes them.</summary>
internal static class Api
{
    public static async Task<JsonNode> GetJsonAsync(this HttpClient client, string path) => await ReadAsync(await client.GetAsync(Address(path)));

    public static async Task<JsonNode> PostJsonAsync(this HttpClient client, string path, object? body = null) =>
        await ReadAsync(await client.PostAsync(Address(path), body as HttpContent ?? JsonContent.Create(body ?? new { })));

    /// <param name="client">Who changes it.</param>
    /// <param name="path">Below the base path.</param>
    /// <param name="change">What it is to be.</param>
    /// <param name="revision">As it was read.</param>
    public static async Task<JsonNode> PatchJsonAsync(this HttpClient client, string path, object change, string revision)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Address(path)) { Content = JsonContent.Create(change) };
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return await ReadAsync(await client.SendAsync(request));
    }

    public static string Text(this JsonNode node, string field) => (string?)node[field] ?? throw new InvalidOperationException($"No {field} in {node.ToJsonString()}");

    private static Uri Address(string path) => new("api/v1" + path, UriKind.Relative);

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(text)!
                : throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri} answered {(int)answer.StatusCode}: {text}");
        }
    }
}
