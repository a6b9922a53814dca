using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>A line of a case's history, in words.</summary>
internal sealed record CaseEvent(DateTimeOffset At, string What, string By)
{
    /// <summary>The name in a signature such as <c>Elena Morandini (jury_president, cloud)</c>.</summary>
    public static string? Name(string? signature) =>
        signature is null ? null : signature.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? signature[..at] : signature;

    public static string Decided(string decision, string? code) => decision switch
    {
        Decisions.PenaltyApplied => code is { Length: > 0 } ? $"Penalty {code}" : "Penalty",
        Decisions.Rejected => "Rejected",
        Decisions.NoAction => "No action",
        _ => "Not decided",
    };

    public static string Counted(int reports) => reports switch
    {
        0 => "No report",
        1 => "One report",
        2 => "Two reports",
        3 => "Three reports",
        4 => "Four reports",
        _ => $"{reports} reports",
    };

    /// <summary>How far the corrected time may be off.</summary>
    public static string Accuracy(ReportView r) => r.Origin == CloudIdentity.Cloud ? "cloud clock" : r.ClockUncertaintyMs is { } ms ? $"± {VenueTime.Span(ms)}" : "clock not known";

    /// <summary>R10: both times are kept, and both are shown.</summary>
    public static string OwnClock(ReportView r, VenueTime venue) =>
        r.Origin == CloudIdentity.Cloud ? "reported at the desk"
        : r.ClockOffsetMs is { } offset ? $"own clock {venue.Exact(r.OccurredAtDevice)}, {VenueTime.Signed(offset)}"
        : $"own clock {venue.Exact(r.OccurredAtDevice)}, not corrected";

    /// <summary>What happened to the case, newest first: the reports themselves, and every change after their making.</summary>
    public static IReadOnlyList<CaseEvent> Of(IncidentView incident, IEnumerable<HistoryView> history, Func<Guid?, string> where, VenueTime venue)
    {
        var made = incident.Reports.Select((r, i) => new CaseEvent(
            r.OccurredAt, i == 0 ? "Reported" : "Reported again", Name(r.ReporterName ?? r.ReportedBy) ?? (r.Origin == CloudIdentity.Cloud ? "desk" : "Pi"))).Reverse();
        // One act on a group is written to every member of it: people did it once.
        var changed = history
            .Select(h => new CaseEvent(h.At, Words(h.Changes, where, venue), h.System == CloudIdentity.Cloud ? Name(h.By) ?? h.By : $"{Name(h.By)}, {h.System}"))
            .Where(e => e.What.Length > 0)
            .Distinct();
        return [.. made.Concat(changed).OrderByDescending(e => e.At)];
    }

    private static string Words(JsonObject changes, Func<Guid?, string> where, VenueTime venue)
    {
        var words = new List<string>();
        foreach (var (field, value) in changes)
        {
            if (value is not JsonArray { Count: 2 } pair) continue;
            var (old, now) = (Text(pair[0]), Text(pair[1]));
            if (Sentence(field, old, now) is { } said) words.Add(said);
        }

        return string.Join("; ", words.OrderBy(w => w[0] == '“'));

        string? Sentence(string field, string? old, string? now) => field switch
        {
            "status" => now == Statuses.Official ? "Made official" : "No longer official",
            "decision" when now == Decisions.Pending => "Reopened",
            "decision" => $"Decided: {Lower(Decided(now ?? "", Text((changes["penalty_code"] as JsonArray)?[1])))}",
            "decision_note" when now is not null => $"“{now}”",
            "penalty_code" => changes.ContainsKey("decision") ? null : $"Code {old ?? "none"} → {now ?? "none"}",
            "withdrawn_at" => now is null ? "Report taken up again" : "Report withdrawn",
            "bib_number" => $"Bib {old ?? "not read"} → {now ?? "not read"}",
            "race_location_uuid" => $"{Place(old)} → {Place(now)}",
            "occurred_at" => $"Time {Time(old)} → {Time(now)}",
            "description" => "Description changed",
            "athlete_position" => $"Athlete {old ?? "not said"} → {now ?? "not said"}",
            "reporter_name" => $"Reporter {old ?? "not said"} → {now ?? "not said"}",
            "clip" => now is null ? "Clip taken off" : "Clip added",
            "incident_uuid" => "Report given an incident of its own",
            "together_with" => "Put together by hand",
            "apart_from" => "Told apart by hand",
            "resolution" => "Conflict resolved",
            "reason" when now is not null => $"“{now}”",
            _ => null,
        };

        string Place(string? uuid) => where(Guid.TryParse(uuid, out var known) ? known : null);
        string Time(string? at) => InstantConverter.TryRead(at, out var known) ? venue.Exact(known) : "not known";
    }

    private static string Lower(string words) => char.ToLowerInvariant(words[0]) + words[1..];

    private static string? Text(JsonNode? node) => node is null ? null : node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
}
