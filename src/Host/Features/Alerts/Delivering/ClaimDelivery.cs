using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>
/// Takes the next that is due for this replica alone; null: none is. A claim is the time of the next try, so that what a
/// replica took and died with comes again by itself; one at a time, for many that wait for a dead server would outlive it.
/// </summary>
internal sealed record ClaimDelivery : ICommand<Delivery?>;

/// <summary>An alert on its way to one channel.</summary>
/// <param name="ClientUuid">The same at each try.</param>
/// <param name="Attempts">This one counted.</param>
internal sealed record Delivery(
    long Id, Guid ClientUuid, string Channel, int Attempts, Guid AlertUuid, string Kind, string Words, Guid? CompetitionUuid, Guid? DeviceUuid, DateTimeOffset RaisedAt, DateTimeOffset? EndedAt);

internal sealed class ClaimDeliveryHandler(IdentityDbContext db, TimeProvider time) : IRequestHandler<ClaimDelivery, Delivery?>
{
    public async Task<Delivery?> Handle(ClaimDelivery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var waits = Retries.Waits.ToArray();
        var claimed = await db.Database.SqlQuery<Delivery>(
            $"""
             UPDATE identity.alert_deliveries d
             SET attempts = d.attempts + 1, next_attempt_at = {now} + ({waits})[least(d.attempts + 1, {waits.Length})]
             FROM (
                 SELECT id FROM identity.alert_deliveries
                 WHERE sent_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= {now}
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) due, identity.alerts a
             WHERE d.id = due.id AND a.id = d.alert_id
             RETURNING d.id, d.client_uuid, d.channel, d.attempts, a.client_uuid AS alert_uuid, a.kind, a.words, a.competition_uuid, a.device_uuid, a.raised_at, a.ended_at
             """).ToListAsync(cancellationToken);
        return claimed.SingleOrDefault();
    }
}

/// <summary>When what could not be delivered is tried again; after the last it is given up, in plain sight.</summary>
internal static class Retries
{
    public static IReadOnlyList<TimeSpan> Waits { get; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    public static int Most => Waits.Count + 1;
}
