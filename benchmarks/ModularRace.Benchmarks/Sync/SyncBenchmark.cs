namespace ModularRace.Benchmarks.Sync;

/// <summary>What a sync costs: over bad links beside the least that the link allows, on loopback beside plain SQL, and a tap beside it.</summary>
internal static class SyncBenchmark
{
    private static readonly Dictionary<string, Func<Task<bool>>> All = new(StringComparer.Ordinal)
    {
        ["edge"] = () => LinkRun.MeasureAsync("edge", LinkPreset.Edge, 1.4, "PouchDB 136 s, Dotmim.Sync 38 s, PostgreSQL's logical replication 41 s; floor 6.7 s"),
        ["3g"] = () => LinkRun.MeasureAsync("3g", LinkPreset.ThirdGeneration, 2, "PouchDB 27 s, Dotmim.Sync 5.7 s, PostgreSQL's logical replication 4.8 s; floor 0.8 s"),
        ["sat"] = () => LinkRun.MeasureAsync("sat", LinkPreset.Satellite, 4, "PouchDB 95 s, Dotmim.Sync 6.7 s, PostgreSQL's logical replication 6.2 s; floor 1.0 s"),
        ["sat-slow-start"] = () => LinkRun.MeasureAsync("sat --cwnd 14600", LinkPreset.Satellite, 4, "not measured with slow start", "--cwnd", "14600"),
        ["cut"] = CutRun.MeasureAsync,
        ["taps"] = TapRun.MeasureAsync,
        ["rows"] = RowRun.MeasureAsync,
    };

    public static IEnumerable<string> Parts => All.Keys;

    /// <summary>True when every goal was reached.</summary>
    public static async Task<bool> RunAsync(string[] wanted)
    {
        var reached = true;
        foreach (var (_, measure) in All.Where(p => wanted.Length == 0 || wanted.Contains(p.Key, StringComparer.Ordinal))) reached &= await measure();
        Report.Line(reached ? "Every goal was reached." : "A goal was missed: see MISSED above.");
        return reached;
    }
}
