using System.Globalization;

namespace ModularRace.Benchmarks.Sync;

/// <summary>The link breaks once in the middle of the upload, and once after the cloud has taken it, before its answer is here: what is sent again?</summary>
internal static class CutRun
{
    public static async Task<bool> MeasureAsync() =>
        await CutAsync("in the middle of the upload", least => ["--cut-up", Text(least / 2)]) & await CutAsync("in the answer to the upload", _ => ["--cut-down", "400"]);

    private static async Task<bool> CutAsync(string where, Func<long, string[]> cut)
    {
        await using var day = await MountainDay.BeginAsync();
        await day.ReportAsync(LinkRun.Incidents);
        var pending = await day.PendingAsync();
        var least = await day.LeastBytesAsync();
        var before = (await day.CloudDatabase.QueryAsync<long>("SELECT coalesce(max(id), 0) FROM sync.uploads"))[0];
        await day.Link.UpAsync(LinkPreset.Edge, cut(least));

        var presses = 0;
        do presses += await PressAsync(day);
        while (await day.PendingAsync() > 0 && presses < 10);
        var counters = await day.Link.CountersAsync();
        var requests = await day.Link.RequestsAsync();
        // What one upload of all of it costs on the wire is not known here; its body is what the floor counts, and little more.
        var again = Math.Max(0, (long)counters["upBytes"]! - least);
        var taken = await day.CloudDatabase.QueryAsync<string>("SELECT records || ' records: ' || outcomes FROM sync.uploads WHERE id > $1 AND records > 0 ORDER BY id", before);
        var known = (await day.CloudDatabase.QueryAsync<long>("SELECT coalesce(sum((outcomes ->> 'already_synced')::bigint), 0)::bigint FROM sync.uploads WHERE id > $1", before))[0];
        var largest = (await day.CloudDatabase.QueryAsync<int>("SELECT coalesce(max(records), 0) FROM sync.uploads WHERE id > $1", before))[0];

        Report.Line($"edge, cut once {where}: {pending} records, {presses} press(es) of Sync now");
        Report.Line($"  {requests.Count} requests on {counters["connections"]} connections: {string.Join(", ", requests)}");
        Report.Line($"  the cloud took: {string.Join("; ", taken)}");
        Report.Line($"  {(long)counters["upBytes"]!:N0} bytes up, of which some {again:N0} beside the {least:N0} that the records need; {known} records came to the cloud again");
        var reached = Report.Goal("all sent, nothing twice on the cloud", await day.PendingAsync() == 0 && await CountAsync(day) == pending + 3);
        reached &= Report.Goal($"at most one batch (of {largest} records) sent again", again <= least * 1.1 && known <= largest);
        Report.Line("");
        return reached;
    }

    private static async Task<int> PressAsync(MountainDay day)
    {
        try
        {
            await day.SyncAsync();
        }
        catch (InvalidOperationException e) when (e.Message.Contains("server_unreachable", StringComparison.Ordinal))
        {
            // The link broke; what got through is done with.
        }

        return 1;
    }

    private static async Task<long> CountAsync(MountainDay day) =>
        (await day.CloudDatabase.QueryAsync<long>("SELECT (SELECT count(*) FROM incidents.incidents) + (SELECT count(*) FROM incidents.reports)"))[0];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
