using System.Text.Json.Nodes;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Journaling;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>What a link or a stick that does not hold is called: kept and sent in English, and looked up by that in the screen's languages.</summary>
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

    [Fact]
    public void The_screen_has_a_text_for_each_fault_of_the_stick()
    {
        foreach (var fault in new[] { StickFault.Starting(), StickFault.Missing(), StickFault.NoKey(), StickFault.Of(new IOException("No.", 28)), StickFault.Of(new IOException("No.", 30)), StickFault.Of(new IOException("No.", 5)) })
            Assert.Equal((string?)Texts[$"server.stick_{fault.State}"], fault.Message);
    }
}
