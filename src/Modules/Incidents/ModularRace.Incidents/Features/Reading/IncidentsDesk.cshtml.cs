using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>The incidents of a race, and the case that is open beside them.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class IncidentsDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid RaceUuid { get; set; }

    [BindProperty(SupportsGet = true)]
    public Guid? IncidentUuid { get; set; }

    [BindProperty(SupportsGet = true, Name = "view")]
    public string? View { get; set; }

    [BindProperty(SupportsGet = true, Name = "bib")]
    public int? Bib { get; set; }

    [BindProperty(SupportsGet = true, Name = "location")]
    public Guid? Location { get; set; }

    /// <summary>A device's UUID or <c>cloud</c>: incidents with a report from there.</summary>
    [BindProperty(SupportsGet = true, Name = "device")]
    public string? Device { get; set; }

    /// <summary><c>with, without, stored, pending, failed</c>.</summary>
    [BindProperty(SupportsGet = true, Name = "clip")]
    public string? Clip { get; set; }

    /// <summary>Where reports of this race come from, by name.</summary>
    public IReadOnlyList<(string Origin, string Name)> Devices { get; private set; } = [];

    public RaceSummary Race { get; private set; } = null!;

    public IReadOnlyList<RaceSummary> Races { get; private set; } = [];

    public IReadOnlyList<LocationSummary> Locations { get; private set; } = [];

    public IReadOnlyDictionary<int, StartingBib> StartList { get; private set; } = new Dictionary<int, StartingBib>();

    /// <summary>The competition's catalogue for this race's discipline.</summary>
    public IReadOnlyList<OfferedPenalty> Penalties { get; private set; } = [];

    /// <summary>Where the page of the list begins that is asked for, a cursor; null: with the newest.</summary>
    [BindProperty(SupportsGet = true, Name = "before")]
    public string? Before { get; set; }

    /// <summary>Of all that stand in the race and fit the filters.</summary>
    public ListedCounts Counts { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Those of the tab that is open, a page of them.</summary>
    public IReadOnlyList<IncidentView> Listed { get; private set; } = [];

    /// <summary>Where the next page begins; null: there are no older ones.</summary>
    public string? Older { get; private set; }

    public IncidentView? Case { get; private set; }

    public IReadOnlyList<CaseEvent> History { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    public bool MayReport { get; private set; }

    public bool MayDecide { get; private set; }

    /// <summary>May put incidents together.</summary>
    public bool MayMerge { get; private set; }

    /// <summary>What was done on another page, which led back to this one; null: nothing.</summary>
    public string? Said { get; private set; }

    public ReportForm Report { get; set; } = new();

    public DecideForm Decide { get; set; } = new();

    /// <summary>Somebody changed the case while this person decided: both are shown, and nothing was decided.</summary>
    public bool Overtaken { get; private set; }

    /// <summary>Which form was refused: it stays open, with what was typed.</summary>
    public string? Refused { get; private set; }

    public static IReadOnlyList<(string View, string Name)> Views =>
        [("", Say("All||incidents")), ("officialise", Say("To officialise||a tab")), ("decide", Say("To decide")), ("decided", Say("Decided||incidents"))];

    public async Task<IActionResult> OnGetAsync(string? said)
    {
        if (await StandingRace.FindAsync(mediator, RaceUuid, HttpContext.RequestAborted) is { } standing && standing.ClientUuid != RaceUuid)
            return Redirect($"/races/{standing.ClientUuid}/incidents{(IncidentUuid is { } asked ? $"/{asked}" : "")}"); // a race that was merged into another leads to that
        await LoadAsync();
        if (Case is not null && Case.ClientUuid != IncidentUuid) return Redirect(KeptFilters.After(Here(Case.ClientUuid).Split('?')[0], Request.QueryString.Value, ("said", said))); // an alias leads to the one that stands
        Said = said switch
        {
            "merged" => Say("They are one incident now. It can be undone below, where it says why."),
            "split" => Say("What was split out is an incident of its own now. It can be put together again below."),
            "undone" => Say("Undone: they are told apart, and stand as two incidents."),
            "corrected" => Say("Corrected. The history keeps what it was before."),
            _ => null,
        };
        return Page();
    }

    public async Task<IActionResult> OnPostReportAsync([Bind(Prefix = "Report")] ReportForm form)
    {
        await LoadAsync();
        var at = form.At is { } own ? Venue.From(own) : (DateTimeOffset?)null;
        var sent = await this.TrySendAsync(mediator, form.Message(RaceUuid, at));
        if (sent.Ok) return Redirect(Here(sent.Result!.Answer.Incident.ClientUuid));
        (Report, Refused) = (form, "report");
        return Page();
    }

    public async Task<IActionResult> OnPostAddAsync([Bind(Prefix = "Report")] ReportForm form)
    {
        await LoadAsync();
        var at = form.At is { } own ? Venue.From(own) : (DateTimeOffset?)null;
        var sent = await this.TrySendAsync(mediator, form.Addition(IncidentUuid!.Value, at));
        if (sent.Ok) return Redirect(Here(IncidentUuid));
        (Report, Refused) = (form, "add");
        return Page();
    }

    public async Task<IActionResult> OnPostWithdrawAsync(Guid reportUuid, string? reason)
    {
        var sent = await this.TrySendAsync(mediator, new WithdrawReport(PageForms.Typed(reason)) { ReportUuid = reportUuid });
        return await DoneAsync(sent.Ok);
    }

    public async Task<IActionResult> OnPostOfficializeAsync()
    {
        var sent = await this.TrySendAsync(mediator, new OfficializeIncident(IncidentUuid!.Value));
        return await DoneAsync(sent.Ok);
    }

    public async Task<IActionResult> OnPostDecideAsync([Bind(Prefix = "Decide")] DecideForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Message(IncidentUuid!.Value));
        Decide = form;
        if (sent.Code == Problem.StaleRevisionCode)
        {
            Overtaken = true;
            ModelState.Clear();
        }

        return await DoneAsync(sent.Ok, "decide");
    }

    /// <summary>The address of this list, with or without a case open, filters kept.</summary>
    public string Here(Guid? incident, string? view = null, string? handler = null) =>
        Filtered(incident is { } uuid ? $"/races/{RaceUuid}/incidents/{uuid}" : $"/races/{RaceUuid}/incidents", view, handler);

    /// <summary>A page that does something with the case that is open, and leads back to the list as it is.</summary>
    public string Doing(string what, Guid? report = null) =>
        KeptFilters.Of($"/incidents/{Case!.ClientUuid}/{what}", ("report", report?.ToString()), ("list", Filtered("")));

    /// <summary>The list as it is, from elsewhere on.</summary>
    public string From(string? before) => Filtered($"/races/{RaceUuid}/incidents", before: before ?? "");

    /// <summary>The list as it is, in another race: bibs, devices and clips mean the same there, places do not.</summary>
    public string Elsewhere(Guid race) => KeptFilters.Of(
        $"/races/{race}/incidents", ("view", View), ("bib", Bib?.ToString(CultureInfo.InvariantCulture)), ("device", Device), ("clip", Clip));

    public bool IsFiltered => Bib is not null || Location is not null || !string.IsNullOrEmpty(Device) || !string.IsNullOrEmpty(Clip);

    private string Filtered(string path, string? view = null, string? handler = null, string? before = null) => KeptFilters.Of(
        path, ("view", view ?? View), ("bib", Bib?.ToString(CultureInfo.InvariantCulture)), ("location", Location?.ToString()), ("device", Device), ("clip", Clip),
        ("before", view is null ? before ?? Before : null), ("handler", handler));

    public string Where(Guid? location) => Locations.FirstOrDefault(l => l.ClientUuid == location)?.Name ?? Say(location is null ? "No place given" : "A place that was removed");

    public StartingBib? Starter(int? bib) => bib is { } number ? StartList.GetValueOrDefault(number) : null;

    /// <summary>What a code means by the catalogue; null: it does not say.</summary>
    public string? Means(string? code) => Penalties.FirstOrDefault(p => p.Code == code)?.Name;

    public string Who(int? bib) => bib is null ? Say("Bib not read") : Starter(bib)?.Names ?? Say("Not on the start list");

    public int Count(string view) => view switch
    {
        "officialise" => Counts.ToOfficialise,
        "decide" => Counts.ToDecide,
        "decided" => Counts.Decided,
        _ => Counts.All,
    };

    /// <summary>Who saw it, in a word each: "cloud" or the reporter's name.</summary>
    public static string Seen(IncidentView incident) =>
        string.Join(", ", incident.Reports.Where(r => r.WithdrawnAt is null).Select(Reporter).Distinct(StringComparer.Ordinal));

    public static string Reporter(ReportView report) => report.ReporterName ?? CaseEvent.Name(report.ReportedBy) ?? (report.Origin == CloudIdentity.Cloud ? Say("Desk||who reported") : "Pi");

    /// <summary>What the tab that is open lists.</summary>
    private ListIncidents Asked()
    {
        var all = new ListIncidents(RaceUuid, BibNumber: Bib, RaceLocationUuid: Location, Limit: PageRequest.Most, Cursor: Before, Origin: Device, Clip: Clip);
        return View switch
        {
            "officialise" => all with { Status = Statuses.Unofficial, Decision = Decisions.Pending },
            "decide" => all with { Status = Statuses.Official, Decision = Decisions.Pending },
            "decided" => all with { Decided = true },
            _ => all,
        };
    }

    private async Task<IActionResult> DoneAsync(bool ok, string? form = null)
    {
        if (ok) return Redirect(Here(IncidentUuid));
        Refused = form ?? "case";
        await LoadAsync();
        return Page();
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Race = (await mediator.Send(new FindRaces([RaceUuid]), aborted)).SingleOrDefault() ?? throw Problem.NotFound("race");
        if (!current.Actor.Sees(Race.CompetitionUuid)) throw Problem.NotFound("race");
        Venue = new VenueTime(Race.TimeZone);
        Races = await mediator.Send(new FindRacesOfCompetition(Race.CompetitionUuid), aborted);
        Locations = await mediator.Send(new FindLocationsOfRace(RaceUuid), aborted);
        StartList = (await mediator.Send(new FindStartList(RaceUuid), aborted)).ToDictionary(b => b.BibNumber);
        Penalties = await mediator.Send(new FindPenaltiesOfRace(RaceUuid), aborted);
        MayReport = current.Actor.May(Race.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator, Roles.Referee);
        MayDecide = current.Actor.May(Race.CompetitionUuid, Roles.JuryPresident);
        MayMerge = current.Actor.May(Race.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator);

        Devices = await DevicesAsync(aborted);
        // What no filter can be is shown as none: a link may be old, or have been cut.
        if (!ClipFilters.All.Contains(Clip, StringComparer.Ordinal)) Clip = null;
        if (Devices.All(d => d.Origin != Device)) Device = null;
        if (Before is not null && !ListIncidents.IsCursor(Before)) Before = null;
        Counts = await mediator.Send(new CountListed(Asked()), aborted);
        var page = await mediator.Send(Asked(), aborted);
        (Listed, Older) = (page.Items, page.NextCursor);

        if (IncidentUuid is { } uuid)
        {
            Case = await mediator.Send(new ReadIncident(uuid), aborted);
            if (Case.RaceUuid != RaceUuid) throw Problem.NotFound("incident");
            History = CaseEvent.Of(Case, (await mediator.Send(new ReadHistory(uuid), aborted)).Items, Where, Venue);
        }

        var competition = (await mediator.Send(new FindCompetitions([Race.CompetitionUuid]), aborted)).Single();
        new DeskBar(competition.ClientUuid, competition.Name, competition.StartDate, competition.EndDate, competition.TimeZone, RaceUuid).Show(ViewData);
    }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Devices have their names in a module that comes after this one: whoever knows them tells.</summary>
    private async Task<IReadOnlyList<(string, string)>> DevicesAsync(CancellationToken cancellationToken)
    {
        var naming = new NamingDevices(await mediator.Send(new FindReportOrigins(RaceUuid), cancellationToken));
        await mediator.Publish(naming, cancellationToken);
        return
        [
            .. naming.Origins.Select(o => (o, o == CloudIdentity.Cloud ? Say("The desk") : naming.Names.TryGetValue(o, out var name) ? name : Say("A Pi ({0})", o[^4..])))
                .OrderBy(d => d.o == CloudIdentity.Cloud).ThenBy(d => d.Item2, StringComparer.CurrentCultureIgnoreCase),
        ];
    }
}
