using System.ComponentModel.DataAnnotations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>Tells a program from now on; what signs the messages is told this once. The same <c>client_uuid</c> again finds it made.</summary>
/// <param name="Events">Of <c>incident.official, incident.decided, device.silent, device.back, device.revoked</c>.</param>
internal sealed record MakeWebhook([property: Required] string? Name, [property: Required] string? Url, [property: Required] IReadOnlyList<string>? Events, Guid? ClientUuid = null) : ICommand<WebhookKept>;

internal sealed class MakeWebhookValidator : AbstractValidator<MakeWebhook>
{
    public MakeWebhookValidator(WebhookTargets targets)
    {
        RuleFor(r => r.Name).IsRequiredText(Texts.Name);
        RuleFor(r => r.Url).IsWebhookUrl(targets);
        RuleFor(r => r.Events).AreWebhookEvents();
        RuleFor(r => r.ClientUuid).NotEqual(Guid.Empty).WithMessage("It is not the nil UUID.");
    }
}

internal static class WebhookRules
{
    private const int LongestUrl = 2000;

    public static IRuleBuilderOptionsConditions<T, string?> IsWebhookUrl<T>(this IRuleBuilder<T, string?> rule, WebhookTargets targets) => rule.Custom((text, context) =>
    {
        if (string.IsNullOrWhiteSpace(text)) context.AddFailure("It is required.");
        else if ((Texts.Fault(text, LongestUrl) ?? targets.Fault(text)) is { } fault) context.AddFailure(fault);
    });

    public static IRuleBuilderOptionsConditions<T, IReadOnlyList<string>?> AreWebhookEvents<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule.Custom((events, context) =>
    {
        if (events is null or { Count: 0 } || events.Any(e => !WebhookEvents.All.Contains(e, StringComparer.Ordinal)))
            context.AddFailure("It is a list of at least one of incident.official, incident.decided, device.silent, device.back, device.revoked.");
    });
}

internal sealed class MakeWebhookHandler(IdentityDbContext db, WebhookSecrets secrets, IMediator mediator, ICurrentActor current, AuditTrail audit, TimeProvider time) : IRequestHandler<MakeWebhook, WebhookKept>
{
    public async Task<WebhookKept> Handle(MakeWebhook request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        if (request.ClientUuid is { } known && await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.ClientUuid == known, cancellationToken) is { } made)
        {
            if (made.Url != request.Url!.Trim()) throw Problem.Conflict("uuid_exists", "Another webhook was made with this client_uuid.");
            return new WebhookKept(await mediator.Send(new ReadWebhook(known), cancellationToken), Secret: null);
        }

        var (told, kept) = secrets.Make();
        var webhook = new Webhook
        {
            ClientUuid = request.ClientUuid ?? Uuids.New(time), Name = request.Name!.Trim(), Url = request.Url!.Trim(), Events = [.. WebhookEvents.All.Intersect(request.Events!)],
            SealedSecret = kept, Active = true, CreatedBy = current.SignatureOn(null), CreatedAt = Instants.ToMilliseconds(time.GetUtcNow()), Revision = Revision.First(),
        };
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync(cancellationToken);
        await audit.NoteAsync(AuditActions.WebhookMade, About.Of(webhook), new Uri(webhook.Url).GetLeftPart(UriPartial.Authority), cancellationToken);
        return new WebhookKept(await mediator.Send(new ReadWebhook(webhook.ClientUuid), cancellationToken), told);
    }
}
