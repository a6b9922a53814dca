using MediatR;
using ModularRace.Competitions.Contracts;
using Quartz;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>Sends what is due, one after the other; nothing is open in the database meanwhile. Fired as soon as an alert is committed, and again and again for what failed.</summary>
[DisallowConcurrentExecution]
internal sealed class DeliverAlertsJob(IMediator mediator, AlertMail mail, AlertWebhook webhook, AlertChannels channels, ILogger<DeliverAlertsJob> logger) : IJob
{
    public static readonly JobKey Key = new("alerts", "host");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        while (await mediator.Send(new ClaimDelivery(), cancellationToken) is { } delivery)
        {
            var competition = delivery.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault() : null;
            await mediator.Send(await TryAsync(delivery, competition, cancellationToken), cancellationToken);
        }
    }

    private async Task<NoteDelivery> TryAsync(Delivery delivery, CompetitionSummary? competition, CancellationToken cancellationToken)
    {
        if (NotAtAll(delivery, competition) is { } reason) return new NoteDelivery(delivery.Id, reason, Last: true);
        try
        {
            if (delivery.Channel == AlertChannels.ByMail) await mail.SendAsync(delivery, competition, cancellationToken);
            else await webhook.SendAsync(delivery, cancellationToken);
            return new NoteDelivery(delivery.Id, Error: null, Last: true);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the desk is told of it, and the other channel is not held up.
            logger.LogWarning(e, "The alert {Alert} could not be sent by {Channel}, try {Attempt}", delivery.AlertUuid, delivery.Channel, delivery.Attempts);
            return new NoteDelivery(delivery.Id, e is OperationCanceledException ? "It did not answer in time." : e.Message, delivery.Attempts >= Retries.Most);
        }
    }

    /// <summary>Why nobody is told of it; null: they are.</summary>
    private string? NotAtAll(Delivery delivery, CompetitionSummary? competition) =>
        !channels.Names.Contains(delivery.Channel) ? "It is not set any more."
        : delivery.EndedAt is not null && delivery.Attempts == 1 ? "It was over before it was sent."
        : delivery.Channel == AlertChannels.ByWebhook && competition?.Practice == true ? "Programs are not told of a practice."
        : null;
}
