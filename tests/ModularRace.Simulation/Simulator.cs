using System.Diagnostics;
using Microsoft.AspNetCore.DataProtection;
using ModularRace.Host;
using ModularRace.Testing;
using Npgsql;

namespace ModularRace.Simulation;

/// <param name="Faults">Empty: all held.</param>
/// <param name="Story">What happened, the last lines.</param>
/// <param name="Logged">What the hosts wrote last.</param>
internal sealed record SeedResult(int Seed, IReadOnlyList<string> Faults, IReadOnlyList<string> Story, IReadOnlyList<string> Logged, IReadOnlyDictionary<string, int> Counts, TimeSpan Took);

/// <summary>Runs seeds one after the other, each a new competition with new devices on the same databases.</summary>
internal sealed class Simulator : IAsyncDisposable
{
    private const int MostPis = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly List<TestDatabase> ofPis = [];
    private readonly IDataProtectionProvider keys = new EphemeralDataProtectionProvider();
    private readonly TrueTime time = new();
    private TestDatabase? ofCloud;
    private FrontDoor? doorOfPis, doorOfCloud;
    private Cloud? cloud;

    public async Task<SeedResult> RunAsync(int seed, int steps, bool tellAll = false)
    {
        if (cloud is null)
        {
            ofCloud = await TestDatabase.MigratedAsync();
            (doorOfPis, doorOfCloud) = (await FrontDoor.OpenAsync(SystemMode.OfflineDevice), await FrontDoor.OpenAsync(SystemMode.Cloud));
            cloud = new Cloud(ofCloud, time, doorOfCloud, keys);
            await cloud.StartAsync();
        }

        while (ofPis.Count < MostPis) ofPis.Add(await TestDatabase.MigratedAsync());
        var timer = Stopwatch.StartNew();
        Log.Clear();
        time.Restart();
        cloud.Interruption.Forget();
        await using var world = new World(seed, time, cloud, doorOfPis!);
        IReadOnlyList<string> faults;
        try
        {
            var pis = ofPis.Take(world.Chance.Next(2, MostPis + 1)).ToList();
            foreach (var database in pis) await EmptyAsync(database);
            await world.BeginAsync(pis);
            var syncing = new Syncing(world);
            var history = new History(world, syncing);
            for (world.Step = 1; world.Step <= steps; world.Step++) await InTimeAsync(history.StepAsync());
            await InTimeAsync(new Healing(world, syncing).HealAsync());
            faults = await new Checks(world).RunAsync();
        }
        catch (SimulationFault e)
        {
            faults = [e.Message];
        }
        catch (Exception e)
        {
            faults = [e.ToString()];
        }

        return new SeedResult(seed, faults, faults.Count == 0 && !tellAll ? [] : [.. world.Story], Log.Last, world.Counts, timer.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        if (cloud is not null) await cloud.DisposeAsync();
        if (doorOfCloud is not null) await doorOfCloud.DisposeAsync();
        if (doorOfPis is not null) await doorOfPis.DisposeAsync();
        foreach (var database in ofPis) await database.DisposeAsync();
        if (ofCloud is not null) await ofCloud.DisposeAsync();
    }

    /// <summary>Nothing here waits for a clock, so that what takes long hangs.</summary>
    private static async Task InTimeAsync(Task step)
    {
        try
        {
            await step.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new SimulationFault("A step does not end.");
        }
    }

    /// <summary>As a new card is: every table of every module without a row. Few rows are deleted faster than tables are made anew.</summary>
    public static async Task EmptyAsync(TestDatabase database)
    {
        var tables = await database.QueryAsync<string>(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname IN ('competitions', 'incidents', 'dedup', 'sync') AND tablename NOT LIKE '\\_\\_%'");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await source.ExecuteAsync($"SET session_replication_role = replica; {string.Join("; ", tables.Select(t => $"DELETE FROM {t}"))}");
    }
}
