using Microsoft.Extensions.Configuration;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Shared;

namespace ModularRace.Host.Tests;

public sealed class AlertChannelsTests
{
    [Theory]
    [InlineData("Alerts:To", "jury@example.org", "no Alerts__Smtp__Host")]
    [InlineData("Alerts:Smtp:Host", "mail.example.org", "no Alerts__To")]
    [InlineData("Alerts:To", "nobody", "it is a mail address", "Alerts:Smtp:Host", "mail.example.org", "Alerts:Smtp:From", "race@example.org")]
    [InlineData("Alerts:Smtp:Port", "70000", "from 1 to 65535", "Alerts:Smtp:Host", "mail.example.org", "Alerts:To", "jury@example.org")]
    [InlineData("Alerts:Smtp:Security", "maybe", "starttls, tls or none", "Alerts:Smtp:Host", "mail.example.org", "Alerts:To", "jury@example.org")]
    [InlineData("Alerts:WebhookUrl", "ftp://example.org", "begins with https://")]
    [InlineData("Alerts:WebhookSecret", "whsec_%", "no base64", "Alerts:WebhookUrl", "https://example.org")]
    public void A_setting_that_cannot_be_used_is_told_at_the_start(string name, string value, string told, params string[] others)
    {
        var settings = others.Chunk(2).Select(o => KeyValuePair.Create(o[0], (string?)o[1])).Append(KeyValuePair.Create(name, (string?)value));
        Assert.Contains(told, Assert.Throws<StartFailure>(() => AlertChannels.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_nothing_leaves() => Assert.Empty(AlertChannels.Read(new ConfigurationBuilder().Build()).Names);
}
