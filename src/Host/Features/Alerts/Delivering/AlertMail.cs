using MailKit.Net.Smtp;
using MimeKit;
using MimeKit.Text;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>Writes an alert to those who must hear of it where they are.</summary>
internal sealed class AlertMail(AlertChannels channels)
{
    private const int LongestSubject = 160;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="Exception">The server is away, or refuses it.</exception>
    public async Task SendAsync(Delivery delivery, CompetitionSummary? competition, CancellationToken cancellationToken)
    {
        var by = channels.Mail!;
        using var message = Write(by, delivery, competition);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var client = new SmtpClient();
        await client.ConnectAsync(by.Host, by.Port, by.Security, patience.Token);
        if (by.User is not null) await client.AuthenticateAsync(by.User, by.Password ?? "", patience.Token);
        // Once it was taken nothing more is said: a farewell that fails would send it twice.
        await client.SendAsync(message, patience.Token);
    }

    private static MimeMessage Write(MailChannel by, Delivery delivery, CompetitionSummary? competition)
    {
        var venue = new VenueTime(competition?.TimeZone);
        var subject = $"ModularRace: {string.Join(' ', delivery.Words.Split(Array.Empty<char>(), StringSplitOptions.RemoveEmptyEntries))}";
        var message = new MimeMessage
        {
            Subject = subject.Length > LongestSubject ? subject[..LongestSubject] + "…" : subject,
            // The same delivery tried again is the same message to whoever has it already.
            MessageId = $"{delivery.ClientUuid}@modularrace",
            Body = new TextPart(TextFormat.Plain)
            {
                Text = $"""
                    {delivery.Words}

                    Noticed at {venue.Minute(delivery.RaisedAt)} on {venue.Day(delivery.RaisedAt)}, {(competition is null ? "UTC" : $"at the venue of {competition.Name}")}.
                    It is told once. How it stands now is said at the top of the desk's pages.

                    """,
            },
        };
        message.From.Add(by.From);
        message.To.AddRange(by.To);
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}
