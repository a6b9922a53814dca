using System.Diagnostics;

namespace ModularRace.Benchmarks.Sync;

/// <summary>How long a tap takes on the Pi while nothing else happens, and while a big sync runs both ways.</summary>
internal static class TapRun
{
    private const int Idle = 150, FromOthers = 1500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    public static async Task<bool> MeasureAsync()
    {
        await using var day = await MountainDay.BeginAsync();
        await day.ReportAsync(LinkRun.Incidents);
        var other = await CloudDevice.PairAsync(day.CloudHost);
        foreach (var body in CloudDevice.Pack(other.Records(day.Race, day.Locations, FromOthers, TimeProvider.System.GetUtcNow().AddHours(-3)))) await other.UploadAsync(body);

        var idle = await TapAsync(day, done: null);
        var pending = await day.PendingAsync();
        await day.Link.UpAsync(LinkPreset.ThirdGeneration);
        var timer = Stopwatch.StartNew();
        var sync = day.SyncAsync();
        var busy = await TapAsync(day, sync);
        var figures = await sync;
        var (now, peak) = day.Memory();

        Report.Line($"taps: POST /incidents on the Pi, one after the other, {Pause.TotalMilliseconds:0} ms between two");
        Report.Line($"  idle:   {Words(idle)}");
        Report.Line($"  during a sync of {timer.Elapsed.TotalSeconds:0.0} s on 3g ({pending} records up at first, {figures["downloaded"]} down): {Words(busy)}");
        Report.Line($"  the Pi's host: {now:0} MB, at most {peak:0} MB so far");
        var reached = Report.Goal("the worst tap of the sync below a fifth of a second", busy.Max() < 200);
        reached &= Report.Goal("the Pi's host below 200 MB", peak < 200);
        Report.Line("");
        return reached;
    }

    /// <summary>Milliseconds of each tap, until the sync is done.</summary>
    private static async Task<List<double>> TapAsync(MountainDay day, Task? done)
    {
        var took = new List<double>();
        while (done is null ? took.Count < Idle : !done.IsCompleted)
        {
            var timer = Stopwatch.StartNew();
            await day.Pi.PostJsonAsync("/incidents", day.Tap());
            took.Add(timer.Elapsed.TotalMilliseconds);
            await Task.Delay(Pause);
        }

        return took;
    }

    private static string Words(List<double> taps)
    {
        var sorted = taps.Order().ToList();
        return FormattableString.Invariant($"{taps.Count} taps, p50 {At(0.5):0.0} ms, p95 {At(0.95):0.0} ms, worst {sorted[^1]:0.0} ms");

        double At(double share) => sorted[(int)(share * (sorted.Count - 1))];
    }
}
