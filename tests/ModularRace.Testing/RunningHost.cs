using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace ModularRace.Testing;

/// <summary>A cloud on a database of its own: a class fixture.</summary>
public class RunningCloud() : RunningHost("cloud");

/// <summary>A Pi on a database of its own: a class fixture.</summary>
public class RunningPi() : RunningHost("offline_device");

/// <summary>
/// The real host as a process of its own on real sockets, as <c>SYSTEM_MODE</c> makes it: it can be stopped, killed and
/// started again on the same database and port. Settings beyond the necessary come from <see cref="Settings"/>.
/// </summary>
public partial class RunningHost(string mode) : IAsyncLifetime
{
    public const string AdminEmail = "ada@example.org", AdminPassword = "correct horse battery staple 1";
    private readonly ConcurrentQueue<string> output = new();
    private readonly SocketsHttpHandler sockets = new() { UseCookies = false, AllowAutoRedirect = false };
    private Process? process;
    private TestDatabase? ownDatabase;
    private TestDatabase? database;

    /// <summary>Environment of the host; change it before the start. Names as in the contract's settings (<c>Sync__Interval</c>).</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Tests say themselves when to sync.
        ["Sync__Interval"] = "12:00:00",
        // Whatever this machine has: a test that wants them names them.
        ["Clips__Ffmpeg"] = "off",
        ["Clips__Ffprobe"] = "off",
    };

    /// <summary>Before the start of a Pi: it lets phones in on a free port, which is answered, and calls itself by the name given.</summary>
    public int OpenPhoneDoor(string name = "127.0.0.1")
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        (Settings["Phones__Port"], Settings["Phones__Host"]) = (port.ToString(CultureInfo.InvariantCulture), name);
        return port;
    }

    /// <summary>Ends with a slash; the port is free at first, then kept over restarts.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Set before the start to run on a database that something else owns; else the host gets a migrated one of its own.</summary>
    public TestDatabase Database
    {
        get => database ?? throw new InvalidOperationException("Not started.");
        set => database = value;
    }

    /// <summary>The client of nobody in particular.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>Signed in as the first admin, by a bearer token.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>How many lines of what it says are kept, the last ones.</summary>
    public int LinesKept { get; set; } = 2000;

    /// <summary>What the host wrote so far, to be shown when a test fails.</summary>
    public string Output => string.Join('\n', output);

    public int ProcessId => process?.Id ?? throw new InvalidOperationException("Not started.");

    /// <summary>Whether the process lives.</summary>
    public bool Runs => process is { HasExited: false };

    public virtual async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts the process and waits until it is ready and the admin signed in; also after a stop or a kill.</summary>
    public async Task StartAsync()
    {
        database ??= ownDatabase = await TestDatabase.MigratedAsync();
        process = Launch(Address is null ? "http://127.0.0.1:0" : Address.ToString().TrimEnd('/'));
        Address ??= await ListeningAsync();
        Anonymous ??= Client();
        await ReadyAsync();
        Admin ??= Client();
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await SignInAsync(AdminEmail, AdminPassword));
    }

    /// <summary>Starts a process that is expected to end by itself, and gives its exit code; its words are in <see cref="Output"/>.</summary>
    public async Task<int> StartAndEndAsync()
    {
        database ??= ownDatabase = await TestDatabase.EmptyAsync();
        process = Launch("http://127.0.0.1:0");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>A stop signal, as a service manager sends it.</summary>
    public async Task StopAsync()
    {
        if (process is null || process.HasExited) return;
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token);
    }

    /// <summary>The power is gone.</summary>
    public async Task KillAsync()
    {
        if (process is null || process.HasExited) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>A client with no rights, on a connection pool of its own host.</summary>
    public HttpClient Client() => new(sockets, disposeHandler: false) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>A client with the bearer token given.</summary>
    public HttpClient Client(string token)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>An access token of a person.</summary>
    public async Task<string> SignInAsync(string email, string password)
    {
        using var answer = await Anonymous.PostAsJsonAsync("api/v1/auth/login", new { email, password });
        var body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"Sign-in answered {(int)answer.StatusCode}: {body}\n{Output}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("access_token").GetString()!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        process = null;
        Admin?.Dispose();
        Anonymous?.Dispose();
        sockets.Dispose();
        if (ownDatabase is not null) await ownDatabase.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private Process Launch(string urls)
    {
        // As it was built, or as it is installed: a benchmark measures what a Pi runs.
        var installed = Environment.GetEnvironmentVariable("MODULARRACE_INSTALLED_HOST");
        var folder = installed ?? Checkout.PathOf("src", "Host");
        string[] built = [Path.Combine(folder, "bin", Checkout.Configuration, "net10.0", "ModularRace.Host.dll")];
        var start = new ProcessStartInfo(installed is null ? "dotnet" : Path.Combine(folder, "ModularRace.Host"), installed is null ? built : [])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || k.StartsWith("DOTNET_ENV", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["SYSTEM_MODE"] = mode;
        start.Environment["ConnectionStrings__ModularRace"] = Database.ConnectionString;
        start.Environment["ASPNETCORE_URLS"] = urls;
        start.Environment["Admin__Email"] = AdminEmail;
        start.Environment["Admin__Password"] = AdminPassword;
        start.Environment["Clips__Directory"] = Path.Combine(Path.GetTempPath(), "modularrace-tests", Database.Name);
        foreach (var (name, value) in Settings) start.Environment[name] = value;

        var started = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Runs) process!.Kill(entireProcessTree: true);
        };
        started.OutputDataReceived += (_, e) => Hear(e.Data);
        started.ErrorDataReceived += (_, e) => Hear(e.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        output.Enqueue(line);
        while (output.Count > LinesKept) output.TryDequeue(out _);
    }

    private async Task<Uri> ListeningAsync()
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            foreach (var line in output)
                if (Listening().Match(line) is { Success: true } match)
                    return new Uri(match.Groups["url"].Value + "/");
            if (!Runs) break;
            await Task.Delay(25);
        }

        throw new InvalidOperationException($"The host does not listen:\n{Output}");
    }

    private async Task ReadyAsync()
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            try
            {
                using var answer = await Anonymous.GetAsync(new Uri("health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            if (!Runs) break;
            await Task.Delay(25);
        }

        throw new InvalidOperationException($"The host does not become ready:\n{Output}");
    }

    [GeneratedRegex("Now listening on: (?<url>https?://[^\\s\"]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
