using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(ModularRace.Contract.Tests.Season))]

namespace ModularRace.Contract.Tests;

/// <summary>One cloud and one Pi for all tests here; each test makes a competition of its own.</summary>
public sealed class Season : IAsyncLifetime
{
    private readonly RunningCloud cloud = new();
    private readonly RunningPi pi = new();
    private readonly SemaphoreSlim pairing = new(1);

    internal HttpClient Admin => cloud.Admin;

    internal HttpClient Anonymous => cloud.Anonymous;

    internal HttpClient Pi => pi.Admin;

    internal HttpClient PiAnonymous => pi.Anonymous;

    internal string CloudUrl => cloud.Address.ToString().TrimEnd('/');

    internal string PiUrl => pi.Address.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync() => await Task.WhenAll(cloud.InitializeAsync().AsTask(), pi.InitializeAsync().AsTask());

    public async ValueTask DisposeAsync()
    {
        await pi.DisposeAsync();
        await cloud.DisposeAsync();
        pairing.Dispose();
    }

    internal HttpClient WithToken(string token) => cloud.Client(token);

    internal HttpClient OnPiWithToken(string token) => pi.Client(token);

    internal static JsonObject CompetitionBody(string name = "Coppa Próva") => new()
    {
        ["name"] = name,
        ["country"] = "ITA",
        ["start_date"] = "2026-02-06",
        ["end_date"] = "2026-02-08",
        ["time_zone"] = "Europe/Rome",
    };

    internal async Task<Course> CourseAsync(string discipline = "individual")
    {
        var competition = (await Admin.Good("POST", "/competitions", CompetitionBody(), 201)).Of("client_uuid");
        var race = (await Admin.Good("POST", $"/competitions/{competition}/races", new { name = "Final", discipline }, 201)).Of("client_uuid");
        var locations = (await Admin.All($"/races/{race}/locations")).Select(l => l.Of("client_uuid")).ToList();
        return new Course(this, competition, race, locations);
    }

    /// <summary>An integration with one role, on one competition.</summary>
    internal async Task<HttpClient> KeyAsync(string role, string? competition = null) =>
        WithToken((await Admin.Good("POST", "/api-keys", new { name = role, role, competition_uuids = competition is null ? null : new[] { competition } }, 201)).Of("key"));

    /// <summary>A device that is no Pi of ours: it speaks the contract and nothing else.</summary>
    internal async Task<Device> DeviceAsync(string competition, bool mayDecide = false)
    {
        var code = (await Admin.Good("POST", "/devices/pairing-codes", new { name = "By hand", competition_uuids = new[] { competition }, may_decide = mayDecide }, 201)).Of("pairing_code");
        var uuid = Calls.Uuid();
        var paired = await Anonymous.Good("POST", "/devices/pair", new { pairing_code = code, device_uuid = uuid }, 201);
        return new Device(uuid, paired.Of("api_token"), As(paired.Of("api_token"), uuid));
    }

    /// <summary>The client of a device with this token and UUID.</summary>
    internal HttpClient As(string token, string? uuid, string? version = "1")
    {
        var http = WithToken(token);
        if (uuid is not null) http.DefaultRequestHeaders.Add("X-Device-UUID", uuid);
        if (version is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("X-Protocol-Version", version);
        http.DefaultRequestHeaders.Add("X-Boot-Id", "5b0f2d2e-58c7-4f5c-9d5e-0d1f6f0a9b11");
        return http;
    }

    /// <summary>Wrong codes count by address, and all tests have the same.</summary>
    internal async Task<IDisposable> AlonePairingAsync()
    {
        await pairing.WaitAsync();
        return new Release(pairing);
    }

    internal static HttpContent Csv(string text) => Csv(Encoding.UTF8.GetBytes(text));

    internal static HttpContent Csv(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return content;
    }

    internal static HttpContent Packed(byte[] packed, string encoding, string type = "application/json")
    {
        var content = new ByteArrayContent(packed);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    internal static string At(double second) => new DateTimeOffset(2026, 2, 7, 9, 0, 0, TimeSpan.Zero).AddMilliseconds(Math.Round(second * 1000)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class Release(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}

/// <summary>A competition with one race.</summary>
internal sealed record Course(Season Season, string Competition, string Race, IReadOnlyList<string> Locations)
{
    public async Task<JsonNode> ReportAsync(HttpClient by, int? bib = 5, double second = 0, string? reportUuid = null, int location = 0, int status = 201) =>
        await by.Good("POST", "/incidents", new { race_uuid = Race, race_location_uuid = Locations[location], bib_number = bib, occurred_at = Season.At(second), report_uuid = reportUuid }, status);

    /// <summary>An incident as a device sends it.</summary>
    public JsonObject Incident(double second = 0, int bib = 5000) => new()
    {
        ["race_uuid"] = Race,
        ["race_location_uuid"] = Locations[0],
        ["bib_number"] = bib,
        ["occurred_at"] = Season.At(second),
        ["clock_offset_ms"] = 0,
        ["clock_uncertainty_ms"] = 20,
        ["clock_source"] = "monotonic",
        ["created_at"] = Season.At(second),
    };

    public static JsonObject Report(string incident, double second = 0) => new()
    {
        ["incident_uuid"] = incident,
        ["reporter_name"] = "Łucja",
        ["occurred_at"] = Season.At(second),
        ["clock_offset_ms"] = 0,
        ["clock_uncertainty_ms"] = 20,
        ["clock_source"] = "monotonic",
        ["created_at"] = Season.At(second),
    };
}

internal sealed record Device(string Uuid, string Token, HttpClient Http)
{
    public static JsonObject Record(string type, JsonObject data, string? uuid = null, long edit = 1, string? baseRevision = null) => new()
    {
        ["type"] = type,
        ["client_uuid"] = uuid ?? Calls.Uuid(),
        ["edit"] = edit,
        ["base_revision"] = baseRevision,
        ["data"] = data.DeepClone(),
    };

    /// <summary>Uploads and gives the results, in the order of the records.</summary>
    public async Task<IReadOnlyList<JsonNode>> Upload(params JsonObject[] records)
    {
        var body = new JsonObject { ["batch_uuid"] = Calls.Uuid(), ["sent_at"] = Season.At(0), ["records"] = new JsonArray([.. records.Select(r => r.DeepClone())]) };
        return await UploadText(body.ToJsonString(), records.Length);
    }

    public async Task<IReadOnlyList<JsonNode>> UploadText(string body, int records)
    {
        var answer = await Http.Good("POST", "/sync/upload", body);
        answer.Has("server_time results");
        var results = answer["results"]!.AsArray().Select(r => r!).ToList();
        Assert.Equal(records, results.Count);
        foreach (var result in results) result.Has("type client_uuid status revision merged_into conflict_uuid quarantine_uuid error");
        return results;
    }

    /// <summary>The results in short: status, and the code and field of an error.</summary>
    public async Task<string[]> Statuses(params JsonObject[] records) => [.. (await Upload(records)).Select(Short)];

    public static string Short(JsonNode result) => $"{result["status"]} {result["error"]?["code"]} {result["error"]?["field"]}".Trim();
}
