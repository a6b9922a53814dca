using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Validation;

namespace ModularRace.Shared.Records;

/// <summary>
/// Reads the fields of a record that came over the wire, and remembers the first that is wrong: one bad record is told
/// apart and explained, it never throws (R14).
/// </summary>
public sealed class RecordReader(JsonObject data)
{
    public RecordError? Error { get; private set; }

    public string? Text(string field, int longest, bool required = false)
    {
        if (!Read(field, required, out string? text, "text")) return null;
        if (Texts.Fault(text, longest) is { } fault) return Fail<string>(field, fault);
        return required && string.IsNullOrWhiteSpace(text) ? Fail<string>(field, "It must not be empty.") : text;
    }

    public string? OneOf(string field, IReadOnlyList<string> allowed, string? unless = null, bool required = false)
    {
        if (!Read(field, required, out string? text, "text")) return unless;
        return allowed.Contains(text, StringComparer.Ordinal) ? text : Fail<string>(field, $"It is one of {string.Join(", ", allowed)}.");
    }

    public Guid? Uuid(string field, bool required = false)
    {
        if (!Read(field, required, out string? text, "a UUID")) return null;
        if (Guid.TryParseExact(text, "D", out var uuid) && uuid != Guid.Empty) return uuid;
        Fail<string>(field, "It is a UUID, and not the nil one.");
        return null;
    }

    public IReadOnlyList<Guid> Uuids(string field, int fewest, int most)
    {
        if (!data.TryGetPropertyValue(field, out var node) || node is not JsonArray array || array.Count < fewest || array.Count > most)
            return Fail<IReadOnlyList<Guid>>(field, $"It is a list of {fewest} to {most} UUIDs.") ?? [];
        var uuids = new List<Guid>();
        foreach (var item in array)
        {
            if (TryText(item, out var text, out _) && Guid.TryParseExact(text, "D", out var uuid) && uuid != Guid.Empty) uuids.Add(uuid);
            else return Fail<IReadOnlyList<Guid>>(field, "It is a list of UUIDs.") ?? [];
        }

        return uuids;
    }

    public long? Integer(string field, long least, long most, bool required = false)
    {
        if (!Present(field, required, out var node)) return null;
        if (node is JsonValue v && v.GetValueKind() == JsonValueKind.Number && long.TryParse(v.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        Fail<string>(field, $"It is a whole number from {least} to {most}.");
        return null;
    }

    public bool? Flag(string field)
    {
        if (!Present(field, required: false, out var node)) return null;
        if (node is JsonValue v && v.TryGetValue<bool>(out var flag)) return flag;
        Fail<string>(field, "It is true or false.");
        return null;
    }

    public DateTimeOffset? Time(string field, bool required = false)
    {
        if (!Read(field, required, out string? text, "a time")) return null;
        if (InstantConverter.TryRead(text, out var at)) return at;
        Fail<string>(field, "It is a time of RFC 3339 with an offset, such as 2026-02-08T12:30:05.123Z.");
        return null;
    }

    public DateOnly? Date(string field, bool required = false)
    {
        if (!Read(field, required, out string? text, "a date")) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        Fail<string>(field, "It is a date, YYYY-MM-DD.");
        return null;
    }

    /// <summary>A nested object or list as it is; null when absent.</summary>
    public JsonNode? Node(string field) => data.TryGetPropertyValue(field, out var node) ? node : null;

    public T? Fail<T>(string field, string message)
    {
        Error ??= new RecordError("validation_failed", message, field);
        return default;
    }

    private bool Read(string field, bool required, out string? text, string what)
    {
        text = null;
        if (!Present(field, required, out var node)) return false;
        if (TryText(node, out text, out var broken)) return true;
        Fail<string>(field, broken ? "It is not valid Unicode." : $"It is {what}.");
        return false;
    }

    /// <summary>Half a surrogate pair is JSON, but no text: the reader notices only when it is asked for the text.</summary>
    private static bool TryText(JsonNode? node, out string? text, out bool broken)
    {
        (text, broken) = (null, false);
        try
        {
            return node is JsonValue v && v.TryGetValue(out text);
        }
        catch (InvalidOperationException)
        {
            broken = true;
            return false;
        }
    }

    private bool Present(string field, bool required, out JsonNode? node)
    {
        if (data.TryGetPropertyValue(field, out node) && node is not null) return true;
        if (required) Fail<string>(field, "It is required.");
        return false;
    }
}
