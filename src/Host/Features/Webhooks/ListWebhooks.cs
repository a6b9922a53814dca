using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>The webhooks, the latest first.</summary>
internal sealed record ListWebhooks(PageRequest Page) : IQuery<Page<WebhookView>>;

internal sealed record ReadWebhook(Guid WebhookUuid) : IQuery<WebhookView>;

internal sealed class ListWebhooksHandler(IdentityDbContext db, ICurrentActor current) : IRequestHandler<ListWebhooks, Page<WebhookView>>, IRequestHandler<ReadWebhook, WebhookView>
{
    public async Task<Page<WebhookView>> Handle(ListWebhooks request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        var before = request.Page.AfterNumber ?? long.MaxValue;
        var rows = await ReadAsync(db.Webhooks.Where(w => w.Id < before).OrderByDescending(w => w.Id).Take(request.Page.Take + 1), cancellationToken);
        var page = Page<(long Id, WebhookView View)>.Of(rows, request.Page.Take, r => r.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<WebhookView>([.. page.Items.Select(i => i.View)], page.NextCursor);
    }

    public async Task<WebhookView> Handle(ReadWebhook request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        return (await ReadAsync(db.Webhooks.Where(w => w.ClientUuid == request.WebhookUuid), cancellationToken)).Select(r => r.View).SingleOrDefault() ?? throw Problem.NotFound("webhook");
    }

    private async Task<IReadOnlyList<(long Id, WebhookView View)>> ReadAsync(IQueryable<Webhook> webhooks, CancellationToken cancellationToken)
    {
        var rows = await webhooks.AsNoTracking()
            .Select(w => new
            {
                Webhook = w,
                Waiting = db.WebhookDeliveries.Count(d => d.WebhookId == w.Id && d.SentAt == null && d.GivenUpAt == null),
                Failing = db.WebhookDeliveries.Count(d => d.WebhookId == w.Id && d.SentAt == null && d.GivenUpAt == null && d.LastError != null),
                GivenUp = db.WebhookDeliveries.Count(d => d.WebhookId == w.Id && d.GivenUpAt != null),
                LastSentAt = db.WebhookDeliveries.Where(d => d.WebhookId == w.Id).Max(d => d.SentAt),
            })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(r => (r.Webhook.Id, new WebhookView(
            r.Webhook.ClientUuid, r.Webhook.Revision, r.Webhook.Name, r.Webhook.Url, r.Webhook.Events, r.Webhook.Active, r.Webhook.CreatedBy, r.Webhook.CreatedAt, r.Waiting, r.Failing, r.GivenUp, r.LastSentAt)))];
    }
}
