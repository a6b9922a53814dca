using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.ByHand;

/// <summary>R5: a person takes reports out of an incident that they do not belong to.</summary>
[Authorize(Policies.Report)]
internal sealed class SplitDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid IncidentUuid { get; set; }

    /// <summary>Those that are ticked.</summary>
    [BindProperty(SupportsGet = true, Name = "report")]
    public List<Guid> Chosen { get; set; } = [];

    /// <summary>The filters of the list that the person came from.</summary>
    [BindProperty(SupportsGet = true, Name = "list")]
    public string? From { get; set; }

    public IncidentView This { get; private set; } = null!;

    /// <summary>Its reports that were not taken back, by time.</summary>
    public IReadOnlyList<ReportView> Reports { get; private set; } = [];

    public RaceDesk Desk { get; private set; } = null!;

    public string? Note { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync(string? note)
    {
        var sent = await this.TrySendAsync(mediator, new SplitIncident(ReportUuids: Chosen, Note: PageForms.Typed(note)) { IncidentUuid = IncidentUuid });
        if (sent.Ok) return Redirect(KeptFilters.After($"/races/{sent.Result!.RaceUuid}/incidents/{sent.Result.ClientUuid}", From, ("said", "split")));
        Note = note;
        await LoadAsync();
        return Page();
    }

    public string Back => KeptFilters.After($"/races/{This.RaceUuid}/incidents/{This.ClientUuid}", From);

    public static string Reporter(ReportView r) => r.ReporterName ?? VersionWords.Name(r.ReportedBy) ?? (r.Origin == CloudIdentity.Cloud ? Say("Desk") : "Pi");

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        This = await mediator.Send(new ReadIncident(IncidentUuid), aborted);
        Reports = [.. This.Reports.Where(r => r.WithdrawnAt is null)];
        Desk = await RaceDesk.ShowAsync(ViewData, mediator, current.Actor, This.RaceUuid, time.GetUtcNow(), aborted);
    }
}
