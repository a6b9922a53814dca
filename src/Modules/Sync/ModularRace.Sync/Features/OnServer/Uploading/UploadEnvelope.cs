using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>An upload's body, read record by record: only an envelope that cannot be read is a 400, a bad record harms itself only (R14).</summary>
/// <param name="Status">As sent; null where there was none that can be kept.</param>
/// <param name="Runs">Null: the device tells none.</param>
internal sealed record UploadEnvelope(Guid BatchUuid, Guid StoreUuid, DateTimeOffset? SentAt, string? Status, ToldRuns? Runs, IReadOnlyList<ReceivedRecord> Records)
{
    // A record that is nested too deeply must not make the whole envelope unreadable.
    private const int Deep = 1000;

    public static async Task<UploadEnvelope> ReadAsync(Stream body, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = Deep }, ct);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            throw Problem.Validation("body", "It is not valid JSON.");
        }
    }

    private static UploadEnvelope Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Problem.Validation("body", "It is a JSON object.");
        var batch = Uuid(root, "batch_uuid") ?? throw Problem.Validation("batch_uuid", "It is required.");
        var sentAt = Text(root, "sent_at") is { } text
            ? InstantConverter.TryRead(text, out var at) ? at : throw Problem.Validation("sent_at", "It is a time of RFC 3339 with an offset.")
            : (DateTimeOffset?)null;
        var records = new List<ReceivedRecord>();
        if (root.TryGetProperty("records", out var list) && list.ValueKind != JsonValueKind.Null)
        {
            if (list.ValueKind != JsonValueKind.Array) throw Problem.Validation("records", "It is a list.");
            if (list.GetArrayLength() > UploadRequest.MostRecords) throw Problem.Validation("records", $"It has at most {UploadRequest.MostRecords} records.");
            records.AddRange(list.EnumerateArray().Select((element, index) => ReceivedRecord.Read(element, index)));
        }

        return new UploadEnvelope(batch, Uuid(root, "store_uuid") ?? Guid.Empty, sentAt, ReadStatus(root), ToldRuns.Read(root), records);
    }

    private static string? ReadStatus(JsonElement root)
    {
        if (!root.TryGetProperty("status", out var status) || status.ValueKind == JsonValueKind.Null) return null;
        if (status.ValueKind != JsonValueKind.Object) throw Problem.Validation("status", "It is an object.");
        try
        {
            var node = JsonNode.Parse(status.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return JsonText.IsStorable(node) && node!.ToJsonString().Length <= 10_000 ? node.ToJsonString(ApiJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String) throw Problem.Validation(name, "It is text.");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw Problem.Validation(name, "It is not valid Unicode.");
        }
    }

    private static Guid? Uuid(JsonElement root, string name)
    {
        if (Text(root, name) is not { } text) return null;
        return Guid.TryParseExact(text, "D", out var uuid) && uuid != Guid.Empty ? uuid : throw Problem.Validation(name, "It is a UUID, and not the nil one.");
    }
}
