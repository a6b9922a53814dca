using System.Diagnostics;
using System.Globalization;
using ModularRace.Benchmarks.Sync;
using ModularRace.RaceDay.Tests;

namespace ModularRace.Benchmarks.Touch;

/// <summary>
/// What the Pi's build takes of a small machine: from the start of the host to its first page, and the memory of host and
/// database together (each page of memory counted once, by its share: PSS), idle after a morning and at most in a busy hour's work.
/// </summary>
internal static class PiBenchmark
{
    private const int Starts = 5, Incidents = 400;
    private const double MostSeconds = 5, MostMegabytes = 350;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30), FirstLook = TimeSpan.FromSeconds(3), Look = TimeSpan.FromMilliseconds(250);

    public static async Task<bool> RunAsync()
    {
        await using var postgres = await PiPostgres.MakeAsync();
        await using var day = await MountainDay.BeginAsync(ofPi: postgres.Database);
        var starts = new List<double>();
        var (first, tenth) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            await day.PiHost.StopAsync();
            var timer = Stopwatch.StartNew();
            await day.PiHost.StartAsync();
            await PageAsync(day);
            starts.Add(timer.Elapsed.TotalSeconds);
            await Task.Delay(FirstLook);
            first.Add(await TapAsync(day));
            for (var tap = 2; tap < 10; tap++) await TapAsync(day);
            tenth.Add(await TapAsync(day));
        }

        await Task.Delay(Calm);
        var idle = Memory(day.PiHost, postgres);

        using var working = new CancellationTokenSource();
        var most = MostAsync(day.PiHost, postgres, working.Token);
        await day.ReportAsync(Incidents);
        for (var i = 0; i < 50; i++) await PageAsync(day);
        var other = await CloudDevice.PairAsync(day.CloudHost);
        foreach (var body in CloudDevice.Pack(other.Records(day.Race, day.Locations, Incidents, TimeProvider.System.GetUtcNow().AddHours(-3)))) await other.UploadAsync(body);
        await day.Link.UpAsync(LinkPreset.ThirdGeneration);
        await day.SyncAsync();
        await day.Pi.PostJsonAsync("/device/verify");
        await working.CancelAsync();
        var busy = await most;

        var sorted = starts.Order().ToList();
        Report.Line($"from start to first page: {string.Join(", ", starts.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)))} s, with a sign-in");
        Report.Line($"the first tap, {FirstLook.TotalSeconds:0} s after that page: {Milliseconds(first)} ms; the tenth: {Milliseconds(tenth)} ms");
        Report.Line($"memory after {Calm.TotalSeconds:0} s of rest: host {idle.Host:0} MB, PostgreSQL {idle.Postgres:0} MB, together {idle.Sum:0} MB");
        Report.Line($"at most over {3 * Incidents} records made, sent, as many received and proved: host {busy.Host:0} MB, PostgreSQL {busy.Postgres:0} MB, together {busy.Sum:0} MB");
        var reached = Report.Goal($"start to first page below {MostSeconds:0} s", sorted[^1] < MostSeconds);
        reached &= Report.Goal($"together below {MostMegabytes:0} MB, idle", idle.Sum < MostMegabytes);
        reached &= Report.Goal($"together below {MostMegabytes:0} MB, busy", busy.Sum < MostMegabytes);
        Report.Line(reached ? "Every goal was reached." : "A goal was missed: see MISSED above.");
        return reached;
    }

    private static string Milliseconds(IEnumerable<double> times) => string.Join(", ", times.Select(t => t.ToString("0", CultureInfo.InvariantCulture)));

    private static async Task<double> TapAsync(MountainDay day)
    {
        var timer = Stopwatch.StartNew();
        await day.Pi.PostJsonAsync("/incidents", day.Tap());
        return timer.Elapsed.TotalMilliseconds;
    }

    private static async Task PageAsync(MountainDay day)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("report", UriKind.Relative));
        request.Headers.Add("Cookie", $"mr_place={day.Race}.{day.Locations[0]}");
        using var answer = await day.PiHost.Anonymous.SendAsync(request);
        if (answer.StatusCode != System.Net.HttpStatusCode.OK) throw new InvalidOperationException($"/report answered {(int)answer.StatusCode}.");
    }

    private static async Task<Taken> MostAsync(RunningHost host, OwnCluster postgres, CancellationToken until)
    {
        var most = Memory(host, postgres);
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                var now = Memory(host, postgres);
                if (now.Sum > most.Sum) most = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }

        return most;
    }

    private static Taken Memory(RunningHost host, OwnCluster postgres) =>
        new(Megabytes(host.ProcessId), Children(postgres.ProcessId).Prepend(postgres.ProcessId).Sum(Megabytes));

    private static IEnumerable<int> Children(int parent)
    {
        var path = $"/proc/{parent}/task/{parent}/children";
        return File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => int.Parse(p, CultureInfo.InvariantCulture));
    }

    private static double Megabytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1_000_000;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at.
            return 0;
        }
    }

    private sealed record Taken(double Host, double Postgres)
    {
        public double Sum => Host + Postgres;
    }
}
