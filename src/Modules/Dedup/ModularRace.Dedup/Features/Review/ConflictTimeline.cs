using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>Who saw and said what when on each side of a conflict, on one line in the venue's time (R10: with the clock behind it).</summary>
/// <param name="Sides">What each is called, the cloud's first.</param>
/// <param name="Marks">The earliest first.</param>
internal sealed record ConflictTimeline(IReadOnlyList<string> Sides, IReadOnlyList<TimelineMark> Marks)
{
    private const int MostSides = 5, MostReports = 3;

    /// <summary>Null: fewer than two sides have a time to show, or there is but one.</summary>
    public static ConflictTimeline? Of(
        ConflictRow row, IReadOnlyList<ConflictSide> sides, IEnumerable<CaseSaid> said, IReadOnlyList<IncidentView> incidents, VenueTime venue)
    {
        var shown = sides.Take(MostSides).ToList();
        var bySide = said.ToLookup(s => s.Key);
        var marks = shown.SelectMany((s, i) => Seen(row, s, incidents, venue).Concat(Done(s, bySide[s.Key].FirstOrDefault(), venue)).Select(m => m with { Side = i })).OrderBy(m => m.At).ToList();
        if (marks.Select(m => m.Side).Distinct().Count() < 2 || marks[0].At == marks[^1].At) return null;
        if (venue.Date(marks[0].At) != venue.Date(marks[^1].At)) marks = marks.ConvertAll(m => m with { What = $"{m.What}, {venue.Day(m.At)}" });
        return new ConflictTimeline([.. shown.Select(s => s.Name)], marks);
    }

    /// <summary>Between two incidents the reports of each; else what the version says itself.</summary>
    private static IEnumerable<TimelineMark> Seen(ConflictRow row, ConflictSide side, IReadOnlyList<IncidentView> incidents, VenueTime venue)
    {
        // Once they are one, its reports are nobody's in particular.
        var own = row.OtherRecordUuid is null || incidents.Count < 2 ? null : incidents.FirstOrDefault(i => i.ClientUuid == side.RecordUuid || i.MergedFrom.Contains(side.RecordUuid));
        var reports = own?.Reports.Where(r => r.WithdrawnAt is null).OrderBy(r => r.OccurredAt).Take(MostReports).ToList();
        if (reports is { Count: > 0 })
            return reports.Select(r => new TimelineMark(r.OccurredAt, Seen(r.ReporterName ?? r.ReportedBy), VersionWords.Clock(r.OccurredAtDevice, r.ClockOffsetMs, r.ClockUncertaintyMs, venue)));
        return VersionWords.Corrected(side.Version) is { } at
            ? [new TimelineMark(at, Seen(VersionWords.Text(side.Version["reporter_name"])), VersionWords.Clock(side.Version, venue))]
            : [];
    }

    private static IEnumerable<TimelineMark> Done(ConflictSide side, CaseSaid? last, VenueTime venue)
    {
        if (VersionWords.Time(side.Version, "officialized_at") is { } official) yield return new TimelineMark(official, By(side, "officialized_by") is { } by ? Say("official by {0}", by) : Say("official"));
        if (VersionWords.Time(side.Version, "decided_at") is { } decided)
            yield return new TimelineMark(decided, By(side, "decided_by") is { } by ? Say("{0} by {1}||a decision and whose it is", VersionWords.DecidedWithin(side.Version), by) : VersionWords.DecidedWithin(side.Version), Decided: true);
        if (VersionWords.Time(side.Version, "withdrawn_at") is { } withdrawn) yield return new TimelineMark(withdrawn, By(side, "withdrawn_by") is { } by ? Say("withdrawn by {0}", by) : Say("withdrawn"));
        if (last is { Changed: true, At: { } changed })
            yield return new TimelineMark(changed, Short(last.By) is { } by ? Say("changed by {0}", by) : Say("changed"), last.Own is { } own ? VersionWords.Clock(own, (long)(changed - own).TotalMilliseconds, last.UncertaintyMs, venue) : null);
    }

    private static string Seen(string? signature) => Short(signature) is { } by ? Say("seen by {0}", by) : Say("seen");

    private static string? By(ConflictSide side, string field) => Short(VersionWords.Text(side.Version[field]));

    private static string? Short(string? signature) => VersionWords.Name(signature) is { Length: > 0 } name ? name.Length <= 24 ? name : $"{name[..23]}…" : null;
}

/// <param name="At">Corrected.</param>
/// <param name="What">"seen by Rita Ciresa".</param>
/// <param name="Own">What is known of the clock that told it; null: nothing to tell.</param>
/// <param name="Decided">It is a decision.</param>
/// <param name="Side">Index of its side.</param>
internal sealed record TimelineMark(DateTimeOffset At, string What, string? Own = null, bool Decided = false, int Side = 0);
