using System.Diagnostics;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Clips;

/// <summary>
/// 20 clips of 2 MB over a bad link, beside its floor: their bytes at the link's rate, and one round trip. Fifteen go undisturbed;
/// while the rest go, taps are sent, beside the same taps on the same link before there was any clip.
/// </summary>
internal static class ClipLinkRun
{
    private const int Clips = 20, Undisturbed = 15, Bytes = 2_000_000, Taps = 9;

    public static async Task<bool> MeasureAsync(string name, LinkPreset link)
    {
        await using var day = await MountainDay.BeginAsync();
        await day.Link.UpAsync(link);
        await day.TapAndSendAsync();
        var alone = await TapsAsync(day, left: null);

        var taken = await day.TakeClipsAsync(Clips, Bytes, seed: 100);
        await day.ClipsHeldAsync();
        var before = (long)(await day.Link.CountersAsync())["upBytes"]!;
        var patience = TimeSpan.FromSeconds(20 + (2.0 * Clips * Bytes * 8 / link.KbpsUp / 1000));
        var timer = Stopwatch.StartNew();
        await day.ChooseAsync("now");
        var took = await day.ClipsLeftAsync(Clips - Undisturbed, timer, patience);
        var up = (long)(await day.Link.CountersAsync())["upBytes"]! - before;
        var floor = ((double)Undisturbed * Bytes * 8 / link.KbpsUp / 1000) + (link.RoundTripMs / 1000);
        var meanwhile = await TapsAsync(day, left: 1);
        var left = await day.ClipsPendingAsync();
        await day.ClipsLeftAsync(0, timer, patience);
        var equal = await day.EqualAsync(taken);

        Report.Line($"{name}: {Clips} clips of {Bytes:N0} bytes");
        Report.Line($"  the first {Undisturbed}: {took:0.0} s, floor {floor:0.0} s; {100 * floor / took:0.0} % of the link; {up:N0} bytes went up in that time, the next clip's among them");
        Report.Line($"  a tap and Sync now, until it is there: no clips waiting {Words(alone)}; while clips went {Words(meanwhile)}; {left} clips were left then");
        var ratio = Median(meanwhile) / Median(alone);
        Report.Line($"  ratio of the medians {ratio:0.00}");
        var reached = Report.Goal("90 % of the link used", floor / took >= 0.9);
        reached &= Report.Goal("records at most 1.3 times slower while clips go", ratio <= 1.3 && left > 0);
        reached &= Report.Goal($"every clip is there and equal ({equal} of {Clips})", equal == Clips);
        Report.Line("");
        return reached;
    }

    /// <param name="left">Ends when no more clips than this are left; null: nobody sends clips.</param>
    private static async Task<List<double>> TapsAsync(MountainDay day, int? left)
    {
        var took = new List<double>();
        while (took.Count < Taps && (left is null || await day.ClipsPendingAsync() > left))
        {
            took.Add(await day.TapAndSendAsync());
            await Task.Delay(TimeSpan.FromSeconds(1.5));
        }

        return took;
    }

    /// <summary>Waits until the clips' own records are on the cloud.</summary>
    private static async Task ClipsHeldAsync(this MountainDay day)
    {
        while (await day.PendingAsync() > 0) await Task.Delay(200);
    }

    private static double Median(List<double> took) => took.Order().ElementAt(took.Count / 2);

    private static string Words(List<double> took) => FormattableString.Invariant($"median {Median(took):0.00} s, worst {took.Max():0.00} s of {took.Count}");
}
