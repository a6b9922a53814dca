using System.Diagnostics;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Clips;

/// <summary>The link breaks again and again while clips go: what is sent again?</summary>
internal static class ClipCutRun
{
    private const int Clips = 3, Bytes = 2_000_000, Cuts = 5, CutAfter = 1_000_000;

    /// <summary>What a request carries at first.</summary>
    private const int Chunk = 256 * 1024;

    public static async Task<bool> MeasureAsync()
    {
        await using var day = await MountainDay.BeginAsync();
        await day.Link.UpAsync(LinkPreset.Satellite);
        var taken = await day.TakeClipsAsync(Clips, Bytes, seed: 300);
        while (await day.PendingAsync() > 0) await Task.Delay(200);
        await day.Link.UpAsync(LinkPreset.Satellite, "--cut-up", $"{CutAfter}", "--cut-times", $"{Cuts}");
        var since = await day.LastRunAsync();
        await day.ChooseAsync("now");
        var timer = Stopwatch.StartNew();
        var presses = 0;
        while (await day.ClipsPendingAsync() > 0 && timer.Elapsed < TimeSpan.FromMinutes(3))
        {
            presses++;
            try
            {
                await day.SyncAsync();
            }
            catch (InvalidOperationException e) when (e.Message.Contains("server_unreachable", StringComparison.Ordinal))
            {
                // Cut just now.
            }
        }

        var counters = await day.Link.CountersAsync();
        // The loopback's own buffers take more from the Pi than any network would; what they never gave the link was not sent.
        var (delivered, sent, written) = ((long)counters["upBytes"]!, (long)counters["upAccepted"]!, await day.BytesSentAsync(since));
        const long all = (long)Clips * Bytes;
        var equal = await day.EqualAsync(taken);
        Report.Line($"sat, cut {counters["cuts"]} times: {Clips} clips of {Bytes:N0} bytes, {presses} press(es) of Sync now");
        Report.Line($"  {delivered:N0} bytes arrived, {delivered - all:N0} more than the clips have; the link took {sent:N0}, {(sent - all) / Cuts:N0} more for each cut; the Pi's kernel {written:N0}");
        var reached = Report.Goal($"at most one chunk ({Chunk:N0} bytes) sent again for each cut", sent - all <= (long)Cuts * Chunk && (int)counters["cuts"]! == Cuts);
        reached &= Report.Goal($"every clip is there and equal ({equal} of {Clips})", equal == Clips);
        Report.Line("");
        return reached;
    }
}
