using MediatR;
using ModularRace.Host.Features.Alerts.Delivering;
using Quartz;

namespace ModularRace.Host.Features.Webhooks.Delivering;

/// <summary>
/// Sends what is due: each webhook's messages one after the other, the webhooks beside each other, so that one that does not
/// answer holds up nobody; after a failure it is left for this time. Nothing is open in the database meanwhile.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class DeliverWebhooksJob(IMediator mediator, IServiceScopeFactory scopes, ILogger<DeliverWebhooksJob> logger) : IJob
{
    public static readonly JobKey Key = new("webhooks", "host");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var due = await mediator.Send(new FindDueWebhooks(), cancellationToken);
        await Task.WhenAll(due.Select(webhook => DeliverAsync(webhook, cancellationToken)));
    }

    private async Task DeliverAsync(long webhook, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<IMediator>();
        var caller = scope.ServiceProvider.GetRequiredService<WebhookCaller>();
        while (await own.Send(new ClaimWebhookDelivery(webhook), cancellationToken) is { } delivery)
        {
            var note = await TryAsync(caller, delivery, cancellationToken);
            await own.Send(note, cancellationToken);
            if (note.Error is not null) return;
        }
    }

    private async Task<NoteWebhookDelivery> TryAsync(WebhookCaller caller, ClaimedWebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var last = delivery.Attempts >= Retries.Most;
        try
        {
            var status = await caller.CallAsync(delivery, cancellationToken);
            var error = status switch
            {
                >= 200 and < 300 => null,
                >= 300 and < 400 => $"It answered {status}: it leads elsewhere, which is not followed.",
                _ => $"It answered {status}.",
            };
            return new NoteWebhookDelivery(delivery.Id, status, error, last);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation(e, "The message {Delivery} could not be delivered, try {Attempt}", delivery.ClientUuid, delivery.Attempts);
            return new NoteWebhookDelivery(delivery.Id, Status: null, e is OperationCanceledException ? "It did not answer in time." : e.Message, last);
        }
    }
}
