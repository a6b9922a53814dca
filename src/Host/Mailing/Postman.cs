using MailKit.Net.Smtp;
using MimeKit;
using ModularRace.Host.Features.Alerts.Delivering;

namespace ModularRace.Host.Mailing;

/// <summary>Hands a message to the mail server of the settings <c>Alerts__Smtp__*</c>.</summary>
internal static class Postman
{
    /// <exception cref="Exception">The server is away, or refuses it.</exception>
    public static async Task SendAsync(MailChannel by, MimeMessage message, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        waiting.CancelAfter(patience);
        using var client = new SmtpClient();
        await client.ConnectAsync(by.Host, by.Port, by.Security, waiting.Token);
        if (by.User is not null) await client.AuthenticateAsync(by.User, by.Password ?? "", waiting.Token);
        // Once it was taken nothing more is said: a farewell that fails would send it twice.
        await client.SendAsync(message, waiting.Token);
    }
}
