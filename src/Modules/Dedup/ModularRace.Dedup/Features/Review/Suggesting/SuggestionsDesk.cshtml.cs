using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review.Suggesting;

/// <summary>R5: near misses, to merge or to dismiss; apart from the conflicts, for nothing waits for them.</summary>
[Authorize(Policies.Merge)]
internal sealed class SuggestionsDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "competition")]
    public Guid? Competition { get; set; }

    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    [BindProperty(SupportsGet = true, Name = "suggestion")]
    public Guid? SuggestionUuid { get; set; }

    public Page<SuggestionView> Listed { get; private set; } = new([], null);

    public SuggestionView? Open { get; private set; }

    /// <summary>The two, each as it is shown with its reports.</summary>
    public IReadOnlyList<IncidentView> Incidents { get; private set; } = [];

    public IReadOnlyDictionary<Guid, string> Places { get; private set; } = new Dictionary<Guid, string>();

    public IReadOnlyDictionary<Guid, RaceSummary> Races { get; private set; } = new Dictionary<Guid, RaceSummary>();

    public WaitingCounts Waiting { get; private set; } = new(null, null);

    public ReviewBar Bar { get; private set; } = null!;

    public string? Said { get; private set; }

    public string? Note { get; private set; }

    public async Task OnGetAsync(string? said)
    {
        Said = said is "merge" or "dismiss" ? said : null;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostAsync(Guid suggestion, string? action, string? note)
    {
        SuggestionUuid = suggestion;
        var uuids = (await mediator.Send(Asked(), HttpContext.RequestAborted)).Items.Select(s => s.ClientUuid).ToList();
        var at = uuids.IndexOf(suggestion);
        var sent = await this.TrySendAsync(mediator, new SettleSuggestion(action!, PageForms.Typed(note)) { SuggestionUuid = suggestion });
        if (sent.Ok) return Redirect(Here(uuids.Skip(at + 1).Concat(uuids.Take(Math.Max(0, at))).Select(u => (Guid?)u).FirstOrDefault(), said: action));
        Note = note;
        await LoadAsync();
        return Page();
    }

    public string Here(Guid? suggestion, string? said = null, string? cursor = null)
    {
        var query = new List<string>();
        if (Competition is { } competition) query.Add($"competition={competition}");
        if ((cursor ?? Cursor) is { Length: > 0 } page) query.Add($"cursor={Uri.EscapeDataString(page)}");
        if (suggestion is { } uuid) query.Add($"suggestion={uuid}");
        if (said is not null) query.Add($"said={said}");
        return query.Count == 0 ? "/suggestions" : $"/suggestions?{string.Join('&', query)}";
    }

    private ListSuggestions Asked() => new(Competition, new PageRequest(null, Cursor));

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Listed = await mediator.Send(Asked(), aborted);
        Waiting = await mediator.Send(new CountWaiting(), aborted);
        // One that was settled meanwhile is no longer here to be looked at: the list says what is.
        Open = Listed.Items.FirstOrDefault(s => s.ClientUuid == SuggestionUuid);
        if (Open is not null)
        {
            var incidents = new List<IncidentView>();
            foreach (var uuid in Open.IncidentUuids) incidents.Add(await mediator.Send(new ReadIncident(uuid), aborted));
            Incidents = [.. incidents.OrderBy(i => i.OccurredAt)];
            var places = incidents.SelectMany(i => i.Reports.Select(r => r.RaceLocationUuid).Append(i.RaceLocationUuid)).OfType<Guid>().Distinct().ToArray();
            Places = (await mediator.Send(new FindLocations(places), aborted)).ToDictionary(p => p.ClientUuid, p => p.Name);
        }

        Races = (await mediator.Send(new FindRaces([.. Listed.Items.Select(s => s.RaceUuid).Distinct()]), aborted)).ToDictionary(r => r.ClientUuid);
        Bar = await ReviewBar.ShowAsync(ViewData, mediator, current.Actor, [Roles.JuryPresident, Roles.VarOperator], Open?.CompetitionUuid ?? Competition, Open?.RaceUuid, time.GetUtcNow(), aborted);
    }
}
