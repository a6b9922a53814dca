using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
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

    /// <summary>A slow link may take long over a batch; a batch that did not get through is halved.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(60);

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
                    MaxRetryAttempts = 2, Delay = TimeSpan.FromMilliseconds(400), MaxDelay = TimeSpan.FromSeconds(5), BackoffType = DelayBackoffType.Exponential, UseJitter = true,
                    // A cloud that asks for a pause gets one until the next run.
                    ShouldRetryAfterHeader = false,
                })
                .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
                {
                    MinimumThroughput = 4, FailureRatio = 0.9, SamplingDuration = TimeSpan.FromMinutes(2), BreakDuration = TimeSpan.FromSeconds(20),
                    ManualControl = context.ServiceProvider.GetRequiredService<CircuitBreakerManualControl>(),
                })
                .AddTimeout(AttemptTimeout));
        services.AddHttpClient(Probe, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ShareConnections()
            .AddResilienceHandler(Probe, pipeline => pipeline.AddTimeout(ProbeTimeout));
        return services;
    }

    private static IHttpClientBuilder ShareConnections(this IHttpClientBuilder client) => client
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(services =>
            new WholeAnswer(services.GetRequiredService<LinkMeter>()) { InnerHandler = services.GetRequiredService<LinkConnections>().Handler });
}

/// <summary>The connections to the cloud, the same for a probe and for a run.</summary>
internal sealed class LinkConnections(LinkMeter meter, CertificateCheck certificates) : IDisposable
{
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
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
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
