using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;

namespace ModularRace.Benchmarks.Sync;

/// <summary>A paired device without a Pi: it uploads what it is given, as fast as the cloud takes it.</summary>
internal sealed class CloudDevice(HttpClient client)
{
    private readonly Descriptions descriptions = new();

    public static async Task<CloudDevice> PairAsync(RunningHost cloud)
    {
        var uuid = Uuids.New(TimeProvider.System);
        var code = (await cloud.Admin.PostJsonAsync("/devices/pairing-codes", new { name = $"Pi {uuid.ToString()[^4..]}" })).Text("pairing_code");
        var token = (await cloud.Anonymous.PostJsonAsync("/devices/pair", new { pairing_code = code, device_uuid = uuid })).Text("api_token");
        var client = cloud.Client(token);
        client.DefaultRequestHeaders.Add("X-Device-UUID", uuid.ToString());
        client.DefaultRequestHeaders.Add("X-Protocol-Version", "1");
        return new CloudDevice(client);
    }

    /// <summary>Incidents with two reports each, as records of an upload; none near another.</summary>
    public IEnumerable<JsonObject> Records(string race, IReadOnlyList<string> locations, int incidents, DateTimeOffset from)
    {
        for (var i = 0; i < incidents; i++)
        {
            var at = InstantConverter.Write(from.AddMilliseconds(700 * i));
            var incident = Uuids.New(TimeProvider.System).ToString();
            yield return Record("incident", incident, new JsonObject
            {
                ["race_uuid"] = race, ["race_location_uuid"] = locations[i % locations.Count], ["bib_number"] = (i * 7 % 9990) + 1, ["occurred_at"] = at, ["clock_offset_ms"] = 40,
                ["clock_uncertainty_ms"] = 60, ["clock_source"] = "monotonic", ["status"] = "unofficial", ["decision"] = "pending", ["description"] = descriptions.Next(), ["created_at"] = at,
            });
            for (var report = 0; report < 2; report++)
                yield return Record("report", Uuids.New(TimeProvider.System).ToString(), new JsonObject
                {
                    ["incident_uuid"] = incident, ["reporter_name"] = "A. Rossi", ["occurred_at"] = at, ["clock_offset_ms"] = 40, ["clock_uncertainty_ms"] = 60,
                    ["clock_source"] = "monotonic", ["description"] = descriptions.Next(), ["created_at"] = at,
                });
        }
    }

    /// <summary>The bodies of full batches, packed.</summary>
    public static List<byte[]> Pack(IEnumerable<JsonObject> records) =>
    [
        .. records.Chunk(2000).Select(batch =>
        {
            var body = new JsonObject
            {
                ["batch_uuid"] = Uuids.New(TimeProvider.System).ToString(), ["store_uuid"] = "01900000-0000-7000-8000-00000000000b",
                ["sent_at"] = InstantConverter.Write(TimeProvider.System.GetUtcNow()), ["records"] = new JsonArray([.. batch]),
            };
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, new BrotliCompressionOptions { Quality = 5 }, leaveOpen: true))
            using (var writer = new System.Text.Json.Utf8JsonWriter(brotli)) body.WriteTo(writer, ApiJson.Options);
            return packed.ToArray();
        }),
    ];

    /// <param name="body">As <see cref="Pack"/> makes it.</param>
    /// <param name="expected">What the cloud has to make of each record.</param>
    public async Task UploadAsync(byte[] body, string expected = "created")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("br");
        var answer = await client.PostJsonAsync("/sync/upload", content);
        if (answer["results"]!.AsArray().Any(r => (string?)r!["status"] != expected)) throw new InvalidOperationException($"Not all records were {expected}: {answer.ToJsonString()}");
    }

    private static JsonObject Record(string type, string uuid, JsonObject data) => new() { ["type"] = type, ["client_uuid"] = uuid, ["edit"] = 1, ["data"] = data };
}
