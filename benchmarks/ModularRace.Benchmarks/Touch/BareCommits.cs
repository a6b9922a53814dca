using System.Diagnostics;
using Npgsql;

namespace ModularRace.Benchmarks.Touch;

/// <summary>The control of a tap: one row committed on the same PostgreSQL, over a connection that is open.</summary>
internal sealed class BareCommits : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private BareCommits(NpgsqlConnection connection) => this.connection = connection;

    public static async Task<BareCommits> OpenAsync(TestDatabase database)
    {
        await database.ExecuteAsync("CREATE TABLE public.control (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL)");
        var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync();
        return new BareCommits(open);
    }

    /// <summary>Milliseconds.</summary>
    public async Task<double> CommitAsync()
    {
        await using var insert = new NpgsqlCommand("INSERT INTO public.control (at) VALUES (now())", connection);
        var timer = Stopwatch.StartNew();
        await insert.ExecuteNonQueryAsync();
        return timer.Elapsed.TotalMilliseconds;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
