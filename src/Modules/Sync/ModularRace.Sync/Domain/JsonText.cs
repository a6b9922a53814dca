using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Sync.Domain;

/// <summary>What JSON may hold and PostgreSQL's <c>jsonb</c> may not: the NUL character, halves of surrogate pairs, numbers without bounds.</summary>
internal static class JsonText
{
    public static bool IsStorable(JsonNode? node) => Fault(node) is null;

    /// <summary>The path of the first part that cannot be kept, with the reason; null: none.</summary>
    public static (string? Field, string Message)? Fault(JsonNode? node) => Fault(node, null);

    private static (string? Field, string Message)? Fault(JsonNode? node, string? field)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o)
                {
                    if (!IsClean(name)) return (field, "It holds a name that is not valid text.");
                    if (Fault(value, field ?? name) is { } inner) return inner;
                }

                return null;
            case JsonArray a:
                foreach (var item in a)
                    if (Fault(item, field) is { } inner)
                        return inner;
                return null;
            case JsonValue v when v.GetValueKind() == JsonValueKind.String:
                try
                {
                    return IsClean(v.GetValue<string>()) ? null : (field, "It holds a control character or is not valid Unicode.");
                }
                catch (InvalidOperationException)
                {
                    return (field, "It is not valid Unicode.");
                }

            case JsonValue v when v.GetValueKind() == JsonValueKind.Number:
                var text = v.ToJsonString();
                return text.Length <= 100 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? null
                    : (field, "It is a number that is too large.");
            default:
                return null;
        }
    }

    private static bool IsClean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
