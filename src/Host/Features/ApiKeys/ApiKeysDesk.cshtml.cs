using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Features.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.ApiKeys;

/// <summary>The keys by which programs sign in.</summary>
[Authorize(Policies.Admin)]
internal sealed class ApiKeysDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    private const int MostOffered = 20;

    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    /// <summary>Those that work first.</summary>
    public IReadOnlyList<ApiKeyLine> Keys { get; private set; } = [];

    public string? NextCursor { get; private set; }

    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public ApiKeyForm Form { get; private set; } = new();

    /// <summary>The key that was just made: shown this once.</summary>
    public CreatedApiKey? Made { get; private set; }

    public bool Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>What may be ticked: what was ticked, and the latest.</summary>
    public IEnumerable<CompetitionSummary> Offered => Competitions.Where((c, i) => i < MostOffered || Form.CompetitionUuids?.Contains(c.ClientUuid) == true);

    public async Task OnGetAsync()
    {
        await LoadAsync();
        Form = new ApiKeyForm { ClientUuid = Uuids.New(time) };
    }

    public async Task<IActionResult> OnPostMakeAsync([Bind(Prefix = nameof(Form))] ApiKeyForm form)
    {
        await LoadAsync();
        var sent = await this.TrySendAsync(mediator, form.Making(Venue));
        (Made, Refused) = (sent.Result, !sent.Ok);
        Form = sent.Ok ? new ApiKeyForm { ClientUuid = Uuids.New(time) } : form;
        if (!sent.Ok) return Page();
        ModelState.Clear();
        await LoadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostEndAsync(Guid key)
    {
        await mediator.Send(new RevokeApiKey(key), HttpContext.RequestAborted);
        return Redirect(KeptFilters.Of("/api-keys", ("cursor", Cursor)));
    }

    /// <summary>On which competitions it may.</summary>
    public string Where(ApiKeyLine key) => key.CompetitionUuids is not { } some
        ? Say("every competition")
        : string.Join(", ", some.Select(c => Competitions.FirstOrDefault(k => k.ClientUuid == c)?.Name ?? Say("another competition||where a role is held")));

    public bool HasEnded(ApiKeyLine key) => key.RevokedAt is not null || key.ExpiresAt <= Now;

    private async Task LoadAsync()
    {
        (Competitions, Venue) = await OwnBar.ShowAsync(ViewData, mediator, current.Actor, Now, HttpContext.RequestAborted);
        var page = await mediator.Send(new ListApiKeys(new PageRequest(PageRequest.Most, Cursor)), HttpContext.RequestAborted);
        (Keys, NextCursor) = ([.. page.Items.OrderBy(HasEnded)], page.NextCursor);
    }
}

/// <summary>What an admin says of a key.</summary>
internal sealed record ApiKeyForm
{
    /// <summary>Made with the form, so that sending it twice makes one key (R2).</summary>
    public Guid? ClientUuid { get; set; }

    public string? Name { get; set; }

    public string? Role { get; set; }

    /// <summary><c>all</c>, also later ones, or <c>some</c>.</summary>
    public string? Scope { get; set; }

    public IReadOnlyList<Guid>? CompetitionUuids { get; set; }

    /// <summary>The last day on which it works, at the venue; null: no end.</summary>
    public DateOnly? ExpiresOn { get; set; }

    public CreateApiKey Making(VenueTime venue) => new(
        PageForms.Typed(Name), PageForms.Typed(Role), Scope == "some" ? CompetitionUuids ?? [] : null,
        ExpiresOn is { } day && day < DateOnly.MaxValue ? venue.From(day.AddDays(1).ToDateTime(TimeOnly.MinValue)) : null)
    {
        ClientUuid = ClientUuid,
    };
}
