using System.Diagnostics;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Clips;

/// <summary>The most that Pi and cloud have in memory, after clips of 2 MB and after one of 200 MB: taken, sent, stored and served.</summary>
internal static class ClipMemoryRun
{
    private const int Small = 2_000_000, Large = 200_000_000, Warm = 20;

    public static async Task<bool> MeasureAsync()
    {
        await using var day = await MountainDay.BeginAsync(mostBytesOfClip: Large);
        await day.Link.UpAsync(LinkPreset.None);
        var before = await SendAsync(day, Warm, Small, seed: 400);
        var after = await SendAsync(day, 1, Large, seed: 500);
        Report.Line($"memory: after {Warm} clips of {Small:N0} bytes the Pi had at most {before.Pi:0} MB, the cloud {before.Cloud:0} MB; after one of {Large:N0} bytes {after.Pi:0} and {after.Cloud:0} MB");
        var reached = Report.Goal("neither took a tenth of the large clip more", after.Pi - before.Pi < Large / 1e7 && after.Cloud - before.Cloud < Large / 1e7);
        Report.Line("");
        return reached;
    }

    private static async Task<(double Pi, double Cloud)> SendAsync(MountainDay day, int count, int bytes, int seed)
    {
        var taken = await day.TakeClipsAsync(count, bytes, seed);
        await day.ChooseAsync("now");
        await day.SyncAsync();
        await day.ClipsLeftAsync(0, Stopwatch.StartNew(), TimeSpan.FromMinutes(3));
        if (await day.EqualAsync(taken) != count) throw new InvalidOperationException("A clip is not what was sent.");
        return (day.PiHost.Peak(), day.CloudHost.Peak());
    }
}
