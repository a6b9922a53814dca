using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Features.People.PasswordLinks;
using ModularRace.Host.Features.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.People;

/// <summary>Who signs in at the desk, and what each may.</summary>
[Authorize(Policies.Admin)]
internal sealed class PeopleDeskModel(IMediator mediator, PasswordLinkTeller teller, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Q { get; set; }

    /// <summary>By name; disabled ones last.</summary>
    public IReadOnlyList<PersonView> People { get; private set; } = [];

    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public PersonForm Form { get; private set; } = new();

    /// <summary>The link that was just made: shown this once.</summary>
    public GivenLinkShown? Given { get; private set; }

    public bool Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostMakeAsync([Bind(Prefix = nameof(Form))] PersonForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Making());
        if (sent.Result?.Link is { } link) Given = new GivenLinkShown(sent.Result.Person.Name, await teller.TellAsync(link, Request, HttpContext.RequestAborted));
        (Form, Refused) = (sent.Ok ? new PersonForm() : form, !sent.Ok);
        await LoadAsync();
        return Page();
    }

    /// <summary>"Referee on Cima Alta, Valle"</summary>
    public static string Where(RoleOn role, IReadOnlyList<CompetitionSummary> competitions) => role.CompetitionUuids is not { } some
        ? Say("every competition")
        : string.Join(", ", some.Select(c => competitions.FirstOrDefault(k => k.ClientUuid == c)?.Name ?? Say("another competition||where a role is held")));

    private async Task LoadAsync()
    {
        var found = await mediator.Send(new ListPeople(new PageRequest(PageRequest.Most, null), Q), HttpContext.RequestAborted);
        People = [.. found.Items.OrderBy(p => p.DisabledAt is not null).ThenBy(p => p.Name, StringComparer.CurrentCultureIgnoreCase)];
        (Competitions, Venue) = await OwnBar.ShowAsync(ViewData, mediator, current.Actor, Now, HttpContext.RequestAborted);
    }
}

/// <summary>A link on the page of whoever made it.</summary>
internal sealed record GivenLinkShown(string Name, PasswordLinkView Link);

/// <summary>The fields of a person, in a form that says what it does.</summary>
internal sealed record PersonFields(PersonForm Form, IReadOnlyList<CompetitionSummary> Competitions)
{
    /// <summary>What may be ticked: what is held already, and the latest.</summary>
    public IEnumerable<CompetitionSummary> Offered(RoleForm role) => Competitions.Where((c, i) => i < 20 || role.CompetitionUuids?.Contains(c.ClientUuid) == true);

    /// <summary>Held, and not among the competitions any more: it stays as it is.</summary>
    public IEnumerable<Guid> Unknown(RoleForm role) => (role.CompetitionUuids ?? []).Where(u => Competitions.All(c => c.ClientUuid != u));
}
