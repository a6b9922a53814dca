using System.Text.Json.Nodes;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>What a link that does not hold is called: kept and sent in English, and looked up by that in the screen's languages.</summary>
public sealed class LinkWordsTests
{
    private static readonly JsonObject Texts = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("src", "Host", "wwwroot", "texts", "en.json")))!.AsObject();

    [Fact]
    public void The_screen_has_a_text_for_each_fault_of_the_link()
    {
        var day = new DateTimeOffset(2026, 2, 8, 0, 0, 0, TimeSpan.Zero);
        foreach (var fault in Enum.GetValues<LinkFault>())
            Assert.Equal(((string?)Texts[$"server.{fault}"])?.Replace("{date}", "2026-02-08", StringComparison.Ordinal), new LinkFailure(fault, at: day).Message);
    }
}
