using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;
using Npgsql;

namespace ModularRace.RaceDay.Tests;

/// <summary>R1 and R2 where a process ends in the middle of its work: what was acknowledged is there, and nothing is there twice.</summary>
public sealed class DurabilityTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task Every_tap_that_was_confirmed_before_the_power_went_is_there_and_waits_to_be_sent()
    {
        day.Link.GoDown();
        var taps = Enumerable.Range(1, 50).Select(Tap).ToList();
        var confirmed = new HashSet<string>(StringComparer.Ordinal);
        var half = new TaskCompletionSource();
        var posting = Enumerable.Range(0, 4).Select(finger => PostAsync(taps.Where((_, i) => i % 4 == finger))).ToList();
        await half.Task;
        await day.PiHost.KillAsync();
        await Task.WhenAll(posting);
        Assert.InRange(confirmed.Count, 20, 49);

        await day.PiHost.StartAsync();
        var queued = (await day.Pi.List("/device/queue?status=pending")).Select(r => r.Text("client_uuid")).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(confirmed.Except(queued));
        Assert.Empty(confirmed.Except(await ReportsAsync(day.PiHost, taps)));

        // The page taps again what nobody confirmed, and what somebody did: all of it is there once.
        foreach (var tap in taps)
        {
            using var answer = await day.Pi.PostAsJsonAsync("api/v1/incidents", tap);
            Assert.Equal(confirmed.Contains(tap.Text("report_uuid")) ? HttpStatusCode.OK : answer.StatusCode, answer.StatusCode);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        day.Link.ComeBack();
        await day.SyncUntilSentAsync();
        Assert.Equal(taps.Select(t => t.Text("report_uuid")).Order(), await ReportsAsync(day.CloudHost, taps));
        Assert.Equal(taps.Select(t => t.Text("report_uuid")).Order(), await ReportsAsync(day.PiHost, taps));
        Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));

        async Task PostAsync(IEnumerable<JsonObject> some)
        {
            foreach (var tap in some)
            {
                try
                {
                    using var answer = await day.Pi.PostAsJsonAsync("api/v1/incidents", tap);
                    if (answer.StatusCode != HttpStatusCode.Created) continue;
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    continue;
                }

                lock (confirmed)
                {
                    confirmed.Add(tap.Text("report_uuid"));
                    if (confirmed.Count == 20) half.SetResult();
                }
            }
        }
    }

    [Fact]
    public async Task A_cloud_that_dies_during_uploads_loses_nothing_that_it_acknowledged()
    {
        var all = new List<JsonObject>();
        for (var round = 0; round < 2; round++)
        {
            day.Link.GoDown();
            var taps = Enumerable.Range(1000 + (round * 100), 20).Select(Tap).ToList();
            all.AddRange(taps);
            foreach (var tap in taps) await day.Pi.Post("/incidents", tap, HttpStatusCode.Created);
            day.Link.ComeBack();

            // Dies while it reads the upload, while it works on it, or just after: the moment is another in each round.
            var pressed = day.Pi.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null);
            await Task.WhenAny(pressed, Task.Delay(60 + (round * 90)));
            await day.CloudHost.KillAsync();
            (await pressed).Dispose();

            var synced = (await day.Pi.List("/device/queue?status=synced")).Select(r => r.Text("client_uuid")).ToHashSet(StringComparer.Ordinal);
            Assert.Empty(all.Select(t => t.Text("report_uuid")).Where(synced.Contains).Except(await ReportsAsync(day.CloudHost, all)));
            await day.CloudHost.StartAsync();
        }

        await day.SyncUntilSentAsync();
        Assert.Equal(all.Select(t => t.Text("report_uuid")).Order(), await ReportsAsync(day.CloudHost, all));
        Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));
    }

    private JsonObject Tap(int bib) => new()
    {
        ["race_uuid"] = day.Race,
        ["race_location_uuid"] = day.Locations[0],
        ["bib_number"] = bib,
        ["client_uuid"] = Uuids.New(TimeProvider.System).ToString(),
        ["report_uuid"] = Uuids.New(TimeProvider.System).ToString(),
    };

    /// <summary>Which of the reports are on disk there, whether the host runs or not; each as often as it is there.</summary>
    private static async Task<IEnumerable<string>> ReportsAsync(RunningHost host, IEnumerable<JsonObject> taps)
    {
        var uuids = string.Join(',', taps.Select(t => $"'{t.Text("report_uuid")}'"));
        await using var sql = NpgsqlDataSource.Create(host.Database.ConnectionString);
        return (await sql.QueryAsync<Guid>($"SELECT r.client_uuid FROM incidents.reports r JOIN incidents.incidents i ON i.client_uuid = r.incident_uuid WHERE r.client_uuid IN ({uuids})"))
            .Select(u => u.ToString()).Order();
    }
}
