using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModularRace.Shared.Time;

namespace ModularRace.Shared.Json;

/// <summary>JSON as the contract has it: snake case, times in UTC with milliseconds, nothing lenient.</summary>
public static class ApiJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 32;
        // Names keep their diacritics on the wire. What HTML needs is escaped where HTML is written.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new ObjectConverter());
        return options;
    }
}

/// <summary>An object whose properties are looked at one by one: one that stands twice is a fault of the body here too, not a surprise later.</summary>
public sealed class ObjectConverter : JsonConverter<JsonObject>
{
    public override JsonObject? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? JsonNode.Parse(document.RootElement.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = options.MaxDepth, AllowDuplicateProperties = false })!.AsObject()
            : throw new JsonException("It is an object.");
    }

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);
}

/// <summary>RFC 3339: written in UTC with milliseconds, read with any offset, never without one.</summary>
public sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Write(DateTimeOffset at) => at.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads RFC 3339 and keeps milliseconds; false for anything else, a time without an offset included.</summary>
    public static bool TryRead(string? text, out DateTimeOffset at)
    {
        at = default;
        if (text is null || text.Length is < 20 or > 40 || text[10] is not ('T' or 't' or ' ')) return false;
        var offset = text[^1] is 'Z' or 'z' || text.AsSpan(19).IndexOfAny('+', '-') >= 0;
        if (!offset || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out at)) return false;
        // PostgreSQL and people: a time outside these years is a mistake, not a race.
        if (at.Year is < 1970 or > 9998) return false;
        at = Instants.ToMilliseconds(at);
        return true;
    }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryRead(reader.GetString(), out var at)
            ? at
            : throw new JsonException("A time is RFC 3339 with an offset, such as 2026-02-08T12:30:05.123Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Write(value));
}
