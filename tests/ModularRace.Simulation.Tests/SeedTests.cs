using System.Text.RegularExpressions;

namespace ModularRace.Simulation.Tests;

/// <summary>Two dozen race days by chance, some long, most short; <c>build/simulate.sh</c> runs any number.</summary>
public sealed partial class SeedTests
{
    /// <summary>What a check looks at must happen, or it sees nothing: a request whose address had changed was not looked at for days.</summary>
    private static readonly string[] Happens =
    [
        "report", "add", "edit", "put", "withdraw", "officialize", "decide", "merge", "split", "undo", "resolve", "look at a conflict", "speak",
        "sync", "sync failed", "sync cut by power", "answered on a bad link", "old request", "link", "restart", "restart cloud", "reboot", "clock",
        "reference data", "held transaction", "database broke", "database of a Pi broke", "may_decide", "grant", "revoke", "pair", "new card", "quarantine", "followed",
    ];

    [Theory]
    [InlineData(1, 4, 200)]
    [InlineData(1001, 20, 40)]
    public async Task Whatever_happens_nothing_acknowledged_is_lost_doubled_or_invented_and_all_agree_in_the_evening(int first, int count, int steps)
    {
        await using var simulator = new Simulator();
        var happened = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = first; seed < first + count; seed++)
        {
            var result = await simulator.RunAsync(seed, steps);
            Assert.True(result.Faults.Count == 0, Seeds.Tell(result, steps, lines: 60));
            happened.UnionWith(result.Counts.Keys);
        }

        // A short day has no room for all of it.
        if (steps > 100) Assert.Empty(Happens.Except(happened));
    }

    [Fact]
    public async Task The_same_seed_is_the_same_day()
    {
        await using var simulator = new Simulator();
        // The cloud of the first knows the day already.
        await using var another = new Simulator();
        var (one, other) = (await simulator.RunAsync(7, 40, tellAll: true), await another.RunAsync(7, 40, tellAll: true));
        Assert.Equal(one.Story.Select(Told), other.Story.Select(Told));
    }

    /// <summary>The identities that the product makes (version 7) are by chance of its own; the simulator's are the seed's.</summary>
    private static string Told(string line) => MadeByTheProduct().Replace(line, "...");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MadeByTheProduct();
}
