using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>What is to be changed of a webhook, as a JSON merge patch: what is absent stays.</summary>
internal sealed record WebhookPatch
{
    private readonly HashSet<string> said = new(StringComparer.Ordinal);

    public string? Name { get; init => field = Say(value, nameof(Name)); }

    public string? Url { get; init => field = Say(value, nameof(Url)); }

    public IReadOnlyList<string>? Events { get; init => field = Say(value, nameof(Events)); }

    /// <summary>False: it is told nothing, and what happens meanwhile is not told later.</summary>
    public bool? Active { get; init => field = Say(value, nameof(Active)); }

    /// <summary>True: another secret signs from now on, and is told this once.</summary>
    public bool? NewSecret { get; init; }

    public bool Says(string field) => said.Contains(field);

    private T Say<T>(T value, string field)
    {
        said.Add(field);
        return value;
    }
}

/// <param name="IfMatch">The revision that was seen; null: whatever it is.</param>
internal sealed record ChangeWebhook(Guid WebhookUuid, WebhookPatch Patch, string? IfMatch = null) : ICommand<WebhookKept>
{
    public string? Name => Patch.Name;

    public string? Url => Patch.Url;

    public IReadOnlyList<string>? Events => Patch.Events;

    public bool? Active => Patch.Active;
}

internal sealed class ChangeWebhookValidator : AbstractValidator<ChangeWebhook>
{
    public ChangeWebhookValidator(WebhookTargets targets)
    {
        When(r => r.Patch.Says(nameof(WebhookPatch.Name)), () => RuleFor(r => r.Name).IsRequiredText(Texts.Name));
        When(r => r.Patch.Says(nameof(WebhookPatch.Url)), () => RuleFor(r => r.Url).IsWebhookUrl(targets));
        When(r => r.Patch.Says(nameof(WebhookPatch.Events)), () => RuleFor(r => r.Events).AreWebhookEvents());
        When(r => r.Patch.Says(nameof(WebhookPatch.Active)), () => RuleFor(r => r.Active).NotNull().WithMessage("It is true or false."));
    }
}

/// <summary>Ends a webhook: it and its log are gone, and what is on its way is not sent.</summary>
internal sealed record DeleteWebhook(Guid WebhookUuid) : ICommand<WebhookView>;

internal sealed class ChangeWebhookHandler(IdentityDbContext db, DatabaseSession session, WebhookSecrets secrets, IMediator mediator, ICurrentActor current, AuditTrail audit)
    : IRequestHandler<ChangeWebhook, WebhookKept>, IRequestHandler<DeleteWebhook, WebhookView>
{
    private const string Lock = "webhook";

    public async Task<WebhookKept> Handle(ChangeWebhook request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        await session.LockAsync(Lock, request.WebhookUuid, cancellationToken);
        var webhook = await db.Webhooks.SingleOrDefaultAsync(w => w.ClientUuid == request.WebhookUuid, cancellationToken) ?? throw Problem.NotFound("webhook");
        if (request.IfMatch?.Trim() is { Length: > 0 } tag and not "*" && !tag.Split(',').Any(t => t.Trim().Trim('"') == webhook.Revision)) throw Problem.StaleRevision();
        var patch = request.Patch;
        string? told = null;
        if (patch.NewSecret == true) (told, webhook.SealedSecret) = secrets.Make();
        webhook.Name = patch.Name?.Trim() ?? webhook.Name;
        webhook.Url = patch.Url?.Trim() ?? webhook.Url;
        webhook.Events = patch.Events is { } events ? [.. WebhookEvents.All.Intersect(events)] : webhook.Events;
        webhook.Active = patch.Active ?? webhook.Active;
        var entry = db.Entry(webhook);
        var changed = new[] { nameof(Webhook.Name), nameof(Webhook.Url), nameof(Webhook.Events), nameof(Webhook.Active) }.Where(p => entry.Property(p).IsModified).Select(p => p.ToLowerInvariant()).ToList();
        if (entry.State == EntityState.Modified) webhook.Revision = Revision.Next(webhook.Revision);
        await db.SaveChangesAsync(cancellationToken);
        // An address may hold a key of the other side's in its path: what is written down for ever is its host alone.
        if (changed.Count > 0) await audit.NoteAsync(AuditActions.WebhookChanged, About.Of(webhook), $"{string.Join(", ", changed)}; {new Uri(webhook.Url).GetLeftPart(UriPartial.Authority)}{(webhook.Active ? "" : ", off")}", cancellationToken);
        if (told is not null) await audit.NoteAsync(AuditActions.WebhookSecretChanged, About.Of(webhook), detail: null, cancellationToken);
        return new WebhookKept(await mediator.Send(new ReadWebhook(webhook.ClientUuid), cancellationToken), told);
    }

    public async Task<WebhookView> Handle(DeleteWebhook request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        await session.LockAsync(Lock, request.WebhookUuid, cancellationToken);
        var gone = await mediator.Send(new ReadWebhook(request.WebhookUuid), cancellationToken);
        await db.Webhooks.Where(w => w.ClientUuid == request.WebhookUuid).ExecuteDeleteAsync(cancellationToken);
        await audit.NoteAsync(AuditActions.WebhookDeleted, new AuditSubject(AuditSubjects.Webhook, gone.ClientUuid, gone.Name), new Uri(gone.Url).GetLeftPart(UriPartial.Authority), cancellationToken);
        return gone;
    }
}
