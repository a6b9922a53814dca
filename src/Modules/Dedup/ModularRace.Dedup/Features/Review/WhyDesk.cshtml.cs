using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>
/// A piece of the page of an incident: the reason of a merge as a sentence and as a picture. It is a page of its own because
/// Incidents, which stands before this module, never asks it anything; the browser does.
/// </summary>
[Authorize(Policies.SignedIn)]
internal sealed class WhyDeskModel(IMediator mediator) : PageModel
{
    private const int Width = 552, Lane = 46, Top = 26, Most = 8;
    private static readonly int[] Steps = [5, 10, 15, 30, 60, 120];

    [BindProperty(SupportsGet = true)]
    public Guid IncidentUuid { get; set; }

    public IReadOnlyList<MergeReason> Reasons { get; private set; } = [];

    public IReadOnlyList<StandingApart> Apart { get; private set; } = [];

    public Guid RaceUuid { get; private set; }

    public bool MayGroup { get; private set; }

    public VenueTime Venue { get; private set; } = null!;

    public IReadOnlyList<Mark> Marks { get; private set; } = [];

    public IReadOnlyList<(string X, string Words)> Ticks { get; private set; } = [];

    /// <summary>The thirty seconds after the first observation.</summary>
    public (string X, string Width) Band { get; private set; }

    public int Height => Top + (Marks.Count * Lane) + 26;

    public int Axis => Top + (Marks.Count * Lane);

    public async Task OnGetAsync()
    {
        var told = await mediator.Send(new ExplainGroup(IncidentUuid), HttpContext.RequestAborted);
        (Reasons, Venue, Apart, RaceUuid, MayGroup) = (told.Reasons, new VenueTime(told.TimeZone), told.Apart, told.RaceUuid, told.MayGroup);
        if (Reasons.Count > 0 && told.Seen.Count > 1) Draw([.. told.Seen.Take(Most)]);
    }

    /// <summary>The undo of a merge, from the incident's own page, to which it leads back.</summary>
    public async Task<IActionResult> OnPostUndoAsync(Guid merge)
    {
        var told = await mediator.Send(new ExplainGroup(IncidentUuid), HttpContext.RequestAborted);
        await mediator.Send(new UndoMerge(merge), HttpContext.RequestAborted);
        return Redirect($"/races/{told.RaceUuid}/incidents/{IncidentUuid}?said=undone");
    }

    private void Draw(IReadOnlyList<SeenAt> seen)
    {
        // A clock that was hours off would press the picture flat: then its own time is said in words only.
        static bool Near(SeenAt s) => (s.At - s.Own).Duration() is var off && off >= TimeSpan.FromMilliseconds(100) && off < TimeSpan.FromMinutes(3);
        var first = seen[0].At;
        var last = first.AddSeconds(30);
        var from = seen.Where(Near).Select(s => s.Own).Append(first).Min();
        var to = seen.Where(Near).Select(s => s.Own).Concat(seen.Select(s => s.At)).Append(last).Max();
        var pad = Math.Max(3, (to - from).TotalSeconds * .06);
        (from, to) = (from.AddSeconds(-pad), to.AddSeconds(pad));
        var span = (to - from).TotalSeconds;
        double At(DateTimeOffset time) => (time - from).TotalSeconds / span * Width;

        Band = (Text(At(first)), Text(At(last) - At(first)));
        Marks =
        [
            .. seen.Select((s, i) =>
            {
                var x = At(s.At);
                var own = Near(s) ? At(s.Own) : (double?)null;
                var before = i > 0 ? At(seen[i - 1].At) : (double?)null;
                // The words stand after the point, where nothing crosses them, as long as there is room.
                var right = x + 6 + (6.3 * (Venue.Exact(s.At).Length + (s.By ?? Say("cloud")).Length)) > Width;
                return new Mark(
                    Text(x), Top + (i * Lane) + 26, Venue.Exact(s.At), s.By ?? Say("cloud"), right, Text(right ? x - 8 : x + 4),
                    own is { } o && Math.Abs(o - x) > 14 ? Text(o) : null,
                    own is not null && Math.Abs(own.Value - x) > 60 ? VenueTime.Signed((long)(s.At - s.Own).TotalMilliseconds) : null,
                    own is { } p ? Text((p + x) / 2) : null, Text(x + (own < x ? -8 : 8)), Text(x + (own < x ? -14 : 14)),
                    before is { } b && x - b > 1 ? Text(b) : null,
                    before is { } c ? Text((c + x) / 2) : null, i > 0 ? VenueTime.Span((long)(s.At - seen[i - 1].At).TotalMilliseconds) : null, Top + ((i - 1) * Lane) + 26);
            }),
        ];
        var step = Steps.First(s => span / s <= 7 || s == Steps[^1]);
        var tick = new DateTimeOffset(from.Ticks - (from.Ticks % (step * TimeSpan.TicksPerSecond)), from.Offset).AddSeconds(step);
        var ticks = new List<(string, string)>();
        for (; tick < to; tick = tick.AddSeconds(step))
            if (At(tick) is > 30 and < Width - 30) ticks.Add((Text(At(tick)), Venue.Clock(tick)));
        Ticks = ticks;
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>One observation in the picture; lengths in the picture's own units.</summary>
    internal sealed record Mark(
        string X, int Y, string Clock, string By, bool Right, string LabelX, string? OwnX, string? Shift, string? ShiftX, string ArrowX, string ArrowBackX,
        string? BeforeX, string? GapX, string? Gap, int BeforeY);
}
