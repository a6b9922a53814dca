using ModularRace.Host.Identity;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>A program that is told of things.</summary>
/// <param name="Revision">For <c>If-Match</c>.</param>
/// <param name="Waiting">Messages that are on their way.</param>
/// <param name="Failing">Of those, the ones that could not be delivered yet.</param>
/// <param name="GivenUp">Messages that are not tried any more.</param>
/// <param name="LastSentAt">When one was last delivered; null: none was.</param>
internal sealed record WebhookView(
    Guid ClientUuid, string Revision, string Name, string Url, IReadOnlyList<string> Events, bool Active, string CreatedBy, DateTimeOffset CreatedAt, int Waiting, int Failing, int GivenUp, DateTimeOffset? LastSentAt);

/// <param name="Secret">Signs each message; told this once. Null: it is the one that was told before.</param>
internal sealed record WebhookKept(WebhookView Webhook, string? Secret);

/// <summary>A message to a webhook.</summary>
/// <param name="State"><c>waiting</c>, <c>sent</c> or <c>given_up</c>.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="LastStatus">What was answered then; null: nothing.</param>
/// <param name="LastError">Why that failed.</param>
/// <param name="Body">What is sent, to the byte.</param>
internal sealed record DeliveryLine(
    Guid ClientUuid, string Event, [property: System.ComponentModel.DataAnnotations.AllowedValues("waiting", "sent", "given_up")] string State, DateTimeOffset MadeAt, int Attempts, DateTimeOffset? TriedAt,
    DateTimeOffset? NextAttemptAt, DateTimeOffset? SentAt, int? LastStatus, string? LastError, string Body)
{
    public static DeliveryLine Of(WebhookDelivery d)
    {
        var state = d.SentAt is not null ? "sent" : d.GivenUpAt is not null ? "given_up" : "waiting";
        return new DeliveryLine(d.ClientUuid, d.Event, state, d.MadeAt, d.Attempts, d.TriedAt, state == "waiting" ? d.NextAttemptAt : null, d.SentAt, d.LastStatus, d.LastError, d.Body);
    }
}
