using System.Globalization;

namespace ModularRace.Benchmarks.Dedup;

/// <summary>R4: what a tap costs in the duplicate rule as the tables grow, beside a bare commit on the same server.</summary>
internal static class DedupBenchmark
{
    private const double Goal = 1.3;
    private const int Count = 400, WarmUp = 60, Fewest = 2_000;
    private static readonly long[] Sizes = [10_000, 1_000_000, 10_000_000];

    /// <summary>The sizes that are asked for, the fewest first: all where none is named. Null: one of them cannot be read.</summary>
    public static IReadOnlyList<long>? Read(string[] wanted)
    {
        var sizes = wanted.Length == 0 ? [.. Sizes] : wanted.Select(Size).ToList();
        return sizes.Contains(0) ? null : [.. sizes.Distinct().Order()];
    }

    /// <summary>True when every goal was reached.</summary>
    public static async Task<bool> RunAsync(IReadOnlyList<long> sizes)
    {
        var tables = new List<Table>();
        try
        {
            foreach (var size in sizes)
            {
                tables.Add(await Table.FilledAsync(size, WarmUp + Count));
                Report.Line($"{tables[^1].Standing:N0} standing incidents: {tables[^1].Bytes / 1e9:0.00} GB, filled in {tables[^1].Filled.TotalSeconds:0} s");
            }

            // By turns, so that whatever else the machine does falls on all of them.
            for (var i = 0; i < WarmUp + Count; i++)
                foreach (var table in tables)
                    await table.StepAsync(i, counts: i >= WarmUp);
            foreach (var table in tables) await table.CheckAsync();
            return Tell(tables);
        }
        finally
        {
            foreach (var table in tables) await table.DisposeAsync();
        }
    }

    /// <summary>"10k", "1m", "2500"; 0: not a size.</summary>
    private static long Size(string text)
    {
        var (digits, times) = text switch { [.. var d, 'k'] => (d, 1_000), [.. var d, 'm'] => (d, 1_000_000), _ => (text, 1) };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000 && number * times >= Fewest ? number * times : 0;
    }

    private static bool Tell(List<Table> tables)
    {
        var (reached, fewest) = (true, tables[0]);
        Report.Line($"{Count} taps of each kind in each table, by turns: milliseconds in the duplicate rule, in brackets of the whole tap; and as a ratio to the fewest");
        foreach (var table in tables)
        {
            Report.Line($"{table.Standing:N0} standing incidents");
            Line("a tap that is near none", table.Alone, fewest.Alone);
            Line("a tap that is joined to one of the newest races", table.Joining, fewest.Joining);
            Line("a tap that is joined to one of any race", table.Late, fewest.Late);
            Report.Line($"  control, one row read anywhere and one committed: p50 {table.Control.P50:0.00}, p99 {table.Control.P99:0.00}; {table.Control.P50 / fewest.Control.P50:0.00} and {table.Control.P99 / fewest.Control.P99:0.00} times the fewest");
            if (table == fewest) continue;
            reached &= Report.Goal($"p50 in the rule near none at most {Goal} times that of the fewest", table.Alone.Rule.P50 / fewest.Alone.Rule.P50 <= Goal);
            reached &= Report.Goal($"p50 in the rule when joined at most {Goal} times that of the fewest", table.Joining.Rule.P50 / fewest.Joining.Rule.P50 <= Goal);
        }

        Report.Line(reached ? "Every goal was reached." : "A goal was missed: see MISSED above.");
        return reached;
    }

    private static void Line(string what, Kind kind, Kind fewest) =>
        Report.Line(
            $"  {what}: p50 {kind.Rule.P50:0.00} ({kind.Whole.P50:0.00}), p99 {kind.Rule.P99:0.00} ({kind.Whole.P99:0.00}); {kind.Rule.P50 / fewest.Rule.P50:0.00} ({kind.Whole.P50 / fewest.Whole.P50:0.00}) and {kind.Rule.P99 / fewest.Rule.P99:0.00} times the fewest");
}
