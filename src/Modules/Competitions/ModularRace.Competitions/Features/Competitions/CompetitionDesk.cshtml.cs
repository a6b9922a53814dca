using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>One competition: its races, and what it says of itself.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class CompetitionDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    public CompetitionView Competition { get; private set; } = null!;

    public IReadOnlyList<RaceView> Races { get; private set; } = [];

    public IReadOnlyDictionary<Guid, RaceCounts> Counts { get; private set; } = new Dictionary<Guid, RaceCounts>();

    public CompetitionForm Form { get; private set; } = new();

    public RaceForm Race { get; private set; } = new();

    public VenueTime Venue { get; private set; } = null!;

    public bool MayEdit { get; private set; }

    /// <summary>Which form was refused: it stays open.</summary>
    public string? Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync() => await LoadAsync();

    public async Task<IActionResult> OnPostEditAsync([Bind(Prefix = nameof(Form))] CompetitionForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Change(CompetitionUuid));
        if (sent.Ok) return Redirect($"/competitions/{CompetitionUuid}");
        await LoadAsync();
        (Form, Refused) = (form, "edit");
        return Page();
    }

    public async Task<IActionResult> OnPostAddRaceAsync([Bind(Prefix = nameof(Race))] RaceForm race)
    {
        await LoadAsync();
        var sent = await this.TrySendAsync(mediator, race.Creation(CompetitionUuid, Venue));
        if (sent.Ok) return Redirect($"/races/{sent.Result!.Value.ClientUuid}");
        (Race, Refused) = (race, "race");
        return Page();
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = await mediator.Send(new ReadCompetition(CompetitionUuid), aborted);
        Races = (await mediator.Send(new ListRaces(CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        Counts = await mediator.Send(new CountRaces(CompetitionUuid), aborted);
        Venue = new VenueTime(Competition.TimeZone);
        Form = CompetitionForm.Of(Competition);
        MayEdit = current.Actor.May(CompetitionUuid, Roles.Admin);
        Competition.Bar(Races).Show(ViewData);
    }
}
