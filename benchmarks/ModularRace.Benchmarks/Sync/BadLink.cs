using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ModularRace.Benchmarks.Sync;

/// <param name="Preset">As <c>build/badlink.mjs</c> has it.</param>
/// <param name="RoundTripMs">Of the preset.</param>
/// <param name="KbpsUp">Of the preset, 1000 bit/s.</param>
internal sealed record LinkPreset(string Preset, double RoundTripMs, double KbpsUp)
{
    public static readonly LinkPreset None = new("none", 0, 0), Edge = new("edge", 500, 100), ThirdGeneration = new("3g", 150, 1000), Satellite = new("sat", 700, 2000);
}

/// <summary>The link between a Pi and the cloud: <c>build/badlink.mjs</c> as a process, on one port for the Pi's whole life; down while it does not run.</summary>
internal sealed class BadLink(Uri target) : IAsyncDisposable
{
    private readonly int control = FreePort();
    private readonly HttpClient client = new();
    private Process? process;

    public int Port { get; } = FreePort();

    public async Task UpAsync(LinkPreset preset, params string[] options)
    {
        await DownAsync();
        var start = new ProcessStartInfo("node",
        [
            Checkout.PathOf("build", "badlink.mjs"), "--listen", Text(Port), "--target", $"127.0.0.1:{Text(target.Port)}", "--preset", preset.Preset, "--control", Text(control), "--quiet", .. options,
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        if (await process.StandardError.ReadLineAsync() is not { } line || !line.StartsWith("badlink: 127", StringComparison.Ordinal))
            throw new InvalidOperationException("The link did not come up.");
    }

    public async Task DownAsync()
    {
        if (process is null) return;
        Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async Task<JsonNode> CountersAsync() => JsonNode.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{control}/")))!;

    /// <summary>Method and path of each request that went up.</summary>
    public async Task<IReadOnlyList<string>> RequestsAsync() =>
    [
        .. JsonNode.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{control}/requests")))!.AsArray()
            .Select(r => $"{r!["method"]} {r["path"]!.GetValue<string>().Split('?')[0].Replace("/api/v1/", "", StringComparison.Ordinal)}"),
    ];

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        client.Dispose();
    }

    private void Kill()
    {
        if (process is { HasExited: false }) process.Kill();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
