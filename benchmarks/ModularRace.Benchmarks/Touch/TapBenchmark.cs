using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Touch;

/// <summary>
/// What a tap costs on the Pi: from the touch to "saved" on the screen, and its request alone, among few and among many
/// incidents, idle and during a sync; beside a bare commit, by turns, on the same PostgreSQL. And the page of 200 bibs.
/// </summary>
internal static class TapBenchmark
{
    private const int Few = 100, Many = 20_000, OtherRaces = 19, Bibs = 200, Requests = 300, Touches = 36, ToSync = 800, Pages = 60, WarmTouches = 10;
    private const double MostOfCommit = 5, Unchanged = 1.5, MostKilobytes = 60, MostPageMs = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    public static async Task<bool> RunAsync()
    {
        await using var postgres = await PiPostgres.MakeAsync();
        await using var day = await MountainDay.BeginAsync(MountainDay.StartList(Bibs), postgres.Database);
        await using var bare = await BareCommits.OpenAsync(postgres.Database);
        var other = await CloudDevice.PairAsync(day.CloudHost);
        await using var screen = await TouchedScreen.OpenAsync(day);

        // Once round, so that nothing is measured that happens but once in the life of a process: the few are made by it.
        await TapsAsync(day, bare, Few - WarmTouches - 1, until: null);
        await screen.TouchAsync(WarmTouches);

        var few = await MeasureAsync(day, bare, other, screen);
        await FillAsync(day, other);
        var many = await MeasureAsync(day, bare, other, screen);

        var reached = Say("among few", few, few);
        reached &= Say("among many", many, few);
        reached &= await PageAsync(day);
        Report.Line(reached ? "Every goal was reached." : "A goal was missed: see MISSED above.");
        return reached;
    }

    private static async Task<Measured> MeasureAsync(MountainDay day, BareCommits bare, CloudDevice other, TouchedScreen screen)
    {
        var standing = await StandingAsync(day);
        var idle = await TapsAsync(day, bare, Requests, until: null);
        var touched = await screen.TouchAsync(Touches);

        var busy = new Taps();
        List<double> touchedBusy = [];
        var rounds = 0;
        while (busy.Request.Count < Requests || touchedBusy.Count < Touches)
        {
            foreach (var body in CloudDevice.Pack(other.Records(day.Race, day.Locations, ToSync, TimeProvider.System.GetUtcNow().AddHours(-20 - ++rounds)))) await other.UploadAsync(body);
            await day.Link.UpAsync(LinkPreset.ThirdGeneration);
            var sync = day.SyncAsync();
            if (rounds % 2 == 1) busy.Add(await TapsAsync(day, bare, int.MaxValue, sync));
            else
                while (!sync.IsCompleted && touchedBusy.Count < Touches)
                    touchedBusy.AddRange(await screen.TouchAsync(1));
            await sync;
            await day.Link.DownAsync();
        }

        return new Measured(standing, await StandingAsync(day), idle, busy, touched, touchedBusy);
    }

    /// <summary>A tap's request and a bare commit by turns.</summary>
    private static async Task<Taps> TapsAsync(MountainDay day, BareCommits bare, int most, Task? until)
    {
        var taps = new Taps();
        while (taps.Request.Count < most && until is not { IsCompleted: true })
        {
            var tap = day.Tap();
            var timer = Stopwatch.StartNew();
            await day.Pi.PostJsonAsync("/incidents", tap);
            taps.Request.Add(timer.Elapsed.TotalMilliseconds);
            taps.Commit.Add(await bare.CommitAsync());
            await Task.Delay(Pause);
        }

        return taps;
    }

    /// <summary>Others reported in the other races of the competition, and it all came to the Pi.</summary>
    private static async Task FillAsync(MountainDay day, CloudDevice other)
    {
        var missing = Many - await StandingAsync(day);
        for (var i = 0; i < OtherRaces; i++)
        {
            var (race, locations) = await day.NewRaceAsync($"Race {i + 2}");
            var share = (int)((missing * (i + 1) / OtherRaces) - (missing * i / OtherRaces));
            foreach (var body in CloudDevice.Pack(other.Records(race, locations, share, TimeProvider.System.GetUtcNow().AddHours(-40)))) await other.UploadAsync(body);
        }

        await day.Link.UpAsync(LinkPreset.None);
        await day.SyncAsync();
        await day.Link.DownAsync();
        await day.PiHost.Database.ExecuteAsync("ANALYZE");
    }

    private static async Task<long> StandingAsync(MountainDay day) => (await day.PiHost.Database.QueryAsync<long>("SELECT count(*) FROM incidents.incidents WHERE stands")).Single();

    private static bool Say(string name, Measured measured, Measured few)
    {
        var (idle, busy, commit, commitBusy) = (Figures.Of(measured.Idle.Request), Figures.Of(measured.Busy.Request), Figures.Of(measured.Idle.Commit), Figures.Of(measured.Busy.Commit));
        var (first, firstCommit) = (Figures.Of(few.Idle.Request), Figures.Of(few.Idle.Commit));
        Report.Line($"{name}: {measured.From:N0} to {measured.To:N0} incidents");
        Report.Line($"  the request, idle:          {idle}; a bare commit: {commit}");
        Report.Line($"  the request, during a sync: {busy}; a bare commit: {commitBusy}");
        Report.Line($"  touch to \"saved\", idle:     {Figures.Of(measured.Touched)}");
        Report.Line($"  touch to \"saved\", syncing:  {Figures.Of(measured.TouchedBusy)}");
        var reached = Goal($"p99 of the request at most {MostOfCommit:0} times that of a bare commit", idle.P99 / commit.P99, MostOfCommit);
        reached &= Goal("the same during a sync", busy.P99 / commitBusy.P99, MostOfCommit);
        // Of the machine's own unrest the bare commit has as much: what is left is the product's.
        reached &= Goal("unchanged by the sync, beside the commit", busy.P99 / idle.P99 / (commitBusy.P99 / commit.P99), Unchanged);
        if (!ReferenceEquals(measured, few)) reached &= Goal("unchanged by the number, beside the commit", idle.P99 / first.P99 / (commit.P99 / firstCommit.P99), Unchanged);
        Report.Line("");
        return reached;
    }

    /// <summary>The page with the grid, warm: its size under brotli, and its time at the server.</summary>
    private static async Task<bool> PageAsync(MountainDay day)
    {
        var took = new List<double>();
        long bytes = 0;
        using var client = day.PiHost.Client();
        for (var i = 0; i < Pages; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("report", UriKind.Relative));
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
            request.Headers.Add("Cookie", $"mr_place={day.Race}.{day.Locations[0]}");
            var timer = Stopwatch.StartNew();
            using var answer = await client.SendAsync(request);
            bytes = (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
            if (i >= Pages / 2) took.Add(timer.Elapsed.TotalMilliseconds);
            if (!answer.Content.Headers.ContentEncoding.Contains("br")) throw new InvalidOperationException("The page came without brotli.");
        }

        var figures = Figures.Of(took);
        Report.Line($"the page with {Bibs} bibs: {bytes / 1000.0:0.0} kB under brotli; {figures} at the server, with its way over loopback");
        var reached = Goal($"kB, at most {MostKilobytes:0}", bytes / 1000.0, MostKilobytes);
        reached &= Goal($"p50 in ms, at most {MostPageMs:0}", figures.P50, MostPageMs);
        Report.Line("");
        return reached;
    }

    private static bool Goal(string what, double ratio, double most) => Report.Goal($"{what}: {ratio.ToString("0.00", CultureInfo.InvariantCulture)} (at most {most.ToString(CultureInfo.InvariantCulture)})", ratio <= most);

    /// <summary>Milliseconds of each tap's request, and of the bare commit after it.</summary>
    private sealed class Taps
    {
        public List<double> Request { get; } = [];

        public List<double> Commit { get; } = [];

        public void Add(Taps others)
        {
            Request.AddRange(others.Request);
            Commit.AddRange(others.Commit);
        }
    }

    private sealed record Measured(long From, long To, Taps Idle, Taps Busy, List<double> Touched, List<double> TouchedBusy);
}
