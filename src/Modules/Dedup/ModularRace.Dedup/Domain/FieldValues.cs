using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Domain;

/// <summary>
/// R7: which fields of a record are one value together, when two such values are equal, and which of two gives way by
/// itself (R6: <c>pending</c> gives way to a decision; both officialising is agreement).
/// </summary>
internal static class FieldValues
{
    public const string Status = "status", Decision = "decision", OccurredAt = "occurred_at", Withdrawn = "withdrawn_at";

    private static readonly Dictionary<string, string[]> IncidentGroups = new(StringComparer.Ordinal)
    {
        [Status] = [Status, "officialized_at", "officialized_by"],
        [Decision] = [Decision, "penalty_code", "decided_at", "decided_by", "decision_note"],
        [OccurredAt] = [OccurredAt, "clock_offset_ms", "clock_uncertainty_ms", "clock_source"],
    };

    private static readonly Dictionary<string, string[]> ReportGroups = new(StringComparer.Ordinal)
    {
        [OccurredAt] = [OccurredAt, "clock_offset_ms", "clock_uncertainty_ms", "clock_source"],
        [Withdrawn] = [Withdrawn, "withdrawn_by"],
    };

    /// <summary>What an open conflict over keeps an incident or a report out of the rule (R4).</summary>
    private static readonly HashSet<string> Weighty =
        new(["race_uuid", "race_location_uuid", "bib_number", OccurredAt, Decision, "incident_uuid", Withdrawn], StringComparer.Ordinal);

    /// <summary><c>created_at</c> is not content.</summary>
    private static readonly HashSet<string> NotContent = new(["created_at", "client_uuid"], StringComparer.Ordinal);

    public static bool KeepsOut(IEnumerable<string> disputed) => disputed.Any(Weighty.Contains);

    /// <summary>The names of the values that these versions have, in order.</summary>
    public static IReadOnlyList<string> Names(string type, IEnumerable<JsonObject> versions, IEnumerable<string>? others = null)
    {
        var groups = Groups(type);
        var names = new SortedSet<string>(others ?? [], StringComparer.Ordinal);
        foreach (var version in versions)
            foreach (var (field, _) in version)
                if (!NotContent.Contains(field)) names.Add(groups.FirstOrDefault(g => g.Value.Contains(field, StringComparer.Ordinal)).Key ?? field);
        return [.. names];
    }

    /// <summary>The fields that the value has, itself first.</summary>
    public static IReadOnlyList<string> Fields(string type, string name) => Groups(type).GetValueOrDefault(name) ?? [name];

    /// <summary>Copies a value from one version into another.</summary>
    public static void Copy(string type, string name, JsonObject from, JsonObject to)
    {
        foreach (var field in Fields(type, name))
            if (from.TryGetPropertyValue(field, out var value) && value is not null) to[field] = value.DeepClone();
            else to.Remove(field);
    }

    /// <summary>Whether two versions have the same value there to the last field: what tells whether a side said anything.</summary>
    public static bool Identical(string type, string name, JsonObject a, JsonObject b) => Fields(type, name).All(f => SameField(f, a, b));

    /// <summary>Whether two versions mean the same there: what tells whether two sides differ.</summary>
    public static bool Same(string type, string name, JsonObject a, JsonObject b) => name switch
    {
        // The time is one value; its clock figures only say how well it is known.
        OccurredAt => SameField(name, a, b),
        // Who decided it when and with which note does not make it another decision.
        Decision when type == RecordTypes.Incident => SameField(name, a, b) && SameField("penalty_code", a, b),
        Status when type == RecordTypes.Incident => SameField(name, a, b),
        Withdrawn => (Normal(name, a[name]) is null) == (Normal(name, b[name]) is null),
        _ => SameField(name, a, b),
    };

    /// <summary>
    /// Of two versions the one whose value stands without a person: the better of equal ones, or the one that the other
    /// gives way to by R6. Null: only a person can say.
    /// </summary>
    public static JsonObject? Prevailing(string type, string name, JsonObject a, JsonObject b)
    {
        if (type == RecordTypes.Incident && name == Decision)
        {
            if (Same(type, name, a, b)) return Earlier("decided_at", a, b);
            if (IsPending(a)) return b;
            return IsPending(b) ? a : null;
        }

        if (type == RecordTypes.Incident && name == Status)
            return Same(type, name, a, b) ? Earlier("officialized_at", a, b) : IsOfficial(a) ? a : b;

        if (name == Withdrawn)
            return Same(type, name, a, b) ? Earlier(Withdrawn, a, b) : Normal(name, a[name]) is null ? b : a;

        if (!Same(type, name, a, b)) return null;
        return name == OccurredAt ? BetterClock(a, b) : a;
    }

    private static bool IsPending(JsonObject version) => Normal(Decision, version[Decision]) is null;

    private static bool IsOfficial(JsonObject version) => Normal(Status, version[Status]) is "official";

    private static JsonObject Earlier(string field, JsonObject a, JsonObject b)
    {
        var (x, y) = (Normal(field, a[field]) as string, Normal(field, b[field]) as string);
        if (x is null) return y is null ? a : b;
        return y is null || string.CompareOrdinal(x, y) <= 0 ? a : b;
    }

    /// <summary>Of the same time the smaller uncertainty, then the smaller offset, stands; a figure that is missing is the worst.</summary>
    private static JsonObject BetterClock(JsonObject a, JsonObject b)
    {
        var uncertainty = Figure(a, "clock_uncertainty_ms").CompareTo(Figure(b, "clock_uncertainty_ms"));
        if (uncertainty != 0) return uncertainty < 0 ? a : b;
        return Math.Abs(Figure(a, "clock_offset_ms")) <= Math.Abs(Figure(b, "clock_offset_ms")) ? a : b;
    }

    private static decimal Figure(JsonObject version, string field) =>
        version[field] is JsonValue v && decimal.TryParse(v.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var figure) ? figure : decimal.MaxValue;

    private static bool SameField(string field, JsonObject a, JsonObject b)
    {
        var (x, y) = (Normal(field, a[field]), Normal(field, b[field]));
        return x is JsonNode p && y is JsonNode q ? JsonNode.DeepEquals(p, q) : Equals(x, y);
    }

    /// <summary>A value so that two spellings of the same are equal: a time in UTC, a UUID in lower case, what is meant by leaving it out as null.</summary>
    private static object? Normal(string field, JsonNode? node)
    {
        if (node is not JsonValue value) return node;
        if (value.TryGetValue<bool>(out var flag)) return flag ? true : null;
        if (!value.TryGetValue<string>(out var text)) return node;
        if (field.EndsWith("_at", StringComparison.Ordinal) && InstantConverter.TryRead(text, out var at)) return InstantConverter.Write(at);
        if (field.EndsWith("_uuid", StringComparison.Ordinal)) return text.ToLowerInvariant();
        return (field, text) switch
        {
            (Decision, "pending") or (Status, "unofficial") => null,
            _ => text,
        };
    }

    private static Dictionary<string, string[]> Groups(string type) => type switch
    {
        RecordTypes.Incident => IncidentGroups,
        RecordTypes.Report => ReportGroups,
        _ => [],
    };
}
