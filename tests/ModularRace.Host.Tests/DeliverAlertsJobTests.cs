using System.Net;
using MailKit.Security;
using MediatR;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Shared.Messaging;
using NSubstitute;
using Quartz;

namespace ModularRace.Host.Tests;

/// <summary>A channel fails in ways that nobody listed: the try is noted with its reason, and what is for the other goes.</summary>
public sealed class DeliverAlertsJobTests : IDisposable
{
    private readonly MailServer mails = new();
    private readonly IMediator mediator = Substitute.For<IMediator>();
    private readonly List<NoteDelivery> noted = [];
    private readonly OtherProgram program = new();

    public DeliverAlertsJobTests()
    {
        mediator.Send(Arg.Any<ClaimDelivery>(), Arg.Any<CancellationToken>()).Returns(For(1, AlertChannels.ByMail), For(2, AlertChannels.ByWebhook), null);
        mediator.Send(Arg.Do<NoteDelivery>(noted.Add), Arg.Any<CancellationToken>()).Returns(default(Done));
    }

    public void Dispose()
    {
        mails.Dispose();
        program.Dispose();
    }

    [Fact]
    public async Task A_mail_server_without_what_was_set_is_noted_and_the_program_is_called()
    {
        await RunAsync(new MailChannel("127.0.0.1", mails.Port, SecureSocketOptions.StartTls, null, null, new MailboxAddress("", "race@example.org"), [new MailboxAddress("", "jury@example.org")]));
        Assert.Empty(mails.Taken);
        Assert.Collection(noted,
            byMail => Assert.True(byMail is { Id: 1, Last: false } && byMail.Error!.Contains("STARTTLS", StringComparison.Ordinal), byMail.Error),
            byWebhook => Assert.Equal(new NoteDelivery(2, Error: null, Last: true), byWebhook));
        Assert.Equal(1, program.Calls);
    }

    [Fact]
    public async Task A_name_and_password_that_the_server_does_not_ask_for_are_noted_too()
    {
        await RunAsync(new MailChannel("127.0.0.1", mails.Port, SecureSocketOptions.None, "race", "secret", new MailboxAddress("", "race@example.org"), [new MailboxAddress("", "jury@example.org")]));
        Assert.Collection(noted, byMail => Assert.NotNull(byMail.Error), byWebhook => Assert.Null(byWebhook.Error));
    }

    [Fact]
    public async Task Where_the_server_takes_it_that_is_noted()
    {
        await RunAsync(new MailChannel("127.0.0.1", mails.Port, SecureSocketOptions.None, null, null, new MailboxAddress("", "race@example.org"), [new MailboxAddress("", "jury@example.org")]));
        Assert.Single(mails.Taken);
        Assert.All(noted, n => Assert.Null(n.Error));
    }

    private static Delivery For(long id, string channel) =>
        new(id, WatchfulCloud.NewUuid(), channel, Attempts: 1, WatchfulCloud.NewUuid(), "card_nearly_full", "The card of Pi Gate is nearly full", CompetitionUuid: null, WatchfulCloud.NewUuid(), DateTimeOffset.UnixEpoch, EndedAt: null);

    private async Task RunAsync(MailChannel mail)
    {
        var channels = new AlertChannels(mail, new WebhookChannel(new Uri("http://program.test/alerts"), Secret: null));
        using var client = new HttpClient(program, disposeHandler: false);
        var job = new DeliverAlertsJob(mediator, new AlertMail(channels), new AlertWebhook(client, channels, TimeProvider.System), channels, NullLogger<DeliverAlertsJob>.Instance);
        await job.Execute(Substitute.For<IJobExecutionContext>(), TestContext.Current.CancellationToken);
    }

    private sealed class OtherProgram : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
