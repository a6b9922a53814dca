using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using ModularRace.Sync.Wire;
using Polly;
using Polly.CircuitBreaker;

namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>
/// R12: one warm connection, compressed bodies, time-outs on each attempt, few retries with jitter, and a circuit that
/// breaks. <see cref="HttpClient.Timeout"/> is infinite, the strategies have their own.
/// </summary>
internal static class LinkRegistration
{
    public const string Probe = "cloud-probe";
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Marks a request that is not tried again as it is where the link broke: an upload goes on in smaller batches (R12).</summary>
    public static readonly HttpRequestOptionsKey<bool> Once = new("modularrace-once");

    /// <summary>An answer may take this long to begin and to come over a slow link; a body that is sent gets time for its length.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    /// <summary>16 kbit/s: a link below that is as good as none for a batch of this length, and a smaller one is tried.</summary>
    private const double LeastBytesPerSecond = 2000;

    public static IServiceCollection AddCloudLink(this IServiceCollection services)
    {
        services.AddSingleton<LinkMeter>();
        services.AddSingleton<LinkState>();
        services.AddSingleton<CircuitBreakerManualControl>();
        services.AddSingleton<CertificateCheck>();
        services.AddSingleton<LinkConnections>();

        services.AddHttpClient<CloudLink>(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ShareConnections()
            .AddResilienceHandler("cloud", (pipeline, context) => pipeline
                .AddRetry(new HttpRetryStrategyOptions
                {
                    ShouldHandle = args => ValueTask.FromResult(HttpClientResiliencePredicates.IsTransient(args.Outcome) && (args.Outcome.Exception is null || args.Context.GetRequestMessage()?.Options.TryGetValue(Once, out _) != true)),
                    MaxRetryAttempts = 2, Delay = TimeSpan.FromMilliseconds(400), MaxDelay = TimeSpan.FromSeconds(5), BackoffType = DelayBackoffType.Exponential, UseJitter = true,
                    // A cloud that asks for a pause gets one until the next run.
                    ShouldRetryAfterHeader = false,
                })
                .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
                {
                    MinimumThroughput = 4, FailureRatio = 0.9, SamplingDuration = TimeSpan.FromMinutes(2), BreakDuration = TimeSpan.FromSeconds(20),
                    ManualControl = context.ServiceProvider.GetRequiredService<CircuitBreakerManualControl>(),
                })
                .AddTimeout(new HttpTimeoutStrategyOptions { TimeoutGenerator = args => ValueTask.FromResult(TimeFor(args.Context.GetRequestMessage())) }));
        services.AddHttpClient(Probe, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ShareConnections()
            .AddResilienceHandler(Probe, pipeline => pipeline.AddTimeout(ProbeTimeout));
        return services;
    }

    private static TimeSpan TimeFor(HttpRequestMessage? request) =>
        AttemptTimeout + TimeSpan.FromSeconds(((request?.Content as ClipPiece)?.Most ?? request?.Content?.Headers.ContentLength ?? 0) / LeastBytesPerSecond);

    private static IHttpClientBuilder ShareConnections(this IHttpClientBuilder client) => client
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(services =>
            new WholeAnswer(services.GetRequiredService<LinkMeter>()) { InnerHandler = services.GetRequiredService<LinkConnections>().Handler });
}

/// <summary>The connections to the cloud, the same for a probe and for a run.</summary>
internal sealed class LinkConnections(LinkMeter meter, CertificateCheck certificates) : IDisposable
{
    private const int Tcp = 6, NotSentLowWater = 25, MostNotSent = 16 * 1024;
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(10), Warm = TimeSpan.FromMinutes(10);

    public SocketsHttpHandler Handler { get; } = new()
    {
        // A redirect is a sign-in page's; the cloud sends none.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.Brotli | DecompressionMethods.GZip,
        ConnectTimeout = Connecting,
        SslOptions = { RemoteCertificateValidationCallback = certificates.Holds },
        PooledConnectionIdleTimeout = Warm,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                // Else the kernel takes a whole body at once, and all would count as sent while none of it has left.
                if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(Tcp, NotSentLowWater, BitConverter.GetBytes(MostNotSent));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new CountingStream(new NetworkStream(socket, ownsSocket: true), meter);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public void Dispose() => Handler.Dispose();
}

/// <summary>
/// Innermost: reads the whole answer within the attempt, so that the time-out and the retries hold for its body too, and
/// a body that never ends does not fill the memory.
/// </summary>
internal sealed class WholeAnswer(LinkMeter meter) : DelegatingHandler
{
    private const long LongestAnswer = 64 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        var received = meter.Received;
        // What has no body is a question: a probe beside an upload does not change how far that is.
        if (request.Content?.Headers.ContentLength is > 0 and var length) meter.ExpectToSend(length);
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (response.Headers.TryGetValues(Protocol.PackedLengthHeader, out var told) && long.TryParse(told.First(), CultureInfo.InvariantCulture, out var comes) && comes > 0) meter.ExpectToReceive(received, comes);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
