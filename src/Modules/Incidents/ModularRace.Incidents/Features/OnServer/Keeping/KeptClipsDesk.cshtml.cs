using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>How long clips stay: an admin looks at what would go by a number of days and then sets it, and the jury holds what must not.</summary>
[Authorize(Policies.Jury)]
internal sealed class KeptClipsDeskModel(IMediator mediator, ICurrentActor current) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    /// <summary>Looked at, or set; null: they stay.</summary>
    [BindProperty(SupportsGet = true)]
    public int? Days { get; set; }

    [BindProperty]
    public Guid? Race { get; set; }

    /// <summary>Of an incident, as people call it.</summary>
    [BindProperty]
    public long? Number { get; set; }

    [BindProperty]
    public string? Note { get; set; }

    [BindProperty]
    public Guid? Hold { get; set; }

    public CompetitionSummary Competition { get; private set; } = null!;

    public IReadOnlyList<RaceSummary> Races { get; private set; } = [];

    public VenueTime Venue { get; private set; } = new(null);

    /// <summary>Null: the rule is not this person's to see.</summary>
    public ClipRetentionView? Rule { get; private set; }

    public ClipRetentionPreview? Preview { get; private set; }

    public IReadOnlyList<ClipHoldView> Holds { get; private set; } = [];

    public async Task OnGetAsync()
    {
        await LoadAsync();
        if (Rule is not null && ModelState.IsValid) await LookAsync();
    }

    public async Task<IActionResult> OnPostRuleAsync()
    {
        await LoadAsync();
        return await DoneAsync(new SetClipRetention(CompetitionUuid, Days), "rule");
    }

    public async Task<IActionResult> OnPostHoldAsync()
    {
        await LoadAsync();
        if (Number is { } number)
        {
            var found = await mediator.Send(new FindIncidentByNumber(CompetitionUuid, number), HttpContext.RequestAborted);
            if (found is null) ModelState.AddModelError(nameof(Number), Say("There is no incident of that number here."));
            return await DoneAsync(new HoldClips(CompetitionUuid, null, found, PageForms.Typed(Note)), "holds");
        }

        if (Race is null) ModelState.AddModelError("", Say("Choose a race, or type the number of an incident."));
        return await DoneAsync(new HoldClips(CompetitionUuid, Race, null, PageForms.Typed(Note)), "holds");
    }

    public async Task<IActionResult> OnPostLiftAsync()
    {
        await LoadAsync();
        return await DoneAsync(new LiftClipHold(Hold ?? Guid.Empty), "holds");
    }

    /// <summary>"1 clip, 1.2 MB", "2 clips, 40 kB".</summary>
    public static string Clips(int clips, long bytes)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{(bytes >= 1e9 ? $"{bytes / 1e9:0.0} GB" : bytes >= 1e6 ? $"{bytes / 1e6:0.0} MB" : $"{bytes / 1e3:0} kB")}");
        return clips == 1 ? Say("1 clip, {0}", size) : Say("{0} clips, {1}", clips, size);
    }

    /// <summary>What is on hold, which answers have in English.</summary>
    public static string Held(ClipHoldView hold) => hold switch
    {
        { IncidentUuid: not null, What: ['N', 'o', '.', ' ', .. var number] } => Say("No. {0}", number),
        { IncidentUuid: null, What: "a race" } => Say("a race"),
        _ => hold.What,
    };

    /// <summary>"Mon 11 May 2026, 00:00".</summary>
    public string At(DateTimeOffset at) => $"{Venue.Day(at)} {Venue.Date(at).Year}, {Venue.Minute(at)}";

    private async Task<IActionResult> DoneAsync<T>(IRequest<T> message, string place)
    {
        if ((await this.TrySendAsync(mediator, message)).Ok) return Redirect($"/competitions/{CompetitionUuid}/clips#{place}");
        if (Rule is not null && ModelState[nameof(Days)] is not { Errors.Count: > 0 }) await LookAsync();
        return Page();
    }

    private async Task LookAsync() => Preview = await mediator.Send(new PreviewClipRetention(CompetitionUuid, Days), HttpContext.RequestAborted);

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = (await mediator.Send(new FindCompetitions([CompetitionUuid]), aborted)).SingleOrDefault() ?? throw Problem.NotFound("competition");
        current.Actor.Require(CompetitionUuid, Roles.JuryPresident);
        Venue = new VenueTime(Competition.TimeZone);
        Races = await mediator.Send(new FindRacesOfCompetition(CompetitionUuid), aborted);
        new DeskBar(Competition.ClientUuid, Competition.Name, Competition.StartDate, Competition.EndDate, Competition.TimeZone, Races.Count > 0 ? Races[0].ClientUuid : null).Show(ViewData);
        Holds = (await mediator.Send(new ListClipHolds(CompetitionUuid), aborted)).Items;
        if (current.Actor.May(CompetitionUuid)) Rule = await mediator.Send(new ReadClipRetention(CompetitionUuid), aborted);
    }
}
