using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// A PostgreSQL of its own, as in production: what it confirms is on its disk. It can be killed with all its processes, and
/// started again on the same data.
/// </summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> said = new();
    private readonly string folder = Directory.CreateTempSubdirectory("mrkill").FullName;
    private readonly string binaries;
    private readonly IReadOnlyList<string> user;
    private readonly IReadOnlyList<string> settings;
    private Process? server;

    private OwnCluster(string binaries, IReadOnlyList<string>? settings)
    {
        this.binaries = binaries;
        this.settings = [.. (settings ?? ["fsync=on", "full_page_writes=on", "shared_buffers=64MB"]).SelectMany(s => new[] { "-c", s })];
        // The server refuses to run as root.
        user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        Database = TestDatabase.At("race", new NpgsqlConnectionStringBuilder { Host = folder, Port = 5432, Username = "postgres", Database = "race", MaxPoolSize = 30 }.ConnectionString);
    }

    public TestDatabase Database { get; }

    /// <summary>Of the server's first process.</summary>
    public int ProcessId => server?.Id ?? throw new InvalidOperationException("Not started.");

    /// <summary>With an empty database.</summary>
    /// <param name="settings">As in <c>postgresql.conf</c>, <c>name=value</c>; null: what keeps R1, and little memory.</param>
    public static async Task<OwnCluster> MakeAsync(IReadOnlyList<string>? settings = null)
    {
        var cluster = new OwnCluster(PostgresCluster.InstalledBinaries() ?? throw new InvalidOperationException("It takes a PostgreSQL that is installed on this machine."), settings);
        if (cluster.user.Count > 0) await EndedAsync(Process.Start("chown", ["postgres", cluster.folder]));
        await EndedAsync(cluster.Run("initdb", "-D", cluster.Data, "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8"));
        await cluster.StartAsync();
        await using var sql = NpgsqlDataSource.Create(cluster.To("postgres"));
        await sql.ExecuteAsync("CREATE DATABASE race");
        return cluster;
    }

    private string Data => Path.Combine(folder, "db");

    /// <summary>Starts it, and waits until it answers: after a kill it recovers first.</summary>
    public async Task StartAsync()
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            if (server is not { HasExited: false })
                server = Run("postgres", ["-D", Data, "-k", folder, "-c", "listen_addresses=", "-c", "timezone=UTC", .. settings]);
            try
            {
                await using var connection = new NpgsqlConnection(To("postgres"));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (patience.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
            catch (NpgsqlException e)
            {
                throw new InvalidOperationException($"PostgreSQL does not start:\n{string.Join('\n', said)}", e);
            }
        }
    }

    /// <summary>kill -9, of the server and of all that work for it.</summary>
    public async Task KillAsync()
    {
        if (server is null) return;
        server.Kill(entireProcessTree: true);
        await server.WaitForExitAsync();
        server.Dispose();
        server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string To(string database) => new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = database, Pooling = false }.ConnectionString;

    private Process Run(string program, params string[] arguments)
    {
        List<string> command = [.. user, Path.Combine(binaries, program), .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        said.Enqueue(line);
        while (said.Count > 100) said.TryDequeue(out _);
    }

    private static async Task EndedAsync(Process process)
    {
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
        process.Dispose();
    }
}
