using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModularRace.Contract.Tests.Corpus;

/// <summary>Between a Pi and the cloud: passes on what is sent, and writes it down with its answer.</summary>
internal sealed class RecordingLink : IAsyncDisposable
{
    private readonly HttpClient cloud;
    private readonly WebApplication app;
    private readonly SemaphoreSlim turn = new(1);

    private RecordingLink(HttpClient cloud)
    {
        this.cloud = cloud;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(PassOnAsync);
    }

    public List<Exchange> Recorded { get; } = [];

    /// <summary>What the Pi is told the cloud's address is.</summary>
    public string Address => app.Urls.First();

    public static async Task<RecordingLink> StartAsync(HttpClient cloud)
    {
        var link = new RecordingLink(cloud);
        await link.app.StartAsync();
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        turn.Dispose();
    }

    /// <summary>One after the other, so that the order in which they were made is the order in which they are told.</summary>
    public async Task<(int Status, JsonNode? Answer)> SendAsync(string by, string method, string path, Dictionary<string, string> headers, string? token, JsonNode? body)
    {
        await turn.WaitAsync();
        try
        {
            var exchange = new Exchange(by, method, path, headers, body, 0, null);
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = exchange.Content(body?.ToJsonString()) };
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
            using var answer = await cloud.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var said = text.Length == 0 ? null : JsonNode.Parse(text);
            // A token that opened something once is in no file.
            var kept = said?.DeepClone();
            if (kept?["api_token"] is not null) kept["api_token"] = "given once";
            // A Pi looks often whether the cloud is there: once tells it all.
            if (!path.EndsWith("/sync/health", StringComparison.Ordinal) || Recorded.All(e => e.Path != path)) Recorded.Add(exchange with { Status = (int)answer.StatusCode, Answer = kept });
            return ((int)answer.StatusCode, said);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var headers = http.Request.Headers.Where(h => h.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase)).ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.Ordinal);
        var token = http.Request.Headers.Authorization.FirstOrDefault();
        await using var plain = http.Request.Headers.ContentEncoding == "br" ? new BrotliStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        using var body = new MemoryStream();
        await plain.CopyToAsync(body, http.RequestAborted);
        var (status, answer) = await SendAsync(
            token is null ? "nobody" : "device", http.Request.Method, http.Request.Path + http.Request.QueryString, headers, token, body.Length == 0 ? null : JsonNode.Parse(body.ToArray()));
        http.Response.StatusCode = status;
        http.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        await http.Response.WriteAsync(answer?.ToJsonString(JsonSerializerOptions.Default) ?? "", http.RequestAborted);
    }
}
