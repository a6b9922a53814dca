using System.Diagnostics;

namespace ModularRace.Benchmarks.Sync;

/// <summary>500 incidents with 1,000 reports over a bad link to an empty cloud, beside the floor: the same records as NDJSON under brotli, and one round trip.</summary>
internal static class LinkRun
{
    public const int Incidents = 500;
    private const int MostRequests = 4;
    private const double MostMegabytes = 200;

    public static async Task<bool> MeasureAsync(string name, LinkPreset link, double goal, string others, params string[] options)
    {
        await using var day = await MountainDay.BeginAsync();
        await day.ReportAsync(Incidents);
        var pending = await day.PendingAsync();
        var least = await day.LeastBytesAsync();
        var floor = (least * 8 / link.KbpsUp / 1000) + (link.RoundTripMs / 1000);

        await day.Link.UpAsync(link, options);
        var timer = Stopwatch.StartNew();
        var figures = await day.SyncAsync();
        var took = timer.Elapsed.TotalSeconds;
        var counters = await day.Link.CountersAsync();
        var requests = await day.Link.RequestsAsync();
        var (now, peak) = day.Memory();
        var left = await day.PendingAsync();
        var bare = await WithoutLinkAsync();

        Report.Line($"{name}: {pending} records of {Incidents} incidents with {2 * Incidents} reports, uploaded and the changes read back");
        Report.Line($"  {took:0.00} s; floor {floor:0.00} s ({least:N0} bytes of NDJSON under brotli 5, and one round trip); ratio {took / floor:0.00}");
        Report.Line($"  the same through a link without delay or limit, on another cloud and Pi: {bare:0.00} s, which both hosts and both databases take of this machine");
        Report.Line($"  {requests.Count} requests on {counters["connections"]} connection(s): {string.Join(", ", requests)}");
        Report.Line($"  {(long)counters["upBytes"]!:N0} bytes up, {(long)counters["downBytes"]!:N0} down; the Pi counted {(long)figures["bytes_sent"]!:N0} and {(long)figures["bytes_received"]!:N0}, {figures["requests"]} requests, {figures["duration_ms"]} ms");
        Report.Line($"  the Pi's host: {now:0} MB, at most {peak:0} MB so far");
        Report.Line($"  others at this work: {others}");
        var reached = Report.Goal($"at most {goal:0.0} times the floor", took / floor <= goal);
        reached &= Report.Goal($"at most {MostRequests} requests on one connection", requests.Count <= MostRequests && (int)counters["connections"]! == 1);
        reached &= Report.Goal($"all sent, {left} left", left == 0);
        reached &= Report.Goal($"the Pi's host below {MostMegabytes:0} MB", peak < MostMegabytes);
        Report.Line("");
        return reached;
    }

    /// <summary>The seconds that are not the link's.</summary>
    private static async Task<double> WithoutLinkAsync()
    {
        await using var day = await MountainDay.BeginAsync();
        await day.ReportAsync(Incidents);
        await day.Link.UpAsync(LinkPreset.None);
        var timer = Stopwatch.StartNew();
        await day.SyncAsync();
        return timer.Elapsed.TotalSeconds;
    }
}
