using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>A Pi's link and clock, and nothing else of it.</summary>
internal sealed class LinkedPi : IDisposable
{
    private readonly ServiceProvider services;

    /// <param name="clock">What the Pi knows of the time; null: the machine's own clock, and no contact yet.</param>
    /// <param name="roots">Whom it trusts; null: whom the system does.</param>
    public LinkedPi(AnchoredClock? clock = null, X509Certificate2Collection? roots = null)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        // The time-outs are the real ones: what hangs here hangs for good.
        collection.AddSingleton(TimeProvider.System);
        collection.AddSingleton<IBootClock, LinuxBootClock>();
        collection.AddSingleton<IAnchorStore, MemoryAnchors>();
        if (clock is null) collection.AddSingleton<AnchoredClock>();
        else collection.AddSingleton(clock);
        collection.AddCloudLink();
        if (roots is not null) collection.AddSingleton(provider => new CertificateCheck(provider.GetRequiredService<AnchoredClock>(), roots));
        services = collection.BuildServiceProvider();
    }

    public CloudLink Link => services.GetRequiredService<CloudLink>();

    public LinkState State => services.GetRequiredService<LinkState>();

    public LinkMeter Meter => services.GetRequiredService<LinkMeter>();

    public AnchoredClock Clock => services.GetRequiredService<AnchoredClock>();

    public void Dispose() => services.Dispose();
}

/// <summary>Answers each request with the bytes given, or takes it and says nothing.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<string, Task<string?>> answer;
    private readonly SslStreamCertificateContext? certificate;
    private readonly Task accepting;

    /// <param name="answer">To a request, as text; null: nothing; empty: it hangs up.</param>
    /// <param name="certificate">With its issuers, which are sent too; null: without TLS.</param>
    public SmallServer(Func<string, string?> answer, SslStreamCertificateContext? certificate = null)
        : this(request => Task.FromResult(answer(request)), certificate)
    {
    }

    /// <summary>The same, when it is ready to.</summary>
    public SmallServer(Func<string, Task<string?>> answer, SslStreamCertificateContext? certificate = null)
    {
        (this.answer, this.certificate) = (answer, certificate);
        listener.Start();
        Address = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await OpenAsync(client);
                var buffer = new byte[64 * 1024];
                while (true)
                {
                    var request = "";
                    do
                    {
                        var read = await stream.ReadAsync(buffer, stop.Token);
                        // A TLS greeting is nothing that this server understands.
                        if (read == 0 || buffer[0] == 0x16) return;
                        request += Encoding.Latin1.GetString(buffer, 0, read);
                    }
                    while (!IsWhole(request));
                    var said = await answer(request);
                    if (said?.Length == 0) return;
                    if (said is not null) await stream.WriteAsync(Encoding.UTF8.GetBytes(said), stop.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or AuthenticationException)
            {
                // The test is over, or the Pi hung up.
            }
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (certificate is null) return client.GetStream();
        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, stop.Token);
        return secure;
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;
        var length = request.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return length is null || request.Length - end - 4 >= int.Parse(length["Content-Length:".Length..].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
