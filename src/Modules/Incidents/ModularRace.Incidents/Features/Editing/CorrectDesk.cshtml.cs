using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.Editing;

/// <summary>
/// The fields of an incident, or of one of its reports, corrected at the desk. Where somebody else was faster, both versions
/// stand side by side, field by field, with what was typed kept; whoever was second chooses.
/// </summary>
[Authorize(Policies.Report)]
internal sealed class CorrectDeskModel(IMediator mediator) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid IncidentUuid { get; set; }

    /// <summary>The report that is corrected; null: the incident itself.</summary>
    [BindProperty(SupportsGet = true, Name = "report")]
    public Guid? ReportUuid { get; set; }

    /// <summary>The filters of the list that the person came from.</summary>
    [BindProperty(SupportsGet = true, Name = "list")]
    public string? From { get; set; }

    public RaceSummary Race { get; private set; } = null!;

    public IReadOnlyList<LocationSummary> Locations { get; private set; } = [];

    public IncidentView Incident { get; private set; } = null!;

    /// <summary>Null: the incident itself is corrected.</summary>
    public ReportView? Report { get; private set; }

    public VenueTime Venue { get; private set; } = null!;

    public string Revision { get; private set; } = "";

    /// <summary>What is being written.</summary>
    public CorrectedFields Mine { get; private set; } = new();

    /// <summary>As it stands now.</summary>
    public CorrectedFields Now { get; private set; } = new();

    /// <summary>What this person and somebody else changed to different things; null: nobody was faster.</summary>
    public IReadOnlyList<string>? Disputed { get; private set; }

    /// <summary>Field to who said last what it is now.</summary>
    public IReadOnlyDictionary<string, CaseEvent> Said { get; private set; } = new Dictionary<string, CaseEvent>(StringComparer.Ordinal);

    public IReadOnlyList<string> Fields =>
    [
        CorrectedFields.Bib, CorrectedFields.Place, CorrectedFields.Time,
        .. Report is not null && Race.Discipline is "team" or "mixed_relay" ? [CorrectedFields.Athlete] : Array.Empty<string>(),
        .. Report is not null ? [CorrectedFields.Reporter] : Array.Empty<string>(),
        .. Report is null && Incident.Decision != Decisions.Pending ? Array.Empty<string>() : [CorrectedFields.Code],
        CorrectedFields.Written,
    ];

    /// <summary>It is the only report that its incident has: both move together.</summary>
    public bool Sole => Report is { } r && Incident.Reports.Count(o => o.IncidentUuid == r.IncidentUuid && o.WithdrawnAt is null) == 1;

    public async Task OnGetAsync()
    {
        await LoadAsync();
        Mine = Now;
    }

    public async Task<IActionResult> OnPostAsync([Bind(Prefix = nameof(Mine))] CorrectedFields mine, [Bind(Prefix = "Was")] CorrectedFields was, string? revision)
    {
        await LoadAsync();
        foreach (var field in Fields.Where(f => Request.Form[$"take.{f}"] == "theirs"))
        {
            mine = mine.With(field, was);
            ModelState.Remove($"{nameof(Mine)}.{CorrectedFields.Property(field)}");
        }

        Mine = mine;
        var patch = Patch(mine, was);
        if (ModelState.IsValid && patch.Count == 0) return Redirect(Back());
        var seen = $"\"{revision}\"";
        var (ok, code, moved) = Report is { } report
            ? await this.TrySendAsync(mediator, new EditReport(report.ClientUuid, patch, seen)) is var r ? (r.Ok, r.Code, r.Result?.IncidentUuid) : default
            : await this.TrySendAsync(mediator, new EditIncident(IncidentUuid, patch, seen)) is var i ? (i.Ok, i.Code, null) : default;
        if (ok) return Redirect(Back(moved, "corrected"));

        // Read anew: it may have moved on between the first reading and the lock.
        await LoadAsync();
        if (code == Problem.StaleRevisionCode) MeetOther(was);
        else (Now, Revision) = (was, revision ?? "");
        return Page();
    }

    /// <summary>The incident's page with the list as it was.</summary>
    public string Back(Guid? incident = null, string? said = null) => KeptFilters.After($"/races/{Incident.RaceUuid}/incidents/{incident ?? Incident.ClientUuid}", From, ("said", said));

    public string Here => KeptFilters.Of($"/incidents/{IncidentUuid}/correct", ("report", ReportUuid?.ToString()), ("list", From));

    public string Where(Guid? location) => Locations.FirstOrDefault(l => l.ClientUuid == location)?.Name ?? Say(location is null ? "No place given" : "A place that was removed");

    /// <summary>A field's value in words.</summary>
    public string Words(string field, CorrectedFields of) => field switch
    {
        CorrectedFields.Bib => of.BibNumber?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Say("not read||a bib"),
        CorrectedFields.Place => Where(of.RaceLocationUuid),
        CorrectedFields.Time => of.OccurredAt is { } at ? Venue.Exact(Venue.From(at)) : Say("not said"),
        CorrectedFields.Athlete => of.AthletePosition?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Say("not said"),
        CorrectedFields.Reporter => of.ReporterName ?? Say("not said"),
        CorrectedFields.Code => of.PenaltyCode ?? Say("none||no code"),
        _ => of.Description ?? Say("nothing||nothing was written"),
    };

    /// <summary>
    /// Somebody was faster. What this person did not touch is what it is now; what only this person touched stays; what both
    /// changed, to different things, is to be chosen.
    /// </summary>
    private void MeetOther(CorrectedFields was)
    {
        ModelState.Clear();
        Disputed = [.. Fields.Where(f => !Mine.Same(f, was) && !Now.Same(f, was) && !Mine.Same(f, Now))];
        foreach (var field in Fields.Where(f => Mine.Same(f, was))) Mine = Mine.With(field, Now);
    }

    private JsonObject Patch(CorrectedFields mine, CorrectedFields was)
    {
        var patch = new JsonObject();
        foreach (var field in Fields.Where(f => !mine.Same(f, was)))
            patch[field] = field switch
            {
                CorrectedFields.Bib => mine.BibNumber,
                CorrectedFields.Place => mine.RaceLocationUuid?.ToString(),
                CorrectedFields.Time => mine.OccurredAt is { } at ? InstantConverter.Write(Venue.From(at)) : null,
                CorrectedFields.Athlete => mine.AthletePosition,
                CorrectedFields.Reporter => PageForms.Typed(mine.ReporterName),
                CorrectedFields.Code => PageForms.Typed(mine.PenaltyCode),
                _ => PageForms.Typed(mine.Description),
            };
        return patch;
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Incident = await mediator.Send(new ReadIncident(IncidentUuid), aborted);
        Race = (await mediator.Send(new FindRaces([Incident.RaceUuid]), aborted)).SingleOrDefault() ?? throw Problem.NotFound("race");
        Locations = await mediator.Send(new FindLocationsOfRace(Incident.RaceUuid), aborted);
        Venue = new VenueTime(Race.TimeZone);
        if (ReportUuid is { } uuid) Report = Incident.Reports.FirstOrDefault(r => r.ClientUuid == uuid) ?? throw Problem.NotFound("report");
        (Now, Revision) = Report is { } report ? (CorrectedFields.Of(report, Venue), report.Revision) : (CorrectedFields.Of(Incident, Venue), Incident.Revision);
        var record = Report?.ClientUuid ?? Incident.ClientUuid;
        var said = new Dictionary<string, CaseEvent>(StringComparer.Ordinal);
        foreach (var entry in (await mediator.Send(new ReadHistory(IncidentUuid), aborted)).Items.Where(h => h.RecordUuid == record || (Report is null && h.RecordType == "incident")))
            foreach (var (field, _) in entry.Changes)
                said[field] = new CaseEvent(entry.At, field, CaseEvent.Name(entry.By) ?? entry.By);
        Said = said;

        var competition = (await mediator.Send(new FindCompetitions([Race.CompetitionUuid]), aborted)).Single();
        new DeskBar(competition.ClientUuid, competition.Name, competition.StartDate, competition.EndDate, competition.TimeZone, Race.ClientUuid).Show(ViewData);
    }
}

/// <summary>What can be corrected of an incident or a report, as a form has it.</summary>
internal sealed record CorrectedFields
{
    /// <summary>Each by its name on the wire.</summary>
    public const string Bib = "bib_number", Place = "race_location_uuid", Time = "occurred_at", Athlete = "athlete_position", Reporter = "reporter_name", Code = "penalty_code", Written = "description";

    public int? BibNumber { get; set; }

    public Guid? RaceLocationUuid { get; set; }

    /// <summary>On the venue's clock, to the millisecond.</summary>
    public DateTime? OccurredAt { get; set; }

    public int? AthletePosition { get; set; }

    public string? ReporterName { get; set; }

    public string? PenaltyCode { get; set; }

    public string? Description { get; set; }

    public static CorrectedFields Of(IncidentView i, VenueTime venue) => new()
    {
        BibNumber = i.BibNumber, RaceLocationUuid = i.RaceLocationUuid, OccurredAt = venue.Local(i.OccurredAt).DateTime, PenaltyCode = i.PenaltyCode, Description = i.Description,
    };

    public static CorrectedFields Of(ReportView r, VenueTime venue) => new()
    {
        BibNumber = r.BibNumber, RaceLocationUuid = r.RaceLocationUuid, OccurredAt = venue.Local(r.OccurredAt).DateTime, AthletePosition = r.AthletePosition,
        ReporterName = r.ReporterName, PenaltyCode = r.PenaltyCode, Description = r.Description,
    };

    public static string Property(string field) => field switch
    {
        Bib => nameof(BibNumber),
        Place => nameof(RaceLocationUuid),
        Time => nameof(OccurredAt),
        Athlete => nameof(AthletePosition),
        Reporter => nameof(ReporterName),
        Code => nameof(PenaltyCode),
        _ => nameof(Description),
    };

    public static string Label(string field) => field switch
    {
        Bib => Say("Bib"),
        Place => Say("Place"),
        Time => Say("Seen at"),
        Athlete => Say("Athlete of the team"),
        Reporter => Say("Reporter"),
        Code => Say("Penalty code proposed"),
        _ => Say("What was seen"),
    };

    public bool Same(string field, CorrectedFields other) => field switch
    {
        Bib => BibNumber == other.BibNumber,
        Place => RaceLocationUuid == other.RaceLocationUuid,
        Time => OccurredAt == other.OccurredAt,
        Athlete => AthletePosition == other.AthletePosition,
        Reporter => PageForms.Typed(ReporterName) == PageForms.Typed(other.ReporterName),
        Code => PageForms.Typed(PenaltyCode) == PageForms.Typed(other.PenaltyCode),
        _ => PageForms.Typed(Description) == PageForms.Typed(other.Description),
    };

    /// <summary>These with one field of the other.</summary>
    public CorrectedFields With(string field, CorrectedFields other) => field switch
    {
        Bib => this with { BibNumber = other.BibNumber },
        Place => this with { RaceLocationUuid = other.RaceLocationUuid },
        Time => this with { OccurredAt = other.OccurredAt },
        Athlete => this with { AthletePosition = other.AthletePosition },
        Reporter => this with { ReporterName = other.ReporterName },
        Code => this with { PenaltyCode = other.PenaltyCode },
        _ => this with { Description = other.Description },
    };
}
