using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Features.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>The programs that are told of things, and how that goes.</summary>
[Authorize(Policies.Admin)]
internal sealed class WebhooksDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    private const int Shown = 50;

    /// <summary>The one that is looked at; null: the list.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Webhook { get; set; }

    public IReadOnlyList<WebhookView> Webhooks { get; private set; } = [];

    public WebhookView? One { get; private set; }

    public IReadOnlyList<DeliveryLine> Deliveries { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public WebhookForm Form { get; private set; } = new();

    /// <summary>What signs, of the webhook that was just made or given another: shown this once.</summary>
    public WebhookKept? Made { get; private set; }

    /// <summary>Which form was refused: <c>make</c> or <c>change</c>.</summary>
    public string? Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostMakeAsync([Bind(Prefix = nameof(Form))] WebhookForm form)
    {
        var sent = await this.TrySendAsync(mediator, new MakeWebhook(PageForms.Typed(form.Name), PageForms.Typed(form.Url), form.Events));
        (Made, Refused) = (sent.Result, sent.Ok ? null : "make");
        if (sent.Ok) Webhook = sent.Result!.Webhook.ClientUuid;
        await LoadAsync();
        if (!sent.Ok) Form = form;
        return Page();
    }

    public async Task<IActionResult> OnPostChangeAsync([Bind(Prefix = nameof(Form))] WebhookForm form)
    {
        var sent = await this.TrySendAsync(mediator, new ChangeWebhook(Webhook.GetValueOrDefault(), new WebhookPatch { Name = PageForms.Typed(form.Name), Url = PageForms.Typed(form.Url), Events = form.Events ?? [], Active = form.Active }, form.Revision));
        if (sent.Ok) return Back();
        await LoadAsync();
        (Form, Refused) = (form with { Revision = One?.Revision }, "change");
        return Page();
    }

    public async Task<IActionResult> OnPostSecretAsync()
    {
        var sent = await this.TrySendAsync(mediator, new ChangeWebhook(Webhook.GetValueOrDefault(), new WebhookPatch { NewSecret = true }));
        Made = sent.Result;
        await LoadAsync();
        return Page();
    }

    public Task<IActionResult> OnPostTestAsync() => DoAsync(new TestWebhook(Webhook.GetValueOrDefault()));

    public Task<IActionResult> OnPostAgainAsync(Guid delivery) => DoAsync(new Redeliver(Webhook.GetValueOrDefault(), delivery));

    public async Task<IActionResult> OnPostDeleteAsync()
    {
        await mediator.Send(new DeleteWebhook(Webhook.GetValueOrDefault()), HttpContext.RequestAborted);
        return Redirect("/webhooks");
    }

    private async Task<IActionResult> DoAsync<T>(ICommand<T> message)
    {
        if ((await this.TrySendAsync(mediator, message)).Ok) return Back();
        await LoadAsync();
        return Page();
    }

    private RedirectResult Back() => Redirect($"/webhooks?Webhook={Webhook}");

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Webhooks = [.. (await mediator.Send(new ListWebhooks(new PageRequest(PageRequest.Most, null)), aborted)).Items.OrderBy(w => w.Name, StringComparer.CurrentCultureIgnoreCase)];
        if (Webhook is { } uuid)
        {
            One = await mediator.Send(new ReadWebhook(uuid), aborted);
            Deliveries = (await mediator.Send(new ListDeliveries(uuid, new PageRequest(Shown, null)), aborted)).Items;
            Form = new WebhookForm { Name = One.Name, Url = One.Url, Events = One.Events, Active = One.Active, Revision = One.Revision };
        }

        Venue = (await OwnBar.ShowAsync(ViewData, mediator, current.Actor, Now, aborted)).Venue;
    }
}

/// <summary>What an admin says of a webhook.</summary>
internal sealed record WebhookForm
{
    public string? Name { get; set; }

    public string? Url { get; set; }

    public IReadOnlyList<string>? Events { get; set; }

    public bool Active { get; set; }

    /// <summary>The revision that was seen; null: a new one.</summary>
    public string? Revision { get; set; }
}
