namespace ModularRace.Benchmarks.Desk;

/// <summary>
/// What the desk sees: how soon a device's upload to one replica is a line on a screen that the other serves, and what a list
/// of 100 costs among 100,000 with each filter, beside the same by plain SQL; and what Lighthouse says of its pages and the touchscreen's.
/// </summary>
internal static class DeskBenchmark
{
    public const string Live = "live", Lists = "lists", Lighthouse = "lighthouse";

    public static readonly IReadOnlyList<string> Parts = [Live, Lists, Lighthouse];

    public static async Task<bool> RunAsync(IReadOnlyList<string> wanted)
    {
        var reached = true;
        if (wanted.Count == 0 || wanted.Contains(Live)) reached &= await LiveRun.RunAsync();
        if (wanted.Count == 0 || wanted.Contains(Lists)) reached &= await ListRun.RunAsync();
        if (wanted.Count == 0 || wanted.Contains(Lighthouse)) reached &= await LighthouseRun.RunAsync();
        Report.Line(reached ? "Every goal was reached." : "A goal was missed: see MISSED above.");
        return reached;
    }
}
