using ModularRace.Benchmarks.Clips;
using ModularRace.Benchmarks.Dedup;
using ModularRace.Benchmarks.Desk;
using ModularRace.Benchmarks.Sync;
using ModularRace.Benchmarks.Touch;

// What is measured is what a real server does: it waits for its disk.
PostgresCluster.Durable = true;
switch (args)
{
    case ["sync", .. var wanted]:
        return await SyncBenchmark.RunAsync(wanted) ? 0 : 1;
    case ["dedup", .. var wanted] when DedupBenchmark.Read(wanted) is { } sizes:
        return await DedupBenchmark.RunAsync(sizes) ? 0 : 1;
    case ["clips", .. var wanted]:
        return await ClipBenchmark.RunAsync(wanted) ? 0 : 1;
    case ["desk", .. var wanted] when wanted.All(DeskBenchmark.Parts.Contains):
        return await DeskBenchmark.RunAsync(wanted) ? 0 : 1;
    case ["tap"]:
        return await TapBenchmark.RunAsync() ? 0 : 1;
    case ["pi"]:
        return await PiBenchmark.RunAsync() ? 0 : 1;
    default:
        await Console.Error.WriteLineAsync($"Usage: build/bench.sh sync [{string.Join('|', SyncBenchmark.Parts)}]... | dedup [10k|1m|10m|any size]... | clips [{string.Join('|', ClipBenchmark.Parts)}]... | desk [{string.Join('|', DeskBenchmark.Parts)}]... | tap | pi");
        return 2;
}
