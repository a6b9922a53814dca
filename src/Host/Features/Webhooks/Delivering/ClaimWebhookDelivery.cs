using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Webhooks.Delivering;

/// <summary>The active webhooks for which something is due.</summary>
internal sealed record FindDueWebhooks : IQuery<IReadOnlyList<long>>;

/// <summary>Takes the oldest that is due of one webhook for this replica alone; null: none is. What a replica took and died with comes again by itself.</summary>
internal sealed record ClaimWebhookDelivery(long WebhookId) : ICommand<ClaimedWebhookDelivery?>;

/// <param name="Attempts">This one counted.</param>
internal sealed record ClaimedWebhookDelivery(long Id, Guid ClientUuid, int Attempts, string Body, string Url, byte[] SealedSecret);

/// <summary>What became of a try; and, once in a while, what is long over goes.</summary>
/// <param name="Error">Why it failed; null: it was taken.</param>
internal sealed record NoteWebhookDelivery(long Id, int? Status, string? Error, bool Last) : ICommand<Done>;

internal sealed class WebhookDeliveriesHandler(IdentityDbContext db, TimeProvider time)
    : IRequestHandler<FindDueWebhooks, IReadOnlyList<long>>, IRequestHandler<ClaimWebhookDelivery, ClaimedWebhookDelivery?>, IRequestHandler<NoteWebhookDelivery, Done>
{
    private const int LongestError = 300;

    /// <summary>So long the log tells of a message.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    public async Task<IReadOnlyList<long>> Handle(FindDueWebhooks request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await db.Webhooks.Where(w => w.Active && db.WebhookDeliveries.Any(d => d.WebhookId == w.Id && d.SentAt == null && d.GivenUpAt == null && d.NextAttemptAt <= now))
            .Select(w => w.Id).ToListAsync(cancellationToken);
    }

    public async Task<ClaimedWebhookDelivery?> Handle(ClaimWebhookDelivery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var waits = Retries.Waits.ToArray();
        var claimed = await db.Database.SqlQuery<ClaimedWebhookDelivery>(
            $"""
             UPDATE identity.webhook_deliveries d
             SET attempts = d.attempts + 1, tried_at = {now}, next_attempt_at = {now} + ({waits})[least(d.attempts + 1, {waits.Length})]
             FROM (
                 SELECT id FROM identity.webhook_deliveries
                 WHERE webhook_id = {request.WebhookId} AND sent_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= {now}
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) due, identity.webhooks w
             WHERE d.id = due.id AND w.id = d.webhook_id AND w.active
             RETURNING d.id, d.client_uuid, d.attempts, d.body, w.url, w.sealed_secret
             """).ToListAsync(cancellationToken);
        return claimed.SingleOrDefault();
    }

    public async Task<Done> Handle(NoteWebhookDelivery request, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        var error = request.Error is { Length: > LongestError } much ? much[..LongestError] + "…" : request.Error;
        await db.WebhookDeliveries.Where(d => d.Id == request.Id).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.LastError, error).SetProperty(d => d.LastStatus, request.Status)
                .SetProperty(d => d.SentAt, request.Error == null ? now : null)
                .SetProperty(d => d.GivenUpAt, request.Error != null && request.Last ? now : null),
            cancellationToken);
        var old = time.GetUtcNow() - Kept;
        await db.WebhookDeliveries.Where(d => d.MadeAt < old && (d.SentAt != null || d.GivenUpAt != null)).ExecuteDeleteAsync(cancellationToken);
        return default;
    }
}
