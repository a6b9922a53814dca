using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Wire;
using Polly.CircuitBreaker;

namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>The cloud as a paired device reaches it.</summary>
/// <param name="SigningKey">This device's public key for archives; null: not made yet.</param>
internal sealed record CloudAccess(Uri Server, Guid DeviceUuid, string Token, string? SigningKey = null);

/// <param name="Upload">Where its bytes go.</param>
/// <param name="Offset">So many the cloud has.</param>
internal sealed record ClipAt(Guid Upload, long Offset);

/// <summary>
/// The one way to the cloud. Every call tells <see cref="LinkState"/> how it went, each answer with a server time fixes the
/// clock, and what fails is a <see cref="LinkFailure"/>, or a <see cref="Problem"/> where ModularRace itself said no.
/// </summary>
/// <param name="http">Retries, breaks the circuit, limits each attempt (see <see cref="LinkRegistration"/>).</param>
/// <param name="clients">For the probe, which knows no open circuit.</param>
internal sealed class CloudLink(
    HttpClient http, IHttpClientFactory clients, CircuitBreakerManualControl circuit, IBootClock boot, AnchoredClock clock, LinkState state)
{
    private const int Version = 1;
    private const string TusHeader = "Tus-Resumable";

    /// <summary>Whether ModularRace answers there. Looks anew, past anything remembered, and closes the circuit when it does.</summary>
    public async Task<HealthAnswer> ProbeAsync(Uri server, CancellationToken cancellationToken)
    {
        var health = await CallAsync(
            clients.CreateClient(LinkRegistration.Probe), () => Request(HttpMethod.Get, server, "sync/health"), node =>
            {
                if (node["service"]?.GetValueKind() != JsonValueKind.String || node["service"]!.GetValue<string>() != HealthAnswer.ServiceName) throw new LinkFailure(LinkFault.WrongServer);
                var answer = Read<HealthAnswer>(node);
                if (answer.SystemMode is not (null or "cloud") || answer.ServerTime == default) throw new LinkFailure(LinkFault.WrongServer);
                if (answer.Protocol is { } spoken && (spoken.Min > Version || spoken.Max < Version)) throw new LinkFailure(LinkFault.Incompatible);
                return answer;
            },
            answer => answer.ServerTime, cancellationToken);
        await circuit.CloseAsync(cancellationToken);
        return health;
    }

    /// <summary>Forgets that the cloud was not there: the next call tries it.</summary>
    public Task TryAnewAsync(CancellationToken cancellationToken) => circuit.CloseAsync(cancellationToken);

    /// <summary>404 <c>pairing_code_invalid</c> and 429 come through as problems.</summary>
    public Task<PairAnswer> PairAsync(Uri server, string pairingCode, Guid deviceUuid, JsonObject metadata, string? signingKey, CancellationToken cancellationToken) =>
        CallAsync(
            http,
            () =>
            {
                var body = new JsonObject { ["pairing_code"] = pairingCode, ["device_uuid"] = deviceUuid.ToString(), ["metadata"] = metadata.DeepClone(), ["signing_key"] = signingKey };
                var request = Request(HttpMethod.Post, server, "devices/pair");
                request.Content = new StringContent(body.ToJsonString(ApiJson.Options), Encoding.UTF8, "application/json");
                return request;
            },
            node => Read<PairAnswer>(node) is { ApiToken: not null, Name: not null } answer ? answer : throw new LinkFailure(LinkFault.WrongServer), null, cancellationToken);

    /// <summary>What this device may download, as the cloud tells it.</summary>
    public Task<DeviceCompetitions> CompetitionsAsync(CloudAccess access, CancellationToken cancellationToken) =>
        CallAsync(
            http,
            () =>
            {
                var request = Request(HttpMethod.Get, access, "sync/competitions");
                if (access.SigningKey is not null) request.Headers.Add(Protocol.SigningKeyHeader, access.SigningKey);
                return request;
            },
            node => Read<DeviceCompetitions>(node) is { Items: not null } answer ? answer : throw new LinkFailure(LinkFault.WrongServer), null, cancellationToken);

    public Task<DownloadAnswer> DownloadAsync(CloudAccess access, Guid competitionUuid, DateOnly? date, CancellationToken cancellationToken) =>
        CallAsync(
            http,
            () => Request(HttpMethod.Get, access, $"sync/download?competition_uuid={competitionUuid}" + (date is { } day ? $"&date={day:yyyy-MM-dd}" : "")),
            node => Read<DownloadAnswer>(node) is { Competition: not null, Cursor: not null } answer ? answer : throw new LinkFailure(LinkFault.WrongServer),
            null, cancellationToken);

    /// <summary>410 <c>cursor_expired</c> comes through as a problem.</summary>
    /// <param name="store">This database: what the cloud has just as it was sent comes in short; null: all comes whole.</param>
    public Task<ChangesAnswer> ChangesAsync(CloudAccess access, string cursor, int limit, Guid? store, CancellationToken cancellationToken) =>
        CallAsync(
            http, () => Request(HttpMethod.Get, access, $"sync/changes?cursor={Uri.EscapeDataString(cursor)}&limit={limit}" + (store is null ? "" : $"&store_uuid={store}")),
            node => Read<ChangesAnswer>(node) is { Changes: not null, Cursor: not null } answer ? answer : throw new LinkFailure(LinkFault.WrongServer), null, cancellationToken);

    public Task<UploadAnswer> UploadAsync(CloudAccess access, UploadRequest upload, CancellationToken cancellationToken)
    {
        // R12: compressed once, before any retry.
        var body = Compress(upload);
        return CallAsync(
            http,
            () =>
            {
                var request = Request(HttpMethod.Post, access, "sync/upload?results=short");
                request.Options.Set(LinkRegistration.Once, true);
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
                request.Content.Headers.ContentEncoding.Add("br");
                return request;
            },
            node => Read<UploadAnswer>(node) is { Results: not null } answer && answer.ServerTime != default ? answer : throw new LinkFailure(LinkFault.WrongServer),
            answer => answer.ServerTime, cancellationToken);
    }

    /// <summary>Asks whether the cloud holds these. A receipt that comes with the answer is not checked here.</summary>
    public Task<VerifyAnswer> VerifyAsync(CloudAccess access, VerifyRequest asked, CancellationToken cancellationToken)
    {
        var body = Compress(asked);
        return CallAsync(
            http,
            () =>
            {
                var request = Request(HttpMethod.Post, access, "sync/verify");
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
                request.Content.Headers.ContentEncoding.Add("br");
                return request;
            },
            node => Read<VerifyAnswer>(node) is { Missing: not null, Different: not null } answer ? answer : throw new LinkFailure(LinkFault.WrongServer), null, cancellationToken);
    }

    /// <summary>Announces a clip, or asks how far it is, which is the same (tus creation). What is there already is answered as complete.</summary>
    public Task<ClipAt> BeginClipAsync(CloudAccess access, Guid report, string sha256, long sizeBytes, string contentType, CancellationToken cancellationToken) =>
        ReachAsync(
            async () =>
            {
                using var request = Tus(HttpMethod.Post, access, "clips");
                request.Headers.Add("Upload-Length", sizeBytes.ToString(CultureInfo.InvariantCulture));
                request.Headers.Add("Upload-Metadata", $"report_uuid {Base64(report.ToString())},content_type {Base64(contentType)},sha256 {Base64(sha256)}");
                using var response = await http.SendAsync(request, cancellationToken);
                await RequireTusAsync(response, cancellationToken);
                // By its last part alone: the token goes to its own server, wherever an answer points.
                return Guid.TryParseExact(response.Headers.Location?.OriginalString.Split('/')[^1], "D", out var upload) ? new ClipAt(upload, OffsetOf(response) ?? 0) : throw new LinkFailure(LinkFault.WrongServer);
            },
            cancellationToken);

    /// <summary>The next bytes of a clip; answers where it stands then.</summary>
    public Task<ClipAt> SendClipAsync(CloudAccess access, ClipAt at, ClipPiece piece, CancellationToken cancellationToken) =>
        ReachAsync(
            async () =>
            {
                using var request = Tus(HttpMethod.Patch, access, $"clips/{at.Upload}");
                request.Headers.Add("Upload-Offset", at.Offset.ToString(CultureInfo.InvariantCulture));
                request.Headers.TransferEncodingChunked = true;
                request.Options.Set(LinkRegistration.Once, true);
                request.Content = piece;
                using var response = await http.SendAsync(request, cancellationToken);
                await RequireTusAsync(response, cancellationToken);
                return at with { Offset = OffsetOf(response) ?? throw new LinkFailure(LinkFault.WrongServer) };
            },
            cancellationToken);

    private HttpRequestMessage Tus(HttpMethod method, CloudAccess access, string path)
    {
        var request = Request(method, access, path);
        request.Headers.Add(TusHeader, "1.0.0");
        return request;
    }

    private static async Task RequireTusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode && response.Headers.Contains(TusHeader)) return;
        await AnswerAsync(response, cancellationToken);
        throw new LinkFailure(LinkFault.WrongServer);
    }

    private static long? OffsetOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Upload-Offset", out var said) && long.TryParse(said.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private Task<T> CallAsync<T>(
        HttpClient client, Func<HttpRequestMessage> make, Func<JsonObject, T> read, Func<T, DateTimeOffset>? serverTime, CancellationToken cancellationToken) =>
        ReachAsync(
            async () =>
            {
                using var request = make();
                var sent = boot.MonotonicMs;
                using var response = await client.SendAsync(request, cancellationToken);
                var answered = boot.MonotonicMs;
                var answer = read(await AnswerAsync(response, cancellationToken));
                if (serverTime is not null) await clock.AnchorAsync(serverTime(answer), sent, answered, cancellationToken);
                return answer;
            },
            cancellationToken);

    private async Task<T> ReachAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await call();
            state.Answered();
            return answer;
        }
        catch (Problem)
        {
            // ModularRace said no: it is there.
            state.Answered();
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not Npgsql.NpgsqlException)
        {
            var failure = LinkFailure.From(e);
            state.Failed(failure);
            if (ReferenceEquals(failure, e)) throw;
            throw failure;
        }
    }

    /// <summary>The JSON of an answer that is ModularRace's; anything in its place means offline.</summary>
    private static async Task<JsonObject> AnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var isJson = response.Content.Headers.ContentType?.MediaType is { } type && (type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal));
        if (status is (>= 300 and < 400) or 511) throw new LinkFailure(LinkFault.SignInPage);
        if (!isJson)
        {
            if (status >= 500) throw new LinkFailure(LinkFault.ServerTrouble);
            throw new LinkFailure(response.IsSuccessStatusCode ? LinkFault.SignInPage : LinkFault.WrongServer);
        }

        JsonObject? node;
        try
        {
            node = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject;
        }
        catch (JsonException e)
        {
            throw new LinkFailure(LinkFault.WrongServer, e);
        }

        if (node is null) throw new LinkFailure(LinkFault.WrongServer);
        if (response.IsSuccessStatusCode) return node;

        // What ModularRace refuses is problem+json; a network's own page may be JSON as well.
        var isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var code = isProblem && node["code"]?.GetValueKind() == JsonValueKind.String ? node["code"]!.GetValue<string>() : null;
        throw (code, response.StatusCode) switch
        {
            ("protocol_unsupported", _) => new LinkFailure(LinkFault.Incompatible),
            ("device_unknown", _) => new LinkFailure(LinkFault.Unknown),
            ("device_revoked", _) => new LinkFailure(LinkFault.Revoked),
            // The cloud is well, and has no room for a clip.
            ("disk_full", _) => new Problem(status, code, node["title"]?.ToString() ?? "The server has no room."),
            (_, >= HttpStatusCode.InternalServerError) => new LinkFailure(LinkFault.ServerTrouble),
            (null, _) => new LinkFailure(LinkFault.WrongServer),
            _ => new Problem(status, code, node["title"]?.ToString() ?? "The server refused."),
        };
    }

    private static T Read<T>(JsonObject node)
    {
        try
        {
            return node.Deserialize<T>(ApiJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new LinkFailure(LinkFault.WrongServer, e);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri server, string path)
    {
        var request = new HttpRequestMessage(method, new Uri($"{server.AbsoluteUri.TrimEnd('/')}/api/v1/{path}")) { Version = HttpVersion.Version11 };
        request.Headers.Add(Protocol.VersionHeader, Version.ToString(CultureInfo.InvariantCulture));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private HttpRequestMessage Request(HttpMethod method, CloudAccess access, string path)
    {
        var request = Request(method, access.Server, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
        request.Headers.Add(Protocol.DeviceHeader, access.DeviceUuid.ToString());
        request.Headers.Add(Protocol.BootHeader, boot.BootId.ToString());
        return request;
    }

    private static byte[] Compress<T>(T body)
    {
        using var buffer = new MemoryStream();
        using (var brotli = new BrotliStream(buffer, new BrotliCompressionOptions { Quality = 5 }, leaveOpen: true))
            JsonSerializer.Serialize(brotli, body, ApiJson.Options);
        return buffer.ToArray();
    }
}
