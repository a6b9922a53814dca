using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Webhooks.Delivering;
using ModularRace.Host.Identity;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Time;
using Quartz;

namespace ModularRace.Host.Features.Webhooks.Telling;

/// <summary>
/// R1: what webhooks are told is written in the transaction that makes it true, and sent after its commit: nothing is told
/// that was rolled back, and nothing is forgotten by a host that ends in between.
/// </summary>
internal sealed class WebhookOutbox(IdentityDbContext db, DatabaseSession session, ISchedulerFactory schedulers, TimeProvider time)
{
    /// <param name="what">Of <see cref="WebhookEvents"/>.</param>
    /// <param name="at">When it happened.</param>
    /// <param name="data">What happened.</param>
    /// <param name="cancellationToken">Of the command.</param>
    public async Task TellAsync(string what, DateTimeOffset at, object data, CancellationToken cancellationToken)
    {
        var listening = await db.Webhooks.Where(w => w.Active && w.Events.Contains(what)).Select(w => w.Id).ToListAsync(cancellationToken);
        await TellAsync(listening, what, at, data, cancellationToken);
    }

    /// <returns>The messages, in the order of the webhooks.</returns>
    public async Task<IReadOnlyList<WebhookDelivery>> TellAsync(IReadOnlyList<long> webhooks, string what, DateTimeOffset at, object data, CancellationToken cancellationToken)
    {
        if (webhooks.Count == 0) return [];
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var body = JsonSerializer.Serialize(new Message(what, Instants.ToMilliseconds(at), data), ApiJson.Options);
        var made = webhooks.Select(id => new WebhookDelivery { ClientUuid = Uuids.New(time), WebhookId = id, Event = what, Body = body, MadeAt = now, NextAttemptAt = now }).ToList();
        db.WebhookDeliveries.AddRange(made);
        await db.SaveChangesAsync(cancellationToken);
        Hurry();
        return made;
    }

    /// <summary>After the commit somebody looks at once, instead of within a minute.</summary>
    public void Hurry() => session.AfterCommit(async () => await (await schedulers.GetScheduler(CancellationToken.None)).TriggerJob(DeliverWebhooksJob.Key));

    private sealed record Message(string Type, DateTimeOffset Timestamp, object Data);
}
