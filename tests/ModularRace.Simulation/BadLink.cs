using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ModularRace.Simulation;

/// <summary>What a link does to one request.</summary>
internal enum Trouble
{
    None,

    /// <summary>The request breaks off at a byte.</summary>
    CutRequest,

    /// <summary>It arrives and is answered, and the answer breaks off at a byte.</summary>
    CutAnswer,

    /// <summary>It arrives and is answered, and the answer never comes.</summary>
    LoseAnswer,

    /// <summary>It is on its way until after others that are sent later.</summary>
    Delay,

    /// <summary>A hotel's page answers in the cloud's place.</summary>
    SignInPage,

    /// <summary>The device loses its power before the request is out.</summary>
    PowerBefore,

    /// <summary>The device loses its power before the answer is here.</summary>
    PowerAfter,
}

/// <param name="Where">At which part of the request or answer, 0 to 1.</param>
internal sealed record TroubleAhead(Trouble Trouble, double Where);

/// <summary>An upload as it went out: it can be delivered again, or for the first time.</summary>
internal sealed record Letter(string Path, byte[] Body, IReadOnlyList<KeyValuePair<string, string>> Headers, bool Arrived);

/// <summary>A record of an upload whose answer reached the device whole.</summary>
internal sealed record Answered(Guid Uuid, long Edit, string Status);

/// <summary>The way from a device to the cloud's door: innermost in its HTTP client, in the place of sockets.</summary>
internal sealed class BadLink(TrueTime time, Cloud cloud) : HttpMessageHandler
{
    private const int KeptLetters = 30;

    public bool Up { get; set; } = true;

    /// <summary>One way takes so long.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>What will happen to the next requests, one each.</summary>
    public Queue<TroubleAhead> Ahead { get; } = [];

    /// <summary>After this many requests the link is gone; null: it holds.</summary>
    public int? GoneAfter { get; set; }

    public List<Letter> Letters { get; } = [];

    public List<Answered> Answers { get; } = [];

    /// <summary>The status codes of the cloud's answers to uploads that told of trouble of its own.</summary>
    public List<string> ServerFaults { get; } = [];

    /// <summary>Ends when the device loses its power in the middle of a request.</summary>
    public TaskCompletionSource PowerLost { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void PowerBack() => PowerLost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Heal()
    {
        (Up, GoneAfter) = (true, null);
        Ahead.Clear();
    }

    public async Task<HttpStatusCode> DeliverAsync(Letter letter)
    {
        using var request = Request(letter, new ByteArrayContent(letter.Body));
        using var answer = await cloud.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        time.Pass(Latency);
        if (GoneAfter is { } left) (GoneAfter, Up) = (left - 1, Up && left > 0);
        if (!Up) throw new HttpRequestException(HttpRequestError.NameResolutionError, "No link.", new SocketException((int)SocketError.HostNotFound));

        var ahead = Ahead.TryDequeue(out var next) ? next : new TroubleAhead(Trouble.None, 0);
        var letter = await CopyAsync(request, ahead.Trouble);
        switch (ahead.Trouble)
        {
            case Trouble.SignInPage:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>Welcome to Hotel Alpina</html>", System.Text.Encoding.UTF8, "text/html") };
            case Trouble.Delay:
                throw new IOException("No answer.");
            case Trouble.PowerBefore:
                return await LosePowerAsync();
        }

        var cut = ahead.Trouble == Trouble.CutRequest ? (int)(letter.Body.Length * ahead.Where) : (int?)null;
        using var sent = Request(letter, cut is { } at ? new TornContent(letter.Body, at) : new ByteArrayContent(letter.Body));
        if (letter.Body.Length == 0) sent.Content = null;
        HttpResponseMessage answer;
        byte[] body;
        try
        {
            answer = await cloud.SendAsync(sent);
            body = await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
        }
        catch (Exception e) when (cut is not null && e is IOException or HttpRequestException or OperationCanceledException)
        {
            throw new IOException("The request broke off.", e);
        }

        time.Pass(Latency);
        if (cut is not null) throw new IOException("The request broke off.");
        if ((int)answer.StatusCode >= 500) ServerFaults.Add($"{(int)answer.StatusCode} to {request.Method} {request.RequestUri!.AbsolutePath}: {System.Text.Encoding.UTF8.GetString(body)}");
        switch (ahead.Trouble)
        {
            case Trouble.LoseAnswer:
                throw new IOException("The answer is lost.");
            case Trouble.PowerAfter:
                return await LosePowerAsync();
        }

        var told = new HttpResponseMessage(answer.StatusCode)
        {
            RequestMessage = request,
            Content = ahead.Trouble == Trouble.CutAnswer ? new TornContent(body, (int)(body.Length * ahead.Where)) : new ByteArrayContent(body),
        };
        foreach (var (name, values) in answer.Content.Headers) told.Content.Headers.TryAddWithoutValidation(name, values);
        foreach (var (name, values) in answer.Headers) told.Headers.TryAddWithoutValidation(name, values);
        if (ahead.Trouble == Trouble.None && answer.IsSuccessStatusCode && IsUpload(request)) Note(letter, body);
        return told;
    }

    private async Task<HttpResponseMessage> LosePowerAsync()
    {
        PowerLost.TrySetResult();
        return await new TaskCompletionSource<HttpResponseMessage>().Task;
    }

    private async Task<Letter> CopyAsync(HttpRequestMessage request, Trouble trouble)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync();
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .Where(h => h.Key != "Content-Length").Select(h => KeyValuePair.Create(h.Key, string.Join(", ", h.Value))).ToList();
        var letter = new Letter($"{request.Method} {request.RequestUri}", body, headers, trouble is not (Trouble.Delay or Trouble.CutRequest));
        if (!IsUpload(request)) return letter;
        Letters.Add(letter);
        if (Letters.Count > KeptLetters) Letters.RemoveAt(0);
        return letter;
    }

    private static bool IsUpload(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/sync/upload", StringComparison.Ordinal);

    private static HttpRequestMessage Request(Letter letter, HttpContent content)
    {
        var parts = letter.Path.Split(' ', 2);
        var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]) { Content = content };
        foreach (var (name, value) in letter.Headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) content.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>R12: what the device was told whole must be settled in its queue, whatever happens next.</summary>
    private void Note(Letter letter, byte[] answer)
    {
        using var packed = new BrotliStream(new MemoryStream(letter.Body), CompressionMode.Decompress);
        var sent = JsonNode.Parse(packed)!["records"]!.AsArray();
        var results = JsonNode.Parse(answer)!["results"]!.AsArray();
        foreach (var (record, result) in sent.Zip(results))
            Answers.Add(new Answered(Guid.Parse((string)record!["client_uuid"]!), (long)record["edit"]!, (string)result!["status"]!));
    }

    /// <summary>Bytes that break off.</summary>
    private sealed class TornContent(byte[] bytes, int at) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, at));
            await stream.FlushAsync();
            throw new IOException("It broke off.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
