using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests.Corpus;

/// <summary>One request as it was sent, and what it was answered: a file of the corpus.</summary>
/// <param name="As"><c>person</c> (the admin), <c>device</c>, or <c>nobody</c>.</param>
/// <param name="Path">With its query, from the root.</param>
/// <param name="Headers">Those of the contract; the bearer token is the replay's own.</param>
/// <param name="Body">JSON; a text is sent as CSV; null: none.</param>
internal sealed record Exchange(string As, string Method, string Path, IReadOnlyDictionary<string, string> Headers, JsonNode? Body, int Status, JsonNode? Answer)
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The exchanges of a version's Pi, in the order in which they were made.</summary>
    public static IReadOnlyList<Exchange> Read(string version) =>
        [.. Directory.GetFiles(Folder(version), "*.json").Order(StringComparer.Ordinal).Select(f => JsonSerializer.Deserialize<Exchange>(File.ReadAllText(f), Written)!)];

    public static void Write(string version, IReadOnlyList<Exchange> exchanges)
    {
        Directory.CreateDirectory(Folder(version));
        foreach (var old in Directory.GetFiles(Folder(version), "*.json")) File.Delete(old);
        foreach (var (i, exchange) in exchanges.Index())
        {
            var name = exchange.Path.Split('?')[0].Split('/')[3..].Where(p => !Guid.TryParse(p, out _));
            File.WriteAllText(System.IO.Path.Combine(Folder(version), $"{i + 1:000}-{exchange.As}-{string.Join('-', name)}.json"), JsonSerializer.Serialize(exchange, Written) + "\n");
        }
    }

    public HttpContent? Content(string? body) =>
        body is null ? null : Body is JsonValue ? Season.Csv(Body.GetValue<string>()) : new StringContent(body, Encoding.UTF8, "application/json");

    private static string Folder(string version) => Checkout.PathOf("tests", "ModularRace.Contract.Tests", "Corpus", version);
}
