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

namespace ModularRace.Dedup.Features.Review;

/// <summary>What the versions of records hold, as a jury member reads it: names for identities, the venue's time for times.</summary>
internal sealed class VersionWords(IReadOnlyDictionary<Guid, string> names)
{
    public const string None = "none";

    /// <summary>With the names of all that these versions refer to and that is here.</summary>
    public static async Task<VersionWords> ReadAsync(IMediator mediator, IEnumerable<JsonObject> versions, CancellationToken cancellationToken)
    {
        var named = versions.SelectMany(v => v).Where(p => p.Key.EndsWith("_uuid", StringComparison.Ordinal))
            .Select(p => Text(p.Value)).Select(t => Guid.TryParse(t, out var uuid) ? uuid : Guid.Empty).Where(u => u != Guid.Empty).Distinct().ToArray();
        var names = new Dictionary<Guid, string>();
        if (named.Length == 0) return new VersionWords(names);
        foreach (var place in await mediator.Send(new FindLocations(named), cancellationToken)) names[place.ClientUuid] = place.Name;
        foreach (var race in await mediator.Send(new FindRaces(named), cancellationToken)) names[race.ClientUuid] = race.Name;
        foreach (var incident in await mediator.Send(new FindIncidents(named), cancellationToken)) names[incident.ClientUuid] = $"Incident no. {incident.Number}";
        return new VersionWords(names);
    }

    public static string Label(string field) => field switch
    {
        "bib_number" => "Bib",
        "race_location_uuid" => "Place",
        "race_uuid" => "Race",
        "incident_uuid" => "Incident",
        "competition_uuid" => "Competition",
        "occurred_at" => "Seen at",
        "penalty_code" => "Penalty code",
        "decision_note" => "Its note",
        "athlete_position" => "Athlete of the team",
        "reporter_name" => "Reporter",
        "withdrawn_at" => "Withdrawn",
        "athlete_uuids" => "Athletes",
        _ => char.ToUpperInvariant(field[0]) + field[1..].Replace('_', ' '),
    };

    /// <summary>A record's type in a word.</summary>
    public static string Kind(string type) => type switch
    {
        RecordTypes.BibAssignment => "start list entry",
        RecordTypes.RaceLocation => "place",
        RecordTypes.Grouping => "word on a pair",
        RecordTypes.HistoryEntry => "history entry",
        _ => type.Replace('_', ' '),
    };

    /// <summary>A field of a version; empty is <see cref="None"/>.</summary>
    public string Value(string field, JsonObject version, VenueTime venue)
    {
        var node = version[field];
        if (field == "decision") return Decided(version);
        if (field == "status") return Text(node) is { Length: > 0 } status ? char.ToUpperInvariant(status[0]) + status[1..].Replace('_', ' ') : "Unofficial";
        if (node is JsonArray list) return list.Count == 0 ? None : string.Join(", ", list.Select(n => Said(n) ?? "?"));
        return Said(node) ?? None;

        string? Said(JsonNode? one)
        {
            if (one is null) return null;
            if (one.GetValueKind() is JsonValueKind.True or JsonValueKind.False) return one.GetValue<bool>() ? "Yes" : "No";
            if (Text(one) is not { Length: > 0 } text) return one is JsonValue ? null : one.ToJsonString();
            if (field.Contains("_uuid", StringComparison.Ordinal)) return Guid.TryParse(text, out var uuid) && names.TryGetValue(uuid, out var name) ? name : $"One that is not here ({text})";
            if (!field.EndsWith("_at", StringComparison.Ordinal) || !InstantConverter.TryRead(text, out var at)) return text;
            return field == "occurred_at" ? venue.Exact(Corrected(version) ?? at) : $"{venue.Clock(at)}, {venue.Day(at)}";
        }
    }

    /// <summary>"Penalty P4", "No action", "Not decided".</summary>
    public static string Decided(JsonObject version) => Text(version["decision"]) switch
    {
        "penalty_applied" => Text(version["penalty_code"]) is { Length: > 0 } code ? $"Penalty {code}" : "Penalty",
        "rejected" => "Rejected",
        "no_action" => "No action",
        null or "pending" => "Not decided",
        var other => other,
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
        if (offset is not { } off) return $"own clock {venue.Exact(own)}, not corrected";
        var sure = uncertainty switch { null => ", not known how sure", >= Tenth => $", ± {VenueTime.Span(uncertainty.Value)}", _ => "" };
        return Math.Abs(off) >= Tenth ? $"own clock {venue.Exact(own)}, {VenueTime.Signed(off)}{sure}" : sure.Length > 0 ? $"own clock{sure}" : null;
    }

    /// <summary>The name in a signature such as <c>Elena Morandini (jury_president, cloud)</c>.</summary>
    public static string? Name(string? signature) =>
        signature is null ? null : signature.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? signature[..at] : signature;

    /// <summary>"Elena Morandini, jury president" of such a signature.</summary>
    public static string? Signed(string? signature) =>
        Name(signature) is { } name && name != signature && signature![(name.Length + 2)..].Split(',')[0] is { } role && Roles.All.Contains(role, StringComparer.Ordinal)
            ? $"{name}, {role.Replace('_', ' ')}"
            : signature;

    public static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
        _ => node.ToJsonString(ApiJson.Options),
    };

    public static long? Number(JsonNode? node) =>
        node is JsonValue v && long.TryParse(v.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
