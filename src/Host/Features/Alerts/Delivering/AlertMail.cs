using MimeKit;
using MimeKit.Text;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Mailing;
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
        await Postman.SendAsync(by, message, Patience, cancellationToken);
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

                    Noticed at {venue.Minute(delivery.RaisedAt)} on {venue.EnglishDay(delivery.RaisedAt)}, {(competition is null ? "UTC" : $"at the venue of {competition.Name}")}.
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
