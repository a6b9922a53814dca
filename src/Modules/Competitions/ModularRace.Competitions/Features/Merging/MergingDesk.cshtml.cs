using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>A competition or race that is the same as another: first what would move and join is shown, then an admin makes them one, or two again.</summary>
[Authorize(Policies.Admin)]
internal sealed class MergingDeskModel(IMediator mediator, ICurrentActor current) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid Uuid { get; set; }

    /// <summary>What it would go into; null: not chosen yet.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Into { get; set; }

    public bool IsRace { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>Where it is shown.</summary>
    public string Path { get; private set; } = "";

    public VenueTime Venue { get; private set; } = new(null);

    /// <summary>What it may be the same as, the likeliest first, by the competition that it hangs on.</summary>
    public IReadOnlyList<(string Group, Guid Uuid, string Name)> Others { get; private set; } = [];

    public HoldingMerge? Holding { get; private set; }

    /// <summary>What stands for it, and where that is shown.</summary>
    public (string Name, string Path) Standing { get; private set; }

    /// <summary>What would come of it; null: nothing is chosen, or it cannot be.</summary>
    public ReferenceMergeView? Preview { get; private set; }

    public string Chosen => Others.FirstOrDefault(o => o.Uuid == Into).Name ?? DeskWords.Say("the other||competition or race that stands");

    public async Task OnGetAsync()
    {
        await LoadAsync();
        if (Into is null || Holding is not null) return;
        try
        {
            Preview = await mediator.Send(Merge(preview: true), HttpContext.RequestAborted);
        }
        catch (Problem problem) when (problem.Status is 400 or 409)
        {
            ModelState.AddModelError("", DeskWords.SayKept(problem.Errors?.Values.FirstOrDefault()?.FirstOrDefault() ?? problem.Message));
        }
    }

    public async Task<IActionResult> OnPostMergeAsync()
    {
        await LoadAsync();
        var sent = await this.TrySendAsync(mediator, Merge(preview: false));
        return sent.Ok ? Redirect(IsRace ? $"/races/{Into}" : $"/competitions/{Into}") : Page();
    }

    public async Task<IActionResult> OnPostUndoAsync()
    {
        await LoadAsync();
        var ok = IsRace
            ? (await this.TrySendAsync(mediator, new UndoRaceMerge(Uuid))).Ok
            : (await this.TrySendAsync(mediator, new UndoCompetitionMerge(Uuid))).Ok;
        return ok ? Redirect(Path) : Page();
    }

    private ICommand<ReferenceMergeView> Merge(bool preview) =>
        IsRace ? new MergeRaces(Uuid, Into, Locations: null, preview) : new MergeCompetitions(Uuid, Into, preview);

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        var race = (await mediator.Send(new FindRaces([Uuid]), aborted)).SingleOrDefault();
        IsRace = race is not null;
        Path = IsRace ? $"/races/{Uuid}" : $"/competitions/{Uuid}";
        var about = await mediator.Send(new ReadCompetition(race?.CompetitionUuid ?? Uuid), aborted);
        current.Actor.Require(about.ClientUuid);
        Name = race?.Name ?? about.Name;
        Venue = new VenueTime(about.TimeZone);
        about.Bar((await mediator.Send(new ListRaces(about.ClientUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items, race?.ClientUuid).Show(ViewData);

        Holding = await mediator.Send(new FindReferenceMerge(Uuid), aborted);
        var competitions = (await mediator.Send(new FindCompetitions(current.Actor.Competitions), aborted)).Where(c => current.Actor.May(c.ClientUuid)).ToList();
        var standing = competitions.Where(c => c.MergedInto is null);
        var others = IsRace ? await RacesAsync(standing.Where(c => c.StartDate <= about.EndDate.AddDays(7) && c.EndDate >= about.StartDate.AddDays(-7)), aborted) : standing.Select(c => (Group: "", Uuid: c.ClientUuid, c.Name, Label: $"{c.Name}, {VenueTime.Days(c.StartDate, c.EndDate)}, {(c.Origin == CloudIdentity.Cloud ? DeskWords.Say("made at the desk||a competition") : DeskWords.Say("made on a Pi||a competition"))}"));
        Others = [.. others.Where(o => o.Uuid != Uuid).OrderByDescending(o => Names.Folded(o.Name) == Names.Folded(Name)).Select(o => (o.Group, o.Uuid, o.Label))];
        if (Holding is null) return;
        Standing = race is null
            ? (competitions.Find(c => c.ClientUuid == Holding.IntoUuid)?.Name ?? DeskWords.Say("another||competition that stands"), $"/competitions/{Holding.IntoUuid}")
            : ((await mediator.Send(new FindRaces([race.StandsFor]), aborted)).Single().Name, $"/races/{race.StandsFor}");
    }

    /// <summary>The races of these competitions, by competition.</summary>
    private async Task<IEnumerable<(string Group, Guid Uuid, string Name, string Label)>> RacesAsync(IEnumerable<CompetitionSummary> competitions, CancellationToken cancellationToken)
    {
        var found = new List<(string, Guid, string, string)>();
        foreach (var competition in competitions)
            foreach (var race in await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken))
                found.Add((competition.Name, race.ClientUuid, race.Name, race.Name));
        return found;
    }
}
