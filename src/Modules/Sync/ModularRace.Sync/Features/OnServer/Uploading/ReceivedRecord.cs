using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>A record of an upload, as far as it could be read.</summary>
/// <param name="Index">Its place in the batch: answers are in the same order.</param>
/// <param name="Type">As sent.</param>
/// <param name="UuidText">As sent.</param>
/// <param name="Raw">The record with its envelope, to the letter: what quarantine keeps.</param>
/// <param name="Content">The device's whole version with times and UUIDs in one spelling; explicit nulls stay. Of one with a fault: what it refers to, at most.</param>
/// <param name="Digest">Of <c>data</c> as sent (R2).</param>
/// <param name="Fault">Why it cannot be read; the rest is then as far as it goes.</param>
internal sealed record ReceivedRecord(
    int Index, string? Type, string? UuidText, Guid ClientUuid, long Edit, string? BaseRevision, string Raw, JsonObject Content, byte[]? Digest, RecordError? Fault)
{
    /// <summary>What answers have and a device's version has not: it is left out when it comes back.</summary>
    private static readonly HashSet<string> NotContent = new(StringComparer.Ordinal)
    {
        "client_uuid", "revision", "origin", "updated_at", "merged_into", "merged_from", "standing", "reports", "reported_by", "occurred_at_device",
    };

    /// <summary>Where a record was made that the cloud lost and a device gives back (R9); counts only where nothing of it is here. Null: by the sender.</summary>
    public string? Origin { get; private init; }

    public (string Type, Guid ClientUuid) Key => (Type!, ClientUuid);

    /// <summary>Reads one as quarantine keeps it.</summary>
    public static ReceivedRecord Read(string raw)
    {
        using var document = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 1000 });
        return Read(document.RootElement, 0);
    }

    public static ReceivedRecord Read(JsonElement element, int index)
    {
        var raw = element.GetRawText();
        var record = new ReceivedRecord(index, null, null, Guid.Empty, 1, null, raw, [], null, null);
        if (element.ValueKind != JsonValueKind.Object) return record.With("It is not an object.", null);
        try
        {
            record = record with { Type = Text(element, "type"), UuidText = Text(element, "client_uuid") };
            if (Guid.TryParseExact(record.UuidText, "D", out var uuid)) record = record with { ClientUuid = uuid };
            if (record.Type is not null && !JsonText.IsStorable(record.Type)) return (record with { Type = null }).With("It is not valid text.", "type");
            if (RecordTypes.Rank(record.Type) < 0) return record.With("This type of record is not known.", "type");
            if (record.ClientUuid == Guid.Empty) return record.With("It is a UUID, and not the nil one.", "client_uuid");
            if (element.TryGetProperty("edit", out var edit) && edit.ValueKind != JsonValueKind.Null)
            {
                if (edit.ValueKind != JsonValueKind.Number || !edit.TryGetInt64(out var number) || number < 1) return record.With("It is a whole number from 1.", "edit");
                record = record with { Edit = number };
            }

            record = record with { BaseRevision = Text(element, "base_revision"), Origin = ReadOrigin(Text(element, "origin")) };
            if (record.BaseRevision is { } revision && (revision.Length > 200 || !JsonText.IsStorable(revision))) return record.With("It is no revision of ours.", "base_revision");
            if (!element.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object) return record.With("It is an object.", "data");
            // Parsed anew: a name that stands twice, or nesting without end, is this record's fault alone.
            var node = JsonNode.Parse(data.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = ApiJson.Options.MaxDepth, AllowDuplicateProperties = false })!.AsObject();
            if (JsonText.Fault(node) is { } fault) return (record with { Content = References.Only(node) }).With(fault.Message, fault.Field ?? "data");
            return record with { Digest = RecordDigest.Of(node), Content = Normalise(node) };
        }
        catch (JsonException)
        {
            return record.With("It is nested too deeply, or a name stands in it twice.", "data");
        }
        catch (InvalidOperationException)
        {
            return record.With("It holds text that is not valid Unicode.", null);
        }
    }

    private static string? ReadOrigin(string? text) =>
        text == CloudIdentity.Cloud ? text : Guid.TryParseExact(text, "D", out var device) && device != Guid.Empty ? device.ToString() : null;

    private ReceivedRecord With(string message, string? field) => this with { Fault = new RecordError("validation_failed", message, field) };

    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
    }

    // One spelling for one value: versions are compared by value (R7), and owners write them this way.
    private static JsonObject Normalise(JsonObject data)
    {
        var content = new JsonObject();
        foreach (var (name, value) in data)
            if (!NotContent.Contains(name))
                content[name] = Spell(name, value);
        return content;
    }

    private static JsonNode? Spell(string name, JsonNode? value)
    {
        if (value is JsonArray list && name.EndsWith("_uuids", StringComparison.Ordinal)) return new JsonArray([.. list.Select(item => Spell("_uuid", item))]);
        if (value is not JsonValue v || v.GetValueKind() != JsonValueKind.String) return value?.DeepClone();
        var text = v.GetValue<string>();
        if ((name == "at" || name.EndsWith("_at", StringComparison.Ordinal)) && InstantConverter.TryRead(text, out var at)) return InstantConverter.Write(at);
        if (name.EndsWith("_uuid", StringComparison.Ordinal) && Guid.TryParseExact(text, "D", out var uuid)) return uuid.ToString();
        return text;
    }
}
