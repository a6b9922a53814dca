using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.Showing;

/// <summary>What the jury signs: every incident of a race in the order of its time, with what was seen and what was decided. For paper.</summary>
[Authorize(Policies.Report)]
internal sealed class JuryReportDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid RaceUuid { get; set; }

    public RaceSummary Race { get; private set; } = null!;

    public CompetitionSummary Competition { get; private set; } = null!;

    /// <summary>Official ones, by time.</summary>
    public IReadOnlyList<OfficialLine> Official { get; private set; } = [];

    /// <summary>Those that nobody made official, by time.</summary>
    public IReadOnlyList<OfficialLine> Unofficial { get; private set; } = [];

    public int Bibs { get; private set; }

    public VenueTime Venue { get; private set; } = null!;

    public DateTimeOffset Now => time.GetUtcNow();

    private IReadOnlyDictionary<Guid, string> Locations { get; set; } = new Dictionary<Guid, string>();

    public async Task<IActionResult> OnGetAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Race = await StandingRace.FindAsync(mediator, RaceUuid, aborted) ?? throw Problem.NotFound("race");
        if (!current.Actor.Sees(Race.CompetitionUuid)) throw Problem.NotFound("race");
        if (current.Actor.SeesOfficialOnly(Race.CompetitionUuid)) throw Problem.Forbidden("The jury's report is for those who report and judge.");
        if (Race.ClientUuid != RaceUuid) return Redirect($"/races/{Race.ClientUuid}/jury-report");
        Competition = (await mediator.Send(new FindCompetitions([Race.CompetitionUuid]), aborted)).Single();
        Venue = new VenueTime(Race.TimeZone);
        Locations = (await mediator.Send(new FindLocationsOfRace(RaceUuid), aborted)).ToDictionary(l => l.ClientUuid, l => l.Name);
        var starters = (await mediator.Send(new FindStartList(RaceUuid), aborted)).ToDictionary(b => b.BibNumber);
        var penalties = (await mediator.Send(new FindPenaltiesOfRace(RaceUuid), aborted)).ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        Bibs = starters.Count;

        var incidents = new List<IncidentView>();
        string? cursor = null;
        do
        {
            var page = await mediator.Send(new ListIncidents(RaceUuid, Limit: PageRequest.Most, Cursor: cursor), aborted);
            incidents.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        var lines = incidents.OrderBy(i => i.OccurredAt).ThenBy(i => i.Number)
            .Select(i => new OfficialLine(i, i.BibNumber is { } bib ? starters.GetValueOrDefault(bib) : null, i.PenaltyCode is { } code ? penalties.GetValueOrDefault(code) : null, null))
            .ToLookup(l => l.Incident.Status == Statuses.Official);
        (Official, Unofficial) = ([.. lines[true]], [.. lines[false]]);
        return Page();
    }

    public int Counted(string decision) => Official.Count(l => l.Incident.Decision == decision);

    public string Where(Guid? location) => location is { } uuid ? Locations.GetValueOrDefault(uuid) ?? Say("A place that was removed") : "";

    /// <summary>Each observation that stands, as its reporter wrote it.</summary>
    public static IReadOnlyList<(string Who, string What)> Seen(IncidentView incident) =>
        [.. incident.Reports.Where(r => r.WithdrawnAt is null).Select(r => (IncidentsDeskModel.Reporter(r), r.Description ?? r.PenaltyCode ?? Say("seen, nothing written")))];
}
