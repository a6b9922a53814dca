using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.ByHand;

/// <summary>R5: a person puts an incident together with another: chooses which, sees what will happen, and says so.</summary>
[Authorize(Policies.Merge)]
internal sealed class MergeDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid IncidentUuid { get; set; }

    /// <summary>The other that was chosen; null: none yet.</summary>
    [BindProperty(SupportsGet = true, Name = "with")]
    public Guid? With { get; set; }

    /// <summary>Only incidents in which this bib was seen.</summary>
    [BindProperty(SupportsGet = true, Name = "bib")]
    public int? Bib { get; set; }

    /// <summary>The filters of the list that the person came from.</summary>
    [BindProperty(SupportsGet = true, Name = "list")]
    public string? From { get; set; }

    public IncidentView This { get; private set; } = null!;

    public IReadOnlyList<IncidentSummary> Others { get; private set; } = [];

    /// <summary>Null: no other was chosen.</summary>
    public MergePreview? Preview { get; private set; }

    public RaceDesk Desk { get; private set; } = null!;

    public string? Note { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync(string? note)
    {
        var sent = await this.TrySendAsync(mediator, new MergeIncidents(With.GetValueOrDefault(), PageForms.Typed(note)) { IncidentUuid = IncidentUuid });
        if (sent.Ok) return Redirect(KeptFilters.After($"/races/{sent.Result!.RaceUuid}/incidents/{sent.Result.ClientUuid}", From, ("said", "merged")));
        Note = note;
        await LoadAsync();
        return Page();
    }

    /// <summary>This page with that one chosen.</summary>
    public string Here(Guid? with) => KeptFilters.Of($"/incidents/{IncidentUuid}/merge", ("with", with?.ToString()), ("bib", Bib?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("list", From));

    public string Back => KeptFilters.After($"/races/{This.RaceUuid}/incidents/{This.ClientUuid}", From);

    /// <summary>"Bib 12, 10:31:05"</summary>
    public string Short(IncidentView i) => $"{RaceDesk.Bib(i.BibNumber)}, {Desk.Venue.Clock(i.OccurredAt)}";

    /// <summary>The same within a sentence.</summary>
    public string ShortWithin(IncidentView i) => $"{(i.BibNumber is { } bib ? Say("bib {0}", bib) : Say("no bib"))}, {Desk.Venue.Clock(i.OccurredAt)}";

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        This = await mediator.Send(new ReadIncident(IncidentUuid), aborted);
        Others = await mediator.Send(new FindMergeable(IncidentUuid, Bib), aborted);
        Desk = await RaceDesk.ShowAsync(ViewData, mediator, current.Actor, This.RaceUuid, Now, aborted);
        if (With is { } other) Preview = await mediator.Send(new PreviewMerge(IncidentUuid, other), aborted);
    }
}
