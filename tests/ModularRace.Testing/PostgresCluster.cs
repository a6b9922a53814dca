using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using Testcontainers.PostgreSql;

namespace ModularRace.Testing;

/// <summary>
/// The PostgreSQL that this test program runs on, one for the process, from the first that there is:
/// <list type="number">
/// <item>the connection that <c>MODULARRACE_TEST_POSTGRES</c> gives (its role must be allowed to create databases),</item>
/// <item>a container, where a Docker engine answers,</item>
/// <item>a private cluster from the machine's binaries,</item>
/// <item>a private cluster from npm's <c>@embedded-postgres</c>.</item>
/// </list>
/// A private cluster lives in a folder of its own under the temporary folder, listens on a socket in it alone, and ends with
/// the process, however that ends.
/// </summary>
public static class PostgresCluster
{
    private static readonly Lazy<Task<string>> Server = new(StartAsync);

    /// <summary>Whether a cluster that is made here waits for its disk, as a real one does; set before the first database. Tests need not wait.</summary>
    public static bool Durable { get; set; }

    /// <summary>A connection string to the cluster's <c>postgres</c> database, as a role that may create databases.</summary>
    public static Task<string> ConnectionStringAsync() => Server.Value;

    private static string Waiting => Durable ? "on" : "off";

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("MODULARRACE_TEST_POSTGRES") is { Length: > 0 } given)
            return new NpgsqlConnectionStringBuilder(given) { Database = new NpgsqlConnectionStringBuilder(given).Database ?? "postgres" }.ConnectionString;
        if (await FromDockerAsync() is { } container) return container;
        if (InstalledBinaries() is { } installed) return await PrivateAsync(installed, libraries: null);
        var embedded = await EmbeddedBinariesAsync();
        return await PrivateAsync(Path.Combine(embedded, "bin"), Path.Combine(embedded, "lib"));
    }

    private static async Task<string?> FromDockerAsync()
    {
        var engine = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } || File.Exists("/var/run/docker.sock");
        if (!engine) return null;
        try
        {
            // Ryuk, which comes with Testcontainers, removes the container when this process is gone.
            var container = new PostgreSqlBuilder("postgres:17-alpine")
                .WithCommand("-c", $"fsync={Waiting}", "-c", $"full_page_writes={Waiting}", "-c", "max_connections=300")
                .Build();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            await container.StartAsync(patience.Token);
            return new NpgsqlConnectionStringBuilder(container.GetConnectionString()) { Database = "postgres" }.ConnectionString;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"The Docker engine gave no PostgreSQL ({e.GetBaseException().Message}); taking the next choice.");
            return null;
        }
    }

    /// <summary>The folder of this machine's PostgreSQL; null: it has none of version 15 or later.</summary>
    public static string? InstalledBinaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .Select(folder => (folder, version: int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0))
                .Where(f => f.version >= 15 && File.Exists(Path.Combine(f.folder, "bin", "initdb")))
                .OrderByDescending(f => f.version)
                .Select(f => Path.Combine(f.folder, "bin"))
                .FirstOrDefault()
            : null;

    private static async Task<string> EmbeddedBinariesAsync()
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var home = Checkout.PathOf(".local", "embedded-postgres");
        var native = Path.Combine(home, "node_modules", "@embedded-postgres", architecture, "native");
        if (File.Exists(Path.Combine(native, "bin", "initdb"))) return native;
        Directory.CreateDirectory(home);
        var start = new ProcessStartInfo("npm", ["install", "--prefix", home, "--no-save", "--foreground-scripts", $"@embedded-postgres/{architecture}@18.4.0-beta.17"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start.");
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        return File.Exists(Path.Combine(native, "bin", "initdb"))
            ? native
            : throw new InvalidOperationException("No PostgreSQL: none given, none in Docker, none under /usr/lib/postgresql, none from npm. On Debian: apt-get install postgresql.");
    }

    // The shell holds the server for as long as the pipe to its input is open, which is for as long as this process lives.
    private const string Hold = """
        set -eu
        data=$1 bin=$2 waiting=$3
        "$bin/initdb" -D "$data/db" -U postgres -A trust --locale=C -E UTF8 --no-sync >"$data/initdb.log" 2>&1
        "$bin/postgres" -D "$data/db" -k "$data" -c listen_addresses= -c fsync=$waiting -c full_page_writes=$waiting \
          -c max_connections=300 -c shared_buffers=64MB -c timezone=UTC >"$data/postgres.log" 2>&1 </dev/null &
        server=$!
        echo started
        cat >/dev/null || true
        kill -QUIT $server 2>/dev/null || true
        wait $server || true
        rm -rf "$data"
        """;

    private static Process? holder;

    private static async Task<string> PrivateAsync(string binaries, string? libraries)
    {
        // A socket's path may have 107 characters: a short name.
        var folder = Directory.CreateTempSubdirectory("mrpg").FullName;
        List<string> command = [];
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            var user = await File.ReadAllTextAsync("/etc/passwd") is var users && users.Contains("\npostgres:", StringComparison.Ordinal) ? "postgres" : "nobody";
            using var chown = Process.Start("chown", [user, folder]);
            await chown.WaitForExitAsync();
            command.AddRange(["setpriv", $"--reuid={user}", $"--regid={(user == "postgres" ? "postgres" : "nogroup")}", "--clear-groups"]);
        }

        command.AddRange(["sh", "-c", Hold, "sh", folder, binaries, Waiting]);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" };
        if (libraries is not null) start.Environment["LD_LIBRARY_PATH"] = libraries;
        holder = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            holder.StandardInput.Close();
            holder.WaitForExit(5000);
        };

        if (await holder.StandardOutput.ReadLineAsync() != "started") throw new InvalidOperationException($"The private PostgreSQL was not made: {Log(folder, "initdb.log")}");
        var connectionString = new NpgsqlConnectionStringBuilder { Host = folder, Port = 5432, Username = "postgres", Database = "postgres" }.ConnectionString;
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                await connection.OpenAsync();
                return connectionString;
            }
            catch (NpgsqlException) when (!holder.HasExited && patience.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
            catch (NpgsqlException e)
            {
                throw new InvalidOperationException($"The private PostgreSQL did not start: {Log(folder, "postgres.log")}", e);
            }
        }
    }

    private static string Log(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8) : "no log";
    }
}
