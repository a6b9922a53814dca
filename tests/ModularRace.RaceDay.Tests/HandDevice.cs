using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.RaceDay.Tests;

/// <summary>A device that is no Pi of ours: it speaks the contract and nothing else.</summary>
internal sealed class HandDevice : IDisposable
{
    private readonly HttpClient client;

    private HandDevice(HttpClient client) => this.client = client;

    public static async Task<HandDevice> PairAsync(CloudAndPi day, bool mayDecide = false, string name = "By hand", string? competition = null)
    {
        var code = (await day.Cloud.Post("/devices/pairing-codes", new { name, competition_uuids = new[] { competition ?? day.Competition }, may_decide = mayDecide }, HttpStatusCode.Created)).Text("pairing_code");
        var uuid = NewUuid();
        var paired = await day.CloudHost.Anonymous.Post("/devices/pair", new { pairing_code = code, device_uuid = uuid }, HttpStatusCode.Created);
        var http = day.CloudHost.Client();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", paired.Text("api_token"));
        http.DefaultRequestHeaders.Add("X-Device-UUID", uuid);
        http.DefaultRequestHeaders.Add("X-Boot-Id", NewUuid());
        http.DefaultRequestHeaders.Add("X-Protocol-Version", "1");
        return new HandDevice(http);
    }

    /// <summary>An incident of a race at its first location and its report, by a clock that is right to 40 ms.</summary>
    public static JsonObject[] Sighting(CloudAndPi day, int bib, DateTimeOffset at, string description = "Gate 3 left out") =>
        Sighting(day.Race, day.Locations[0], bib, at, description);

    public static JsonObject[] Sighting(string race, string location, int bib, DateTimeOffset at, string description, string reporter = "Ines")
    {
        var incident = NewUuid();
        return
        [
            Record("incident", incident, new JsonObject { ["race_uuid"] = race, ["race_location_uuid"] = location, ["bib_number"] = bib }, at),
            Record("report", NewUuid(), new JsonObject { ["incident_uuid"] = incident, ["reporter_name"] = reporter, ["description"] = description }, at),
        ];
    }

    /// <summary>The results, in the order of the records.</summary>
    /// <param name="records">What is sent.</param>
    /// <param name="status">What it says of itself; null: nothing.</param>
    public async Task<IReadOnlyList<JsonNode>> Upload(IReadOnlyList<JsonObject> records, JsonObject? status = null)
    {
        var batch = new JsonObject
        {
            ["batch_uuid"] = NewUuid(),
            ["sent_at"] = "2026-02-08T12:00:00.000Z",
            ["status"] = status?.DeepClone(),
            ["records"] = new JsonArray([.. records.Select(r => r.DeepClone())]),
        };
        var answer = await client.Post("/sync/upload", JsonContent.Create(batch), HttpStatusCode.OK);
        var results = answer["results"]!.AsArray().Select(r => r!).ToList();
        Assert.Equal(records.Select(r => r.Text("client_uuid")), results.Select(r => r.Text("client_uuid")));
        return results;
    }

    /// <summary>Asks the cloud to prove that it holds what was sent last of each record (R13).</summary>
    public Task<JsonNode> Verify(string competition, IReadOnlyList<JsonObject> records) => client.Post("/sync/verify", new
    {
        competition_uuid = competition,
        records = records.Select(r => new { type = r.Text("type"), client_uuid = r.Text("client_uuid"), content_sha256 = Digest(r["data"]!.AsObject()) }),
        clips = Array.Empty<string>(),
    }, HttpStatusCode.OK);

    public Task<JsonNode> Get(string path) => client.Get(path);

    public async Task<HttpStatusCode> Status(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri("api/v1" + path, UriKind.Relative));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    public void Dispose() => client.Dispose();

    private static string Digest(JsonObject data)
    {
        var digested = new JsonObject();
        foreach (var (name, value) in data)
            if (value is not null && name is not ("clock_offset_ms" or "clock_uncertainty_ms" or "clock_source" or "created_at")) digested[name] = value.DeepClone();
        return Convert.ToHexStringLower(CanonicalJson.Digest(digested));
    }

    private static JsonObject Record(string type, string uuid, JsonObject data, DateTimeOffset at)
    {
        (data["occurred_at"], data["created_at"]) = (InstantConverter.Write(at), InstantConverter.Write(at));
        (data["clock_offset_ms"], data["clock_uncertainty_ms"], data["clock_source"]) = (0, 40, "monotonic");
        return new JsonObject { ["type"] = type, ["client_uuid"] = uuid, ["edit"] = 1, ["base_revision"] = null, ["data"] = data };
    }

    internal static string NewUuid() => Shared.Identifiers.Uuids.New(TimeProvider.System).ToString();
}
