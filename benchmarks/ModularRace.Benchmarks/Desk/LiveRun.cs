using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Desk;

/// <summary>
/// From upload to screen: two replicas on one database; a device uploads an incident with two reports to the one, the other
/// serves the desk's page. Controls of the same uploads: its answer alone, and the event at the other replica as a program hears it.
/// </summary>
internal static class LiveRun
{
    private const int Before = 100, Warm = 20, Uploads = 200, Others = 50;

    /// <summary>What a person at the desk still takes for "at once".</summary>
    private const double MostMs = 1000;

    public static async Task<bool> RunAsync()
    {
        await using var first = new RunningCloud();
        await first.StartAsync();
        await using var second = new RunningCloud { Database = first.Database };
        await second.StartAsync();
        var competition = (await first.Admin.PostJsonAsync("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" })).Text("client_uuid");
        var race = (await first.Admin.PostJsonAsync($"/competitions/{competition}/races", new { name = "Individual, men", discipline = "individual", stage = "final" })).Text("client_uuid");
        IReadOnlyList<string> places = [.. (await first.Admin.GetJsonAsync($"/races/{race}/locations"))["items"]!.AsArray().Select(l => l!.Text("client_uuid"))];
        var device = await CloudDevice.PairAsync(first);
        foreach (var body in CloudDevice.Pack(device.Records(race, places, Before, TimeProvider.System.GetUtcNow().AddDays(-2)))) await device.UploadAsync(body);

        await using var screen = await DeskScreen.OpenAsync(second, race);
        using var events = await EventLines.OpenAsync(second, competition);
        Report.Line($"an incident with two reports, uploaded to one replica, on a desk's screen of {await screen.LinesAsync()} lines that the other serves");
        await MeasureAsync(Warm, 0);
        var alone = await MeasureAsync(Uploads, 1);
        Say("one desk looks on", alone);

        var others = await Task.WhenAll(Enumerable.Range(0, Others).Select(i => EventLines.OpenAsync(i % 2 == 0 ? first : second, competition)));
        var many = await MeasureAsync(Uploads, 2);
        foreach (var other in others) other.Dispose();
        Say($"{Others} programs hear the same events", many);

        var reached = Goal("one desk", alone.Screen);
        reached &= Goal($"{Others} more", many.Screen);
        Report.Line("");
        return reached;

        async Task<Measured> MeasureAsync(int uploads, int round)
        {
            var measured = new Measured([], [], []);
            var from = TimeProvider.System.GetUtcNow().AddHours(-20 + round);
            foreach (var records in device.Records(race, places, uploads, from).Chunk(3))
            {
                var incident = records[0].Text("client_uuid");
                var heard = events.WaitForAsync(incident);
                var body = CloudDevice.Pack(records).Single();
                var began = TimeProvider.System.GetUtcNow();
                var timer = Stopwatch.StartNew();
                await device.UploadAsync(body);
                measured.Answer.Add(timer.Elapsed.TotalMilliseconds);
                measured.Event.Add((await heard - began).TotalMilliseconds);
                measured.Screen.Add((await screen.ShownAsync(incident) - began).TotalMilliseconds);
            }

            return measured;
        }
    }

    private static void Say(string name, Measured measured)
    {
        Report.Line(name);
        Report.Line($"  line on the screen:      {Figures.Of(measured.Screen)}");
        Report.Line($"  the event, to a program: {Figures.Of(measured.Event)}");
        Report.Line($"  the upload's own answer: {Figures.Of(measured.Answer)}");
    }

    private static bool Goal(string what, IEnumerable<double> took)
    {
        var p99 = Figures.Of(took).P99;
        return Report.Goal($"p99 of the line on the screen, {what}: {p99.ToString("0", CultureInfo.InvariantCulture)} ms (at most {MostMs:0})", p99 <= MostMs);
    }

    private sealed record Measured(List<double> Answer, List<double> Event, List<double> Screen);

    /// <summary>The event stream of a competition, as a program reads it.</summary>
    private sealed class EventLines : IDisposable
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, TaskCompletionSource<DateTimeOffset>> wanted = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource done = new();
        private readonly HttpResponseMessage answer;

        private EventLines(HttpResponseMessage answer) => this.answer = answer;

        public static async Task<EventLines> OpenAsync(RunningHost replica, string competition)
        {
            var opened = await replica.Admin.GetAsync(new Uri($"api/v1/competitions/{competition}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            var lines = new EventLines(opened.EnsureSuccessStatusCode());
            _ = lines.ReadAsync();
            return lines;
        }

        public Task<DateTimeOffset> WaitForAsync(string incident)
        {
            lock (gate)
            {
                var waiting = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
                wanted[incident] = waiting;
                return waiting.Task.WaitAsync(TimeSpan.FromMinutes(1));
            }
        }

        public void Dispose()
        {
            done.Cancel();
            answer.Dispose();
            done.Dispose();
        }

        private async Task ReadAsync()
        {
            try
            {
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(done.Token));
                while (await reader.ReadLineAsync(done.Token) is { } line)
                {
                    if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
                    var now = TimeProvider.System.GetUtcNow();
                    if ((string?)JsonNode.Parse(line[5..])!["incident_uuid"] is not { } incident) continue;
                    lock (gate)
                        if (wanted.Remove(incident, out var waiting)) waiting.TrySetResult(now);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Closed by us.
            }
        }
    }
}
