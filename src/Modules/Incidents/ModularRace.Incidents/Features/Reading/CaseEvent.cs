using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>A line of a case's history, in the words of the page that shows it.</summary>
internal sealed record CaseEvent(DateTimeOffset At, string What, string By)
{
    /// <summary>The name in a signature such as <c>Elena Morandini (jury_president, cloud)</c>.</summary>
    public static string? Name(string? signature) =>
        signature is null ? null : signature.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? signature[..at] : signature;

    public static string Decided(string decision, string? code) => decision switch
    {
        Decisions.PenaltyApplied => code is { Length: > 0 } ? Say("Penalty {0}", code) : Say("Penalty"),
        Decisions.Rejected => Say("Rejected"),
        Decisions.NoAction => Say("No action"),
        _ => Say("Not decided"),
    };

    public static string Counted(int reports) => reports switch
    {
        0 => Say("No report"),
        1 => Say("One report"),
        2 => Say("Two reports"),
        3 => Say("Three reports"),
        4 => Say("Four reports"),
        _ => Say("{0} reports", reports),
    };

    /// <summary>The same within a sentence.</summary>
    public static string CountedWithin(int reports) => reports switch
    {
        0 => Say("no report"),
        1 => Say("one report"),
        2 => Say("two reports"),
        3 => Say("three reports"),
        4 => Say("four reports"),
        _ => Say("{0} reports", reports),
    };

    /// <summary>How far the corrected time may be off.</summary>
    public static string Accuracy(ReportView r) => r.Origin == CloudIdentity.Cloud ? Say("cloud clock") : r.ClockUncertaintyMs is { } ms ? $"± {VenueTime.Span(ms)}" : Say("clock not known");

    /// <summary>R10: both times are kept, and both are shown.</summary>
    public static string OwnClock(ReportView r, VenueTime venue) =>
        r.Origin == CloudIdentity.Cloud ? Say("reported at the desk")
        : r.ClockOffsetMs is { } offset ? Say("own clock {0}, {1}", venue.Exact(r.OccurredAtDevice), VenueTime.Signed(offset))
        : Say("own clock {0}, not corrected", venue.Exact(r.OccurredAtDevice));

    /// <summary>What happened to the case, newest first: the reports themselves, and every change after their making.</summary>
    public static IReadOnlyList<CaseEvent> Of(IncidentView incident, IEnumerable<HistoryView> history, Func<Guid?, string> where, VenueTime venue)
    {
        var made = incident.Reports.Select((r, i) => new CaseEvent(
            r.OccurredAt, Say(i == 0 ? "Reported" : "Reported again"), Name(r.ReporterName ?? r.ReportedBy) ?? (r.Origin == CloudIdentity.Cloud ? Say("desk||who reported") : "Pi"))).Reverse();
        // One act on a group is written to every member of it: people did it once.
        var changed = history
            .Select(h => new CaseEvent(h.At, Words(h.Changes, where, venue), h.System == CloudIdentity.Cloud ? Name(h.By) ?? h.By : $"{Name(h.By)}, {h.System}"))
            .Where(e => e.What.Length > 0)
            .Distinct();
        return [.. made.Concat(changed).OrderByDescending(e => e.At)];
    }

    private static string Words(JsonObject changes, Func<Guid?, string> where, VenueTime venue)
    {
        var (words, quotes) = (new List<string>(), new List<string>());
        foreach (var (field, value) in changes)
        {
            if (value is not JsonArray { Count: 2 } pair) continue;
            var (old, now) = (Text(pair[0]), Text(pair[1]));
            if (Sentence(field, old, now) is { } said) (field is "decision_note" or "reason" ? quotes : words).Add(said);
        }

        return string.Join("; ", words.Concat(quotes));

        string? Sentence(string field, string? old, string? now) => field switch
        {
            "status" => Say(now == Statuses.Official ? "Made official" : "No longer official"),
            "decision" when now == Decisions.Pending => Say("Reopened"),
            "decision" => NowDecided(now, Text((changes["penalty_code"] as JsonArray)?[1])),
            "decision_note" when now is not null => Say("“{0}”", now),
            "penalty_code" => changes.ContainsKey("decision") ? null : Say("Code {0} → {1}", old ?? Say("none||no code"), now ?? Say("none||no code")),
            "withdrawn_at" => Say(now is null ? "Report taken up again" : "Report withdrawn"),
            "bib_number" => Say("Bib {0} → {1}", old ?? Say("not read||a bib"), now ?? Say("not read||a bib")),
            "race_location_uuid" => $"{Place(old)} → {Place(now)}",
            "occurred_at" => Say("Time {0} → {1}", Time(old), Time(now)),
            "description" => Say("Description changed"),
            "athlete_position" => Say("Athlete {0} → {1}", old ?? Say("not said"), now ?? Say("not said")),
            "reporter_name" => Say("Reporter {0} → {1}", old ?? Say("not said"), now ?? Say("not said")),
            "clip" => Say(now is null ? "Clip taken off" : "Clip added"),
            "incident_uuid" => Say("Report given an incident of its own"),
            "together_with" => Say("Put together by hand"),
            "apart_from" => Say("Told apart by hand"),
            "resolution" => Say("Conflict resolved"),
            "reason" when now is not null => Say("“{0}”", now),
            _ => null,
        };

        string Place(string? uuid) => where(Guid.TryParse(uuid, out var known) ? known : null);
        string Time(string? at) => InstantConverter.TryRead(at, out var known) ? venue.Exact(known) : Say("not known||a time");
    }

    private static string NowDecided(string? decision, string? code) => decision switch
    {
        Decisions.PenaltyApplied => code is { Length: > 0 } ? Say("Decided: penalty {0}", code) : Say("Decided: penalty"),
        Decisions.Rejected => Say("Decided: rejected"),
        Decisions.NoAction => Say("Decided: no action"),
        _ => Say("Decided: not decided"),
    };

    private static string? Text(JsonNode? node) => node is null ? null : node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
}
