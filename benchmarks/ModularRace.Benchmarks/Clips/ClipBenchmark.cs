using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Clips;

/// <summary>What clips cost: of the link, of the records that go meanwhile, again after cuts, and in memory (R12).</summary>
internal static class ClipBenchmark
{
    private static readonly Dictionary<string, Func<Task<bool>>> All = new(StringComparer.Ordinal)
    {
        ["3g"] = () => ClipLinkRun.MeasureAsync("3g", LinkPreset.ThirdGeneration),
        ["sat"] = () => ClipLinkRun.MeasureAsync("sat", LinkPreset.Satellite),
        ["cut"] = ClipCutRun.MeasureAsync,
        ["memory"] = ClipMemoryRun.MeasureAsync,
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
