using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>Where mail is set up, the person gets the link too; where it fails, the admin has it and knows.</summary>
public sealed class PasswordLinkMailTests : IAsyncLifetime
{
    private readonly MailServer mails = new();
    private readonly RunningCloud cloud = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, value) in new[] { ("Host", "127.0.0.1"), ("Port", $"{mails.Port}"), ("Security", "none"), ("From", "race@example.org") }) cloud.Settings[$"Alerts__Smtp__{name}"] = value;
        cloud.Settings["Alerts__To"] = "jury@example.org";
        await cloud.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await cloud.DisposeAsync();
        mails.Dispose();
    }

    [Fact]
    public async Task The_link_is_mailed_to_the_person_alone_and_a_mail_that_fails_is_told()
    {
        var body = new { name = "Jo Bär", email = "jo@example.org", roles = new[] { new { role = "referee" } } };
        var made = (await (await cloud.Admin.PostAsJsonAsync("api/v1/people", body, Stop)).Content.ReadFromJsonAsync<JsonObject>(Stop))!;
        var link = made["password_link"]!;
        Assert.True((bool)link["mailed"]!);
        var mail = Assert.Single(mails.Taken);
        Assert.Contains("<jo@example.org>", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("jury@example.org", mail, StringComparison.Ordinal);
        Assert.Contains("choose your password", mail, StringComparison.Ordinal);
        // Quoted-printable breaks its lines.
        Assert.Contains((string)link["url"]!, mail.Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal), StringComparison.Ordinal);

        mails.Refuses = true;
        var reset = (await (await cloud.Admin.PostAsync($"api/v1/people/{made["person"]!["client_uuid"]}/password-reset", null, Stop)).Content.ReadFromJsonAsync<JsonObject>(Stop))!;
        Assert.False((bool)reset["mailed"]!);
        Assert.Contains("Greylisted", (string)reset["mail_error"]!, StringComparison.Ordinal);
        Assert.Contains("/choose-password?code=", (string)reset["url"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("mrl_", cloud.Output, StringComparison.Ordinal);
    }
}
