using MimeKit;
using MimeKit.Text;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Host.Mailing;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.People.PasswordLinks;

/// <summary>A link to choose a password, told once: whoever has it first becomes that person.</summary>
/// <param name="Url">What the person opens.</param>
/// <param name="Mailed">It was sent to the person's address; false: the admin hands it over.</param>
/// <param name="MailError">Why the mail could not be sent; null: it was, or none can be sent here.</param>
internal sealed record PasswordLinkView(string Url, DateTimeOffset ExpiresAt, bool Mailed, string? MailError);

/// <summary>Tells a link that was made: to the admin always, to the person where mail is set up. It stands nowhere but there, so a mail that fails is not sent later.</summary>
internal sealed class PasswordLinkTeller(AlertChannels channels, ILogger<PasswordLinkTeller> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="given">The link.</param>
    /// <param name="request">By which address the admin reached the desk; the person will by the same.</param>
    /// <param name="cancellationToken">Of the request.</param>
    public async Task<PasswordLinkView> TellAsync(GivenLink given, HttpRequest request, CancellationToken cancellationToken)
    {
        var url = $"{request.Scheme}://{request.Host}/choose-password?code={given.Code}";
        if (channels.Mail is not { } by) return new PasswordLinkView(url, given.ExpiresAt, Mailed: false, MailError: null);
        try
        {
            using var message = Write(by, given, url);
            await Postman.SendAsync(by, message, Patience, cancellationToken);
            return new PasswordLinkView(url, given.ExpiresAt, Mailed: true, MailError: null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "A link to choose a password could not be mailed");
            return new PasswordLinkView(url, given.ExpiresAt, Mailed: false, e is OperationCanceledException ? "The mail server did not answer in time." : e.Message);
        }
    }

    private static MimeMessage Write(MailChannel by, GivenLink given, string url)
    {
        var until = new VenueTime(null);
        var message = new MimeMessage
        {
            Subject = given.First ? "ModularRace: choose your password" : "ModularRace: choose a new password",
            Body = new TextPart(TextFormat.Plain)
            {
                Text = $"""
                    {(given.First ? $"{given.GivenBy} has given you access to the jury's desk of ModularRace." : $"{given.GivenBy} lets you choose a new password for the jury's desk of ModularRace.")}

                    Choose your password here, once, until {until.Minute(given.ExpiresAt)} UTC on {until.EnglishDay(given.ExpiresAt)}:
                    {url}

                    You sign in with this address, {given.Email}. {(given.First ? "" : "Until you choose another, your old password goes on.")}
                    If you do not expect this, tell whoever runs the competition, and leave the link alone.

                    """,
            },
        };
        message.From.Add(by.From);
        message.To.Add(new MailboxAddress(given.Name, given.Email));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}
