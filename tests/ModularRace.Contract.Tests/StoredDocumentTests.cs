using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>
/// The OpenAPI documents stand in the repository, so that a change of the contract is seen where the change is read.
/// <c>build/openapi.sh</c> writes them anew; what breaks a client it refuses, unless it is told that this is meant.
/// </summary>
public sealed class StoredDocumentTests(Season season)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string, string> Breaking => new()
    {
        { "/paths/~1api~1v1~1incidents/post", "", "POST /api/v1/incidents is gone" },
        { "/components/schemas/IncidentView/properties/bib_number", "", "has no bib_number" },
        { "/components/schemas/ReportIncident/required", """["race_uuid","bib_number"]""", "asks for bib_number" },
        { "/components/schemas/DecideIncident/properties/decision/enum", """["pending","penalty_applied","rejected"]""", "no longer takes no_action" },
        { "/components/schemas/IncidentView/properties/number/type", "\"string\"", "and is string" },
        { "/paths/~1api~1v1~1incidents/post/responses/201", "", "no longer answers 201" },
    };

    [Theory]
    [InlineData("cloud")]
    [InlineData("pi")]
    public async Task The_document_that_a_host_serves_is_the_stored_one(string mode)
    {
        var file = Checkout.PathOf("docs", "openapi", $"{mode}.json");
        var served = await (mode == "cloud" ? season.Admin : season.Pi).Good("GET", "~/openapi/v1.json");
        var text = served.ToJsonString(Indented) + "\n";
        var stored = File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "{}";
        if (Environment.GetEnvironmentVariable("MODULARRACE_OPENAPI") is { Length: > 0 } write)
        {
            if (write != "breaking") Assert.Equal([], BreakingChanges.Between(JsonNode.Parse(stored)!, served));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
            return;
        }

        Assert.Equal([], BreakingChanges.Between(JsonNode.Parse(stored)!, served));
        Assert.True(stored == text, $"The {mode}'s document differs from docs/openapi/{mode}.json: run build/openapi.sh, and look at what has changed.");
    }

    [Theory]
    [MemberData(nameof(Breaking))]
    public async Task What_breaks_a_client_is_found(string pointer, string value, string words)
    {
        var before = await season.Admin.Good("GET", "~/openapi/v1.json");
        var after = before.DeepClone();
        Set(after, pointer, value);
        Assert.Contains(BreakingChanges.Between(before, after), f => f.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_only_added_breaks_nobody()
    {
        var before = await season.Admin.Good("GET", "~/openapi/v1.json");
        var after = before.DeepClone();
        Set(after, "/paths/~1api~1v1~1new", """{"get":{"responses":{"200":{"description":"New"}}}}""");
        Set(after, "/components/schemas/IncidentView/properties/weather", """{"type":"string"}""");
        Set(after, "/components/schemas/ReportIncident/properties/weather", """{"type":"string"}""");
        Assert.Equal([], BreakingChanges.Between(before, after));
    }

    /// <summary>Sets what a JSON pointer names; an empty value removes it.</summary>
    private static void Set(JsonNode root, string pointer, string value)
    {
        var names = pointer[1..].Split('/').Select(n => n.Replace("~1", "/", StringComparison.Ordinal)).ToList();
        var parent = names[..^1].Aggregate(root, (node, name) => node[name] ?? throw new InvalidOperationException($"No {name} of {pointer}")).AsObject();
        if (value.Length == 0) Assert.True(parent.Remove(names[^1]));
        else parent[names[^1]] = JsonNode.Parse(value);
    }
}
