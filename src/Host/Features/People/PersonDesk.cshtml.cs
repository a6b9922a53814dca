using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Access;
using ModularRace.Host.Features.Account;
using ModularRace.Host.Features.People.PasswordLinks;
using ModularRace.Host.Features.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.People;

/// <summary>One person: name, roles, password, sessions.</summary>
[Authorize(Policies.Admin)]
internal sealed class PersonDeskModel(IMediator mediator, PasswordLinkTeller teller, ICurrentActor current, CurrentPerson me, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid PersonUuid { get; set; }

    public PersonView Person { get; private set; } = null!;

    public IReadOnlyList<SessionLine> Sessions { get; private set; } = [];

    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public PersonForm Form { get; private set; } = new();

    public GivenLinkShown? Given { get; private set; }

    public bool IsMe => PersonUuid == me.Uuid;

    /// <summary>What was just done: <c>saved</c>, <c>ended</c>, <c>disabled</c> or <c>enabled</c>.</summary>
    public string? Said { get; private set; }

    public Task OnGetAsync(string? said)
    {
        Said = said;
        return LoadAsync();
    }

    public Task<IActionResult> OnPostSaveAsync([Bind(Prefix = nameof(Form))] PersonForm form) => DoAsync(new ChangePerson(PersonUuid, form.Patch(), form.Revision), "saved", form);

    public Task<IActionResult> OnPostDisableAsync() => DoAsync(new ChangePerson(PersonUuid, new PersonPatch { Disabled = true }), "disabled");

    public Task<IActionResult> OnPostEnableAsync() => DoAsync(new ChangePerson(PersonUuid, new PersonPatch { Disabled = false }), "enabled");

    public Task<IActionResult> OnPostEndAsync() => DoAsync(new EndSessions(PersonUuid, IsMe ? me.SessionId : null), "ended");

    /// <summary>The link is shown by the answer itself: nothing that could be opened later may hold it.</summary>
    public async Task<IActionResult> OnPostResetAsync()
    {
        var sent = await this.TrySendAsync(mediator, new GivePasswordLink(PersonUuid));
        if (sent.Result is { } link) Given = new GivenLinkShown(link.Name, await teller.TellAsync(link, Request, HttpContext.RequestAborted));
        await LoadAsync();
        return Page();
    }

    private async Task<IActionResult> DoAsync<T>(ICommand<T> message, string said, PersonForm? form = null)
    {
        var sent = await this.TrySendAsync(mediator, message);
        if (sent.Ok) return Redirect($"/people/{PersonUuid}?said={said}");
        await LoadAsync();
        // What was typed is kept, and saving it again is a decision about the person as shown now.
        if (form is not null) Form = form with { Revision = Person.Revision };
        return Page();
    }

    private async Task LoadAsync()
    {
        Person = await mediator.Send(new ReadPerson(PersonUuid), HttpContext.RequestAborted);
        Sessions = await mediator.Send(new ListSessions(PersonUuid), HttpContext.RequestAborted);
        Form = PersonForm.Of(Person);
        (Competitions, Venue) = await OwnBar.ShowAsync(ViewData, mediator, current.Actor, time.GetUtcNow(), HttpContext.RequestAborted);
    }
}
