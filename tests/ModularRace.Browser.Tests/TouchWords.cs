using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>What the touchscreen says in a language, so that a test finds a key by its words.</summary>
internal sealed class TouchWords(string language)
{
    private readonly JsonObject texts = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("src", "Host", "wwwroot", "texts", $"{language}.json")))!.AsObject();

    public string this[string name] => (string)texts[name]!;
}
