using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review;

/// <summary>R5: the merge log, latest first: who joined whom and why, and the undoing of it.</summary>
[Authorize(Policies.Merge)]
internal sealed class MergesDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "competition")]
    public Guid? Competition { get; set; }

    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Page<MergeView> Merges { get; private set; } = new([], null);

    public IReadOnlyDictionary<Guid, string> RaceNames { get; private set; } = new Dictionary<Guid, string>();

    public WaitingCounts Waiting { get; private set; } = new(null, null);

    public ReviewBar Bar { get; private set; } = null!;

    public VenueTime Venue => Bar.Venue;

    /// <summary>The merge that was undone just now.</summary>
    public Guid? Undone { get; private set; }

    public async Task OnGetAsync(Guid? undone)
    {
        Undone = undone;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostUndoAsync(Guid merge)
    {
        var sent = await this.TrySendAsync(mediator, new UndoMerge(merge));
        if (sent.Ok) return Redirect($"{Here(Cursor)}{(Here(Cursor).Contains('?', StringComparison.Ordinal) ? '&' : '?')}undone={merge}");
        await LoadAsync();
        return Page();
    }

    public string Here(string? cursor, string? handler = null)
    {
        var query = new List<string>();
        if (Competition is { } competition) query.Add($"competition={competition}");
        if (cursor is { Length: > 0 }) query.Add($"cursor={Uri.EscapeDataString(cursor)}");
        if (handler is not null) query.Add($"handler={handler}");
        return query.Count == 0 ? "/merges" : $"/merges?{string.Join('&', query)}";
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Waiting = await mediator.Send(new CountWaiting(), aborted);
        Bar = await ReviewBar.ShowAsync(ViewData, mediator, current.Actor, [Roles.JuryPresident, Roles.VarOperator], Competition, null, time.GetUtcNow(), aborted);
        if (Bar.About is not { } about) return;
        Merges = await mediator.Send(new ListMerges(about.ClientUuid, new PageRequest(50, Cursor)), aborted);
        RaceNames = (await mediator.Send(new FindRacesOfCompetition(about.ClientUuid), aborted)).ToDictionary(r => r.ClientUuid, r => r.Name);
    }
}
