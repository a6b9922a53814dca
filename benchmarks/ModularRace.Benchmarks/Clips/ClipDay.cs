using System.Diagnostics;
using System.Globalization;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Clips;

/// <summary>What a day with clips is made of.</summary>
internal static class ClipDay
{
    /// <summary>So many reports with a clip each are made on the Pi and wait for a hand; the records themselves go where there is a link.</summary>
    public static async Task<List<(string Report, string Sha256)>> TakeClipsAsync(this MountainDay day, int count, int bytes, int seed)
    {
        await ChooseAsync(day, "by_hand");
        var taken = new List<(string, string)>();
        for (var i = 0; i < count; i++)
        {
            var report = (await day.Pi.PostJsonAsync("/incidents", day.Tap()))["report"]!.Text("client_uuid");
            var clip = ClipFiles.Mp4(bytes, seed + i);
            using var sent = await day.Pi.SendClip(report, clip);
            if (!sent.IsSuccessStatusCode) throw new InvalidOperationException($"The Pi answered {(int)sent.StatusCode} to a clip.");
            taken.Add((report, ClipFiles.Sha256(clip)));
        }

        return taken;
    }

    public static async Task ChooseAsync(this MountainDay day, string send)
    {
        using var content = System.Net.Http.Json.JsonContent.Create(new { send });
        using var answer = await day.Pi.PutAsync(new Uri("api/v1/device/clips", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public static async Task<int> ClipsPendingAsync(this MountainDay day) => (int)(await day.Pi.GetJsonAsync("/device"))["clips_pending"]!;

    /// <summary>Waits until no more than so many clips are left; answers the seconds that it took.</summary>
    public static async Task<double> ClipsLeftAsync(this MountainDay day, int left, Stopwatch timer, TimeSpan patience)
    {
        while (await day.ClipsPendingAsync() > left)
        {
            if (timer.Elapsed > patience) throw new InvalidOperationException($"{await day.ClipsPendingAsync()} clips are left after {timer.Elapsed.TotalSeconds:0} s.\nThe Pi: {day.PiHost.Output}");
            await Task.Delay(100);
        }

        return timer.Elapsed.TotalSeconds;
    }

    /// <summary>A tap, then Sync now: the seconds until it is on the cloud and the Pi knows.</summary>
    public static async Task<double> TapAndSendAsync(this MountainDay day)
    {
        await day.Pi.PostJsonAsync("/incidents", day.Tap());
        var timer = Stopwatch.StartNew();
        await day.SyncAsync();
        return timer.Elapsed.TotalSeconds;
    }

    /// <summary>How many of these the cloud holds whole, by the bytes that it serves.</summary>
    public static async Task<int> EqualAsync(this MountainDay day, IEnumerable<(string Report, string Sha256)> taken)
    {
        var equal = 0;
        foreach (var (report, sha256) in taken)
        {
            using var served = await day.Cloud.GetAsync(new Uri($"api/v1/reports/{report}/clip", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            if (!served.IsSuccessStatusCode) continue;
            await using var bytes = await served.Content.ReadAsStreamAsync();
            if (Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(bytes)) == sha256) equal++;
        }

        return equal;
    }

    /// <summary>Bytes that the Pi's runs wrote to the link since that run.</summary>
    public static async Task<long> BytesSentAsync(this MountainDay day, long sinceRun) =>
        (await day.PiHost.Database.QueryAsync<long>("SELECT coalesce(sum(bytes_sent), 0)::bigint FROM sync.runs WHERE id > $1", sinceRun))[0];

    public static async Task<long> LastRunAsync(this MountainDay day) => (await day.PiHost.Database.QueryAsync<long>("SELECT coalesce(max(id), 0) FROM sync.runs"))[0];

    /// <summary>The most that a process had in memory so far, MB.</summary>
    public static double Peak(this RunningHost host) =>
        double.Parse(File.ReadAllLines($"/proc/{host.ProcessId}/status").Single(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000;
}
