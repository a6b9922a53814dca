namespace ModularRace.Benchmarks;

/// <summary>Milliseconds.</summary>
internal sealed record Figures(int Count, double P50, double P99)
{
    public static Figures Of(IEnumerable<double> took)
    {
        var sorted = took.Order().ToList();
        return new Figures(sorted.Count, sorted[sorted.Count / 2], sorted[(int)(0.99 * (sorted.Count - 1))]);
    }

    public override string ToString() => FormattableString.Invariant($"p50 {P50:0.00} ms, p99 {P99:0.00} ms of {Count}");
}
