using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Features.OnServer.Quarantine;

/// <summary>A field of a rejected record, as a person reads and corrects it.</summary>
/// <param name="Name">As on the wire.</param>
/// <param name="Text">What it holds, as it can be typed; empty: nothing.</param>
/// <param name="AtFault">The reason names it.</param>
internal sealed record QuarantineField(string Name, string Text, bool AtFault)
{
    /// <summary><c>race location</c> for <c>race_location_uuid</c>.</summary>
    public string Label => RecordWords.Field(Name);

    public bool IsLong => Text.Length > 60 || Name is "description" or "note" or "decision_note";
}

/// <summary>Between a record's JSON and the fields of a form.</summary>
internal static class QuarantineFields
{
    /// <summary>Numbers of the contract: what is typed for them is one, though what was sent was text.</summary>
    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal)
    {
        "bib_number", "athlete_position", "position", "birth_year", "clock_offset_ms", "clock_uncertainty_ms",
    };

    public static IReadOnlyList<QuarantineField> Of(JsonObject? data, string? fault)
    {
        var at = fault?.Split('.', '[')[0];
        var fields = (data ?? []).Select(p => new QuarantineField(p.Key, Text(p.Value), p.Key == at)).ToList();
        // What is missing can be given.
        if (at is not null && at != "data" && fields.All(f => f.Name != at)) fields.Add(new QuarantineField(at, "", true));
        return [.. fields.OrderByDescending(f => f.AtFault)];
    }

    /// <summary>The record with what a person typed; null: nothing was changed.</summary>
    public static JsonObject? Corrected(JsonObject? data, IReadOnlyDictionary<string, string> typed)
    {
        var corrected = data?.DeepClone().AsObject() ?? [];
        var changed = false;
        foreach (var (name, text) in typed)
        {
            corrected.TryGetPropertyValue(name, out var was);
            // A browser sends CRLF, and what was not touched must stay to the letter.
            var now = text.ReplaceLineEndings("\n");
            if (now == Text(was).ReplaceLineEndings("\n")) continue;
            corrected[name] = now.Length == 0 ? null : Node(name, now, was);
            changed = true;
        }

        return changed ? corrected : null;
    }

    public static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
        _ => node.ToJsonString(ApiJson.Options),
    };

    private static JsonNode? Node(string name, string text, JsonNode? was)
    {
        if (Numbers.Contains(name) || was?.GetValueKind() == JsonValueKind.Number)
            return long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : JsonValue.Create(text);
        if (was is JsonArray or JsonObject || was?.GetValueKind() is JsonValueKind.True or JsonValueKind.False || name.EndsWith("_uuids", StringComparison.Ordinal))
            try
            {
                return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 30, AllowDuplicateProperties = false });
            }
            catch (JsonException)
            {
                // The owner of the record says what is wrong with it.
            }

        return text;
    }
}
