using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>Names of a competition that is over: first what would go is shown, then an admin types the competition's name; and who did so is listed.</summary>
[Authorize(Policies.Admin)]
internal sealed class ErasureDeskModel(IMediator mediator, ICurrentActor current) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    /// <summary><c>everybody, athlete, signature</c>; null: not chosen yet.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Whose { get; set; }

    [BindProperty(SupportsGet = true)]
    public Guid? Athlete { get; set; }

    /// <summary>Posted as well, never in an address that is kept: it is about to be forgotten.</summary>
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Confirm { get; set; }

    [BindProperty]
    public int? Days { get; set; }

    public CompetitionView Competition { get; private set; } = null!;

    public VenueTime Venue { get; private set; } = new(null);

    /// <summary>Who starts, by bib, with the races' names.</summary>
    public IReadOnlyList<(string Race, IReadOnlyList<(Guid Uuid, string Words)> Athletes)> Starters { get; private set; } = [];

    public ErasureView? Preview { get; private set; }

    public IReadOnlyList<KeptErasure> Kept { get; private set; } = [];

    public RetentionView Retention { get; private set; } = null!;

    public bool Done { get; private set; }

    public async Task OnGetAsync(bool done = false)
    {
        Done = done;
        await LoadAsync();
    }

    /// <summary>What would go. A form and no address: a name that is to be forgotten stands in no history and no log.</summary>
    public async Task OnPostPreviewAsync()
    {
        await LoadAsync();
        if (Whose == "athlete" && Athlete is null) ModelState.AddModelError("", Say("Choose the athlete."));
        else if (Whose == "signature" && PageForms.Typed(Name) is null) ModelState.AddModelError("", Say("Type the name."));
        else Preview = (await this.TrySendAsync(mediator, Erase(preview: true))).Result;
    }

    public async Task<IActionResult> OnPostEraseAsync()
    {
        await LoadAsync();
        var sent = await this.TrySendAsync(mediator, Erase(preview: false));
        if (sent.Ok) return Redirect($"/competitions/{CompetitionUuid}/erasure?done=true");
        try
        {
            Preview = await mediator.Send(Erase(preview: true), HttpContext.RequestAborted);
        }
        catch (Problem problem) when (problem.Status is 400 or 409)
        {
            // Why it cannot be stands above the form already.
        }

        return Page();
    }

    public async Task<IActionResult> OnPostRuleAsync()
    {
        await LoadAsync();
        return (await this.TrySendAsync(mediator, new SetRetention(CompetitionUuid, Days))).Ok ? Redirect($"/competitions/{CompetitionUuid}/erasure#rule") : Page();
    }

    private EraseNames Erase(bool preview) =>
        new(CompetitionUuid, Whose == "athlete" ? Athlete : null, Whose == "signature" ? PageForms.Typed(Name) ?? "" : null, PageForms.Typed(Confirm) ?? "", preview);

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = await mediator.Send(new ReadCompetition(CompetitionUuid), aborted);
        current.Actor.Require(CompetitionUuid);
        Venue = new VenueTime(Competition.TimeZone);
        Retention = await mediator.Send(new ReadRetention(CompetitionUuid), aborted);
        Kept = (await mediator.Send(new ListErasures(CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        var races = (await mediator.Send(new ListRaces(CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        Competition.Bar(races).Show(ViewData);
        var starters = new List<(string, IReadOnlyList<(Guid, string)>)>();
        foreach (var race in races)
        {
            var bibs = await mediator.Send(new FindStartList(race.ClientUuid), aborted);
            starters.Add((race.Name, [.. bibs.SelectMany(b => b.Athletes.Select(a => (a.ClientUuid, $"{b.BibNumber} {a.FirstName} {a.LastName}, {a.Nation}")))]));
        }

        Starters = starters;
    }
}
