using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Webhooks.Telling;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>What a webhook was and is told, the latest first.</summary>
internal sealed record ListDeliveries(Guid WebhookUuid, PageRequest Page) : IQuery<Page<DeliveryLine>>;

/// <summary>Sends a message again, as often as it is asked for; it carries the same id, so that whoever has it knows it.</summary>
internal sealed record Redeliver(Guid WebhookUuid, Guid DeliveryUuid) : ICommand<DeliveryLine>;

/// <summary>Sends a message that tells nothing, to see whether it arrives.</summary>
internal sealed record TestWebhook(Guid WebhookUuid) : ICommand<DeliveryLine>;

internal sealed class DeliveriesHandler(IdentityDbContext db, WebhookOutbox outbox, ICurrentActor current, TimeProvider time)
    : IRequestHandler<ListDeliveries, Page<DeliveryLine>>, IRequestHandler<Redeliver, DeliveryLine>, IRequestHandler<TestWebhook, DeliveryLine>
{
    public async Task<Page<DeliveryLine>> Handle(ListDeliveries request, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(request.WebhookUuid, cancellationToken);
        var before = request.Page.AfterNumber ?? long.MaxValue;
        var rows = await db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhook.Id && d.Id < before).OrderByDescending(d => d.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<WebhookDelivery>.Of(rows, request.Page.Take, d => d.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<DeliveryLine>([.. page.Items.Select(DeliveryLine.Of)], page.NextCursor);
    }

    public async Task<DeliveryLine> Handle(Redeliver request, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(request.WebhookUuid, cancellationToken);
        RequireActive(webhook);
        var now = time.GetUtcNow();
        var again = await db.WebhookDeliveries.Where(d => d.WebhookId == webhook.Id && d.ClientUuid == request.DeliveryUuid).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.NextAttemptAt, now).SetProperty(d => d.SentAt, (DateTimeOffset?)null).SetProperty(d => d.GivenUpAt, (DateTimeOffset?)null).SetProperty(d => d.Attempts, 0), cancellationToken);
        if (again == 0) throw Problem.NotFound("delivery");
        outbox.Hurry();
        return DeliveryLine.Of(await db.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.ClientUuid == request.DeliveryUuid, cancellationToken));
    }

    public async Task<DeliveryLine> Handle(TestWebhook request, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(request.WebhookUuid, cancellationToken);
        RequireActive(webhook);
        return DeliveryLine.Of((await outbox.TellAsync([webhook.Id], WebhookEvents.Test, time.GetUtcNow(), new Tried(webhook.ClientUuid, webhook.Name), cancellationToken)).Single());
    }

    private async Task<Webhook> FindAsync(Guid uuid, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        return await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.ClientUuid == uuid, cancellationToken) ?? throw Problem.NotFound("webhook");
    }

    private static void RequireActive(Webhook webhook)
    {
        if (!webhook.Active) throw Problem.Conflict("webhook_inactive", "This webhook is switched off. Switch it on first.");
    }

    private sealed record Tried(Guid WebhookUuid, string Name);
}
