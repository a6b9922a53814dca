using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Catalogues;
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

    /// <summary>Others of this name that stand, about the same days: one of the two may have been made on a Pi in an emergency.</summary>
    public IReadOnlyList<CompetitionSummary> Namesakes { get; private set; } = [];

    /// <summary>How many lines its catalogues have.</summary>
    public int Penalties { get; private set; }

    public int Phrases { get; private set; }

    public VenueTime Venue { get; private set; } = null!;

    public bool MayEdit { get; private set; }

    /// <summary>The jury says which clips must stay.</summary>
    public bool MayHoldClips { get; private set; }

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

    private bool IsNamesake(CompetitionSummary other) =>
        other.ClientUuid != CompetitionUuid && other.MergedInto is null && Names.Folded(other.Name) == Names.Folded(Competition.Name)
        && other.StartDate <= Competition.EndDate.AddDays(1) && other.EndDate >= Competition.StartDate.AddDays(-1);

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = await mediator.Send(new ReadCompetition(CompetitionUuid), aborted);
        Races = (await mediator.Send(new ListRaces(CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        Counts = await mediator.Send(new CountRaces(CompetitionUuid), aborted);
        Penalties = (await mediator.Send(new ReadCatalogue(CompetitionUuid, CatalogueKind.Penalties), aborted)).Items.Count;
        Phrases = (await mediator.Send(new ReadCatalogue(CompetitionUuid, CatalogueKind.Phrases), aborted)).Items.Count;
        Venue = new VenueTime(Competition.TimeZone);
        Form = CompetitionForm.Of(Competition);
        if (Competition.MergedInto is null && current.Actor.May(CompetitionUuid, Roles.Admin))
            Namesakes = [.. (await mediator.Send(new FindCompetitions(current.Actor.Competitions), aborted)).Where(IsNamesake)];
        MayEdit = current.Actor.May(CompetitionUuid, Roles.Admin);
        MayHoldClips = Competition.MergedInto is null && current.Actor.May(CompetitionUuid, Roles.Admin, Roles.JuryPresident);
        Competition.Bar(Races).Show(ViewData);
    }
}
