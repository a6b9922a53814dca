using ModularRace.Benchmarks.Sync;
using ModularRace.Testing;

// What is measured is what a real server does: it waits for its disk.
PostgresCluster.Durable = true;
if (args is not ["sync", .. var wanted])
{
    await Console.Error.WriteLineAsync($"Usage: build/bench.sh sync [{string.Join('|', SyncBenchmark.Parts)}]...");
    return 2;
}

return await SyncBenchmark.RunAsync(wanted) ? 0 : 1;
