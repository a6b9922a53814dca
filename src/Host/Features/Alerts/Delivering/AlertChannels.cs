using System.Text;
using MailKit.Security;
using MimeKit;
using ModularRace.Shared;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>Where alerts go beside the desk, by the settings <c>Alerts__*</c>.</summary>
/// <param name="Mail">Null: nobody is written to.</param>
/// <param name="Webhook">Null: nothing is called.</param>
internal sealed record AlertChannels(MailChannel? Mail, WebhookChannel? Webhook)
{
    public const string ByMail = "mail", ByWebhook = "webhook";

    private const int Submission = 587;
    private const string SecretPrefix = "whsec_";

    /// <summary>Of those that are set.</summary>
    public string[] Names => [.. new[] { Mail is null ? null : ByMail, Webhook is null ? null : ByWebhook }.OfType<string>()];

    /// <exception cref="StartFailure">A setting cannot be used: better told at the start than on the day of an alert.</exception>
    public static AlertChannels Read(IConfiguration configuration)
    {
        var alerts = configuration.GetSection("Alerts");
        return new AlertChannels(ReadMail(alerts), ReadWebhook(alerts));
    }

    private static MailChannel? ReadMail(IConfigurationSection alerts)
    {
        var (host, to, from) = (Text(alerts["Smtp:Host"]), Text(alerts["To"]), Text(alerts["Smtp:From"]));
        if (host is null && to is null) return null;
        if (host is null) throw new StartFailure("Alerts__To is set, but no Alerts__Smtp__Host to send by.");
        if (to is null) throw new StartFailure("Alerts__Smtp__Host is set, but no Alerts__To to write to.");
        var port = Text(alerts["Smtp:Port"]) is not { } number ? Submission
            : ushort.TryParse(number, out var parsed) && parsed > 0 ? parsed
            : throw new StartFailure($"Alerts__Smtp__Port is '{number}'; it is a number from 1 to 65535.");
        var security = Text(alerts["Smtp:Security"]) switch
        {
            null or "starttls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            "none" => SecureSocketOptions.None,
            var other => throw new StartFailure($"Alerts__Smtp__Security is '{other}'; it is starttls, tls or none."),
        };
        return new MailChannel(host, port, security, Text(alerts["Smtp:User"]), alerts["Smtp:Password"], Address("Alerts__Smtp__From", from ?? Text(alerts["Smtp:User"]) ?? ""), Addresses(to));
    }

    private static WebhookChannel? ReadWebhook(IConfigurationSection alerts)
    {
        if (Text(alerts["WebhookUrl"]) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http")) throw new StartFailure($"Alerts__WebhookUrl is '{text}'; it is an address that begins with https:// or http://.");
        return new WebhookChannel(url, Text(alerts["WebhookSecret"]) is { } secret ? Key(secret) : null);
    }

    private static byte[] Key(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        try
        {
            return Convert.FromBase64String(secret[SecretPrefix.Length..]);
        }
        catch (FormatException)
        {
            throw new StartFailure($"Alerts__WebhookSecret begins with {SecretPrefix}, and what follows is no base64.");
        }
    }

    private static MailboxAddress[] Addresses(string text) =>
        [.. text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(a => Address("Alerts__To", a))];

    private static MailboxAddress Address(string setting, string text) =>
        MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal) ? address : throw new StartFailure($"{setting} is '{text}'; it is a mail address.");

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}

internal sealed record MailChannel(string Host, int Port, SecureSocketOptions Security, string? User, string? Password, MailboxAddress From, IReadOnlyList<MailboxAddress> To);

/// <param name="Secret">Signs what is sent; null: it goes unsigned.</param>
internal sealed record WebhookChannel(Uri Url, byte[]? Secret);
