using System.Text.RegularExpressions;

namespace ModularRace.Host.Tests;

/// <summary>Two replicas on one database: what the schedule says is done once, whoever of them lives.</summary>
public sealed partial class JobsTests : IAsyncLifetime
{
    private readonly RunningCloud one = Replica(), two = Replica();
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        // Both find no tables of Quartz, and make them at once.
        database = await TestDatabase.MigratedAsync();
        one.Database = two.Database = database;
        await Task.WhenAll(one.StartAsync(), two.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_job_runs_once_for_both_goes_on_when_one_is_killed_and_ends_with_a_stop_signal()
    {
        await UntilAsync(() => Looks().Count >= 5);
        var looks = Looks();

        // The second that starts puts its schedule in the place of the first's, which may be about to run what it has taken.
        Assert.InRange(looks.Count - looks.Distinct(StringComparer.Ordinal).Count(), 0, 1);

        // Two schedules would beat in turn, each at its own moment of a second. At the first start of all, one replica's may
        // take the place of the other's, which then is over.
        var beats = looks.Order(StringComparer.Ordinal).Select(at => at[19..]).ToList();
        Assert.Equal(beats.Distinct(StringComparer.Ordinal).Count(), 1 + beats.Zip(beats.Skip(1)).Count(b => b.First != b.Second));

        await one.KillAsync();
        var before = Looks(two).Count;
        await UntilAsync(() => Looks(two).Count >= before + 3);

        // It finds the tables there, and its start fires nothing anew.
        var settled = Looks().Distinct(StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        await one.StartAsync();
        before = Looks().Count;
        await UntilAsync(() => Looks().Count >= before + 3);
        looks = [.. Looks().Where(at => !settled.Contains(at))];
        Assert.InRange(looks.Count - looks.Distinct(StringComparer.Ordinal).Count(), 0, 1);
        Assert.Equal(1L, (await database.QueryAsync<long>("SELECT count(*) FROM quartz.qrtz_triggers WHERE trigger_name = 'devices'")).Single());

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await Task.WhenAll(one.StopAsync(), two.StopAsync()).WaitAsync(patience.Token);
    }

    private static RunningCloud Replica() => new()
    {
        Settings = { [WatchfulCloud.Interval.Key] = WatchfulCloud.Interval.Value, ["Logging__LogLevel__ModularRace.Sync.Features.OnServer.Watching"] = "Debug" },
    };

    private List<string> Looks() => [.. Looks(one), .. Looks(two)];

    private static List<string> Looks(RunningCloud host) => [.. Look().Matches(host.Output).Select(m => m.Groups["at"].Value)];

    private static async Task UntilAsync(Func<bool> true_)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!true_()) await Task.Delay(100, patience.Token);
    }

    [GeneratedRegex(@"Devices looked at for (?<at>\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Look();
}
