using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Showing;

/// <summary>
/// Official incidents and decisions for a monitor or a stream: nothing to click, and it keeps itself up to date. <c>?race=</c>
/// shows one race, <c>?overlay=true</c> has no ground of its own, for a stream's picture behind it.
/// </summary>
[Authorize(Policies.SignedIn)]
internal sealed class BroadcastDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    /// <summary>As many lines as fit a screen of 1080 lines.</summary>
    private const int Lines = 9;

    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    [BindProperty(SupportsGet = true, Name = "race")]
    public Guid? RaceUuid { get; set; }

    [BindProperty(SupportsGet = true, Name = "overlay")]
    public bool Overlay { get; set; }

    public CompetitionSummary Competition { get; private set; } = null!;

    /// <summary>The one that is shown; null: all of the competition.</summary>
    public RaceSummary? Race { get; private set; }

    public IReadOnlyList<OfficialLine> Official { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = (await mediator.Send(new FindCompetitions([CompetitionUuid]), aborted)).SingleOrDefault() ?? throw Problem.NotFound("competition");
        if (!current.Actor.Sees(CompetitionUuid)) throw Problem.NotFound("competition");
        Venue = new VenueTime(Competition.TimeZone);
        var races = await mediator.Send(new FindRacesOfCompetition(CompetitionUuid), aborted);
        if (RaceUuid is { } asked) Race = races.FirstOrDefault(r => r.ClientUuid == asked) ?? throw Problem.NotFound("race");
        var shown = Race is null ? races : [Race];

        var incidents = await mediator.Send(new ListOfficialIncidents(shown, Lines), aborted);
        var lines = new List<OfficialLine>();
        foreach (var incident in incidents)
        {
            var starter = incident.BibNumber is { } bib ? (await mediator.Send(new FindStartList(incident.RaceUuid, [bib]), aborted)).SingleOrDefault() : null;
            var means = incident.PenaltyCode is { } code ? (await mediator.Send(new FindPenaltiesOfRace(incident.RaceUuid), aborted)).FirstOrDefault(p => p.Code == code)?.Name : null;
            lines.Add(new OfficialLine(incident, starter, means, races.FirstOrDefault(r => r.ClientUuid == incident.RaceUuid)?.Name));
        }

        Official = lines;
        ViewData["Competition"] = CompetitionUuid;
    }
}

/// <summary>An official incident as people away from the desk read it.</summary>
/// <param name="Means">What its code means in the race's discipline; null: the catalogue does not say.</param>
internal sealed record OfficialLine(IncidentView Incident, StartingBib? Starter, string? Means, string? Race);
