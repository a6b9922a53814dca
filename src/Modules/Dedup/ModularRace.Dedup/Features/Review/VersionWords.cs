using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>What the versions of records hold, as a jury member reads it: names for identities, the venue's time for times.</summary>
internal sealed class VersionWords(IReadOnlyDictionary<Guid, string> names)
{
    public static string None => Say("none||an empty field");

    /// <summary>With the names of all that these versions refer to and that is here.</summary>
    public static async Task<VersionWords> ReadAsync(IMediator mediator, IEnumerable<JsonObject> versions, CancellationToken cancellationToken)
    {
        var named = versions.SelectMany(v => v).Where(p => p.Key.EndsWith("_uuid", StringComparison.Ordinal))
            .Select(p => Text(p.Value)).Select(t => Guid.TryParse(t, out var uuid) ? uuid : Guid.Empty).Where(u => u != Guid.Empty).Distinct().ToArray();
        var names = new Dictionary<Guid, string>();
        if (named.Length == 0) return new VersionWords(names);
        foreach (var place in await mediator.Send(new FindLocations(named), cancellationToken)) names[place.ClientUuid] = place.Name;
        foreach (var race in await mediator.Send(new FindRaces(named), cancellationToken)) names[race.ClientUuid] = race.Name;
        foreach (var incident in await mediator.Send(new FindIncidents(named), cancellationToken)) names[incident.ClientUuid] = Say("Incident no. {0}", incident.Number);
        return new VersionWords(names);
    }

    public static string Label(string field) => field switch
    {
        "bib_number" => Say("Bib"),
        "race_location_uuid" or "place" => Say("Place"),
        "race_uuid" => Say("Race"),
        "incident_uuid" => Say("Incident"),
        "competition_uuid" => Say("Competition"),
        "occurred_at" => Say("Seen at"),
        "penalty_code" => Say("Penalty code"),
        "decision_note" => Say("Its note||of a decision"),
        "athlete_position" => Say("Athlete of the team"),
        "reporter_name" => Say("Reporter"),
        "withdrawn_at" => Say("Withdrawn"),
        "athlete_uuids" => Say("Athletes"),
        "status" => Say("Status"),
        "decision" => Say("Decision"),
        "description" => Say("Description"),
        "name" => Say("Name"),
        "first_name" => Say("First name"),
        "last_name" => Say("Last name"),
        "nation" => Say("Nation"),
        "birth_year" => Say("Birth year"),
        "gender" => Say("Gender"),
        "license_number" => Say("License number"),
        "category" => Say("Category"),
        "city" => Say("City"),
        "country" => Say("Country"),
        "discipline" => Say("Discipline"),
        "heat" => Say("Heat"),
        "stage" => Say("Stage"),
        "scheduled_at" => Say("Scheduled at"),
        "course_segment" => Say("Course segment"),
        "position" => Say("Position"),
        "start_date" => Say("Start date"),
        "end_date" => Say("End date"),
        "time_zone" => Say("Time zone"),
        "webpage_url" => Say("Webpage url"),
        "camera_url" => Say("Camera url"),
        "language" => Say("Language"),
        "practice" => Say("Practice"),
        "deleted" => Say("Deleted"),
        "merged_into" => Say("Merged into"),
        "code" => Say("Code"),
        "text" => Say("Text"),
        "note" => Say("Note"),
        "kind" => Say("Kind"),
        "incident_uuids" => Say("Incident uuids"),
        "said_at" => Say("Said at"),
        "said_by" => Say("Said by"),
        "notes" => Say("Notes"),
        "resolution" => Say("Resolution"),
        _ => char.ToUpperInvariant(field[0]) + field[1..].Replace('_', ' '),
    };

    /// <summary>A record's type in a word.</summary>
    public static string Kind(string type) => type switch
    {
        RecordTypes.Competition => Say("competition"),
        RecordTypes.Race => Say("race"),
        RecordTypes.RaceLocation => Say("place"),
        RecordTypes.Athlete => Say("athlete"),
        RecordTypes.BibAssignment => Say("start list entry"),
        RecordTypes.Penalty => Say("penalty"),
        RecordTypes.Phrase => Say("phrase"),
        RecordTypes.Incident => Say("incident"),
        RecordTypes.Report => Say("report"),
        RecordTypes.Grouping => Say("word on a pair"),
        RecordTypes.HistoryEntry => Say("history entry"),
        _ => type.Replace('_', ' '),
    };

    /// <summary>"Bib: 12".</summary>
    public static string Colon(string what, string told) => ReasonWords.Spoken.Colon(what, told);

    /// <summary>A field of a version; empty is <see cref="None"/>.</summary>
    public string Value(string field, JsonObject version, VenueTime venue)
    {
        var node = version[field];
        if (field == "decision") return Decided(version);
        if (field == "status") return Status(Text(node));
        if (node is JsonArray list) return list.Count == 0 ? None : string.Join(", ", list.Select(n => Said(n) ?? "?"));
        return Said(node) ?? None;

        string? Said(JsonNode? one)
        {
            if (one is null) return null;
            if (one.GetValueKind() is JsonValueKind.True or JsonValueKind.False) return one.GetValue<bool>() ? Say("Yes") : Say("No");
            if (Text(one) is not { Length: > 0 } text) return one is JsonValue ? null : one.ToJsonString();
            if (field.Contains("_uuid", StringComparison.Ordinal)) return Guid.TryParse(text, out var uuid) && names.TryGetValue(uuid, out var name) ? name : Say("One that is not here ({0})", text);
            if (!field.EndsWith("_at", StringComparison.Ordinal) || !InstantConverter.TryRead(text, out var at)) return text;
            return field == "occurred_at" ? venue.Exact(Corrected(version) ?? at) : $"{venue.Clock(at)}, {venue.Day(at)}";
        }
    }

    /// <summary>"Penalty P4", "No action", "Not decided".</summary>
    public static string Decided(JsonObject version) => Decided(Text(version["decision"]), Text(version["penalty_code"]));

    public static string Decided(string? decision, string? code) => decision switch
    {
        "penalty_applied" => code is { Length: > 0 } ? Say("Penalty {0}", code) : Say("Penalty"),
        "rejected" => Say("Rejected"),
        "no_action" => Say("No action"),
        null or "pending" => Say("Not decided"),
        var other => other,
    };

    /// <summary>The same within a sentence.</summary>
    public static string DecidedWithin(JsonObject version) => DecidedWithin(Text(version["decision"]), Text(version["penalty_code"]));

    public static string DecidedWithin(string? decision, string? code) => decision switch
    {
        "penalty_applied" => code is { Length: > 0 } ? Say("penalty {0}", code) : Say("penalty"),
        "rejected" => Say("rejected"),
        "no_action" => Say("no action"),
        null or "pending" => Say("not decided"),
        var other => char.ToLowerInvariant(other[0]) + other[1..],
    };

    /// <summary>Words that began a line, within one; German keeps its capitals.</summary>
    public static string Within(string words) => Language switch
    {
        PageLanguages.Usual => words.ToLowerInvariant(),
        "de" => words,
        _ => char.ToLowerInvariant(words[0]) + words[1..],
    };

    /// <summary>R10: when it was seen, by the cloud's clock; null: it says no time.</summary>
    public static DateTimeOffset? Corrected(JsonObject version) =>
        Time(version, "occurred_at") is { } own ? own.AddMilliseconds(Number(version["clock_offset_ms"]) ?? 0) : null;

    public static DateTimeOffset? Time(JsonObject version, string field) => InstantConverter.TryRead(Text(version[field]), out var at) ? at : null;

    /// <summary>What the clock behind a version's time was; null: the cloud's own, or no time.</summary>
    public static string? Clock(JsonObject version, VenueTime venue) =>
        Time(version, "occurred_at") is { } own ? Clock(own, Number(version["clock_offset_ms"]), Number(version["clock_uncertainty_ms"]), venue) : null;

    /// <summary>R10, both times in sight: "own clock 11:01:58.2, +2 min 29.0 s, ± 3.1 s". What is less than a tenth is not told; null: nothing to tell.</summary>
    public static string? Clock(DateTimeOffset own, long? offset, long? uncertainty, VenueTime venue)
    {
        const int Tenth = 100;
        if (offset is not { } off) return Say("own clock {0}, not corrected", venue.Exact(own));
        var sure = uncertainty switch { null => Say("not known how sure"), >= Tenth => $"± {VenueTime.Span(uncertainty.Value)}", _ => null };
        return (Math.Abs(off) >= Tenth, sure) switch
        {
            (true, null) => Say("own clock {0}, {1}||and by how much it was off", venue.Exact(own), VenueTime.Signed(off)),
            (true, _) => Say("own clock {0}, {1}, {2}||by how much it was off, and how sure that is", venue.Exact(own), VenueTime.Signed(off), sure),
            (_, null) => null,
            _ => Say("own clock, {0}||how sure it is", sure),
        };
    }

    /// <summary>The name in a signature such as <c>Elena Morandini (jury_president, cloud)</c>.</summary>
    public static string? Name(string? signature) =>
        signature is null ? null : signature.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? signature[..at] : signature;

    /// <summary>"Elena Morandini, jury president" of such a signature.</summary>
    public static string? Signed(string? signature) =>
        Name(signature) is { } name && name != signature && signature![(name.Length + 2)..].Split(',')[0] is { } role && Roles.All.Contains(role, StringComparer.Ordinal)
            ? $"{name}, {RoleWithin(role)}"
            : signature;

    public static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
        _ => node.ToJsonString(ApiJson.Options),
    };

    public static long? Number(JsonNode? node) =>
        node is JsonValue v && long.TryParse(v.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string RoleWithin(string role) => role switch
    {
        Roles.Admin => Say("admin"),
        Roles.JuryPresident => Say("jury president"),
        Roles.VarOperator => Say("var operator"),
        Roles.Referee => Say("referee"),
        Roles.Viewer => Say("viewer"),
        _ => role.Replace('_', ' '),
    };

    /// <summary>Of an incident or a race.</summary>
    private static string Status(string? status) => status switch
    {
        null or "" or "unofficial" => Say("Unofficial"),
        "official" => Say("Official"),
        "scheduled" => Say("Scheduled"),
        "in_progress" => Say("In progress"),
        "completed" => Say("Completed"),
        "cancelled" => Say("Cancelled"),
        _ => char.ToUpperInvariant(status[0]) + status[1..].Replace('_', ' '),
    };
}
