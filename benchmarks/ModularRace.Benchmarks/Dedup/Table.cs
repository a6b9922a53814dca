using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Benchmarks.Dedup;

/// <summary>A database of one size, and what taps cost in it, by turns with a bare commit.</summary>
internal sealed class Table : IAsyncDisposable
{
    private readonly MeasuredCloud cloud = new();
    private readonly List<Tap> alone = [], joining = [], late = [];
    private readonly List<double> control = [];
    private Sighting[] today = [], everywhere = [];

    private Table()
    {
    }

    public long Standing { get; private set; }

    public long Bytes { get; private set; }

    public TimeSpan Filled { get; private set; }

    /// <summary>Taps that are near none.</summary>
    public Kind Alone => Kind.Of(alone);

    /// <summary>Taps that the rule joins to what was seen in the newest races, where people tap.</summary>
    public Kind Joining => Kind.Of(joining);

    /// <summary>The same in any race of all the years: what no server has at hand any more.</summary>
    public Kind Late => Kind.Of(late);

    public Figures Control => Figures.Of(control);

    /// <param name="standing">How many incidents stand.</param>
    /// <param name="steps">How often it will be measured.</param>
    public static async Task<Table> FilledAsync(long standing, int steps)
    {
        var table = new Table();
        await table.cloud.InitializeAsync();
        var timer = Stopwatch.StartNew();
        var many = new ManyIncidents(table.cloud.Database, standing);
        await many.FillAsync();
        table.Filled = timer.Elapsed;
        // As many rows, and one that is read anywhere among them: what the size of a table alone costs.
        foreach (var sql in (string[])[
            "CREATE TABLE public.control (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, incident uuid NOT NULL, at timestamptz NOT NULL)",
            "INSERT INTO public.control (incident, at) SELECT client_uuid, occurred_at FROM incidents.incidents",
            "CREATE UNIQUE INDEX ON public.control (incident)", "VACUUM ANALYZE public.control", "CHECKPOINT"])
            await Unhurried(table.cloud.Database).ExecuteAsync(sql);
        table.Bytes = await One(table.cloud.Database, "SELECT pg_database_size(current_database())");
        table.Standing = await One(table.cloud.Database, "SELECT count(*) FROM incidents.incidents WHERE stands");

        table.today = [.. Enumerable.Range(0, 2 * steps).Select(i => many.Place(i))];
        table.everywhere = [.. Enumerable.Range(0, steps).Select(i => many.Place((2 * steps) + (i * (many.Places - (2 * steps)) / steps)))];
        var random = new Random(42);
        random.Shuffle(table.today);
        random.Shuffle(table.everywhere);
        return table;
    }

    public async Task StepAsync(int i, bool counts)
    {
        // Ten minutes after what was seen there nobody saw that bib; twelve seconds after it the rule joins.
        var one = await TapAsync(today[2 * i], TimeSpan.FromMinutes(10));
        var other = await TapAsync(today[(2 * i) + 1], TimeSpan.FromSeconds(12));
        var old = await TapAsync(everywhere[i], TimeSpan.FromSeconds(12));
        var bare = await ControlAsync(everywhere[i]);
        if (!counts) return;
        alone.Add(one);
        joining.Add(other);
        late.Add(old);
        control.Add(bare);
    }

    /// <summary>What was to be joined was, and nothing else.</summary>
    public async Task CheckAsync()
    {
        var merged = await One(cloud.Database, $"SELECT count(*) FROM incidents.incidents WHERE NOT stands AND updated_at = '{ModuleHost.Morning:O}'");
        if (merged != 2 * everywhere.Length) throw new InvalidOperationException($"{merged} were joined, not {2 * everywhere.Length}.");
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    private static async Task<long> One(TestDatabase database, string sql) => (await Unhurried(database).QueryAsync<long>(sql)).Single();

    /// <summary>However long a query takes.</summary>
    private static TestDatabase Unhurried(TestDatabase database) => TestDatabase.At(database.Name, database.ConnectionString + ";Command Timeout=0");

    private async Task<Tap> TapAsync(Sighting near, TimeSpan later)
    {
        var timer = Stopwatch.StartNew();
        await cloud.Send(new ReportIncident(near.Race, near.Place, near.Bib, OccurredAt: near.At + later));
        return new Tap(cloud.InTheRule.TotalMilliseconds, timer.Elapsed.TotalMilliseconds);
    }

    private async Task<double> ControlAsync(Sighting near)
    {
        await using var insert = cloud.Sql.CreateCommand("INSERT INTO public.control (incident, at) SELECT $1, at FROM public.control WHERE incident = $2");
        insert.Parameters.AddWithValue(Uuids.New(TimeProvider.System));
        insert.Parameters.AddWithValue(near.Incident);
        var timer = Stopwatch.StartNew();
        if (await insert.ExecuteNonQueryAsync() != 1) throw new InvalidOperationException("The control lacks a row.");
        return timer.Elapsed.TotalMilliseconds;
    }

    private sealed class MeasuredCloud : CloudModules
    {
        private long began;

        /// <summary>How long the last tap was in the duplicate rule.</summary>
        public TimeSpan InTheRule { get; private set; }

        protected override void Configure(IServiceCollection services) =>
            AroundTheRule.Listen(services, () => began = Stopwatch.GetTimestamp(), () => InTheRule = Stopwatch.GetElapsedTime(began));
    }
}

/// <summary>Milliseconds in the duplicate rule, and of the whole, its commit included.</summary>
internal sealed record Tap(double Rule, double Whole);

internal sealed record Kind(Figures Rule, Figures Whole)
{
    public static Kind Of(IReadOnlyCollection<Tap> taps) => new(Figures.Of(taps.Select(t => t.Rule)), Figures.Of(taps.Select(t => t.Whole)));
}
