using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// R2 and R12: one upload exchange, cut after each of its bytes. The suite cuts after every 61st; <c>build/cuts.sh</c> after
/// each. By turns the link is reset, and ends as if that were all.
/// </summary>
public sealed class CutTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private static readonly int Step =
        int.TryParse(Environment.GetEnvironmentVariable("MODULARRACE_CUT_STEP"), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : 61;

    private readonly List<Tap> taps = [];

    [Fact]
    public async Task Wherever_an_upload_or_its_answer_is_cut_each_record_arrives_once()
    {
        var request = await SweepAsync((bytes, end) => day.Link.CutNextUploadAfter(bytes, end));
        var answer = await SweepAsync((bytes, end) => day.Link.CutNextUploadAnswerAfter(bytes, end));
        // The headers alone have more: it was the exchange that was cut, to its end.
        Assert.True(request > 400 / Step && answer > 200 / Step, $"{request} and {answer} cuts");

        var sent = taps.Select(t => t.Report).Order(StringComparer.Ordinal).ToList();
        foreach (var host in new RunningHost[] { day.CloudHost, day.PiHost })
        {
            Assert.Equal(sent, await UuidsAsync(host, "SELECT client_uuid FROM incidents.reports"));
            Assert.Equal(taps.Select(t => t.Incident).Order(StringComparer.Ordinal), await UuidsAsync(host, "SELECT client_uuid FROM incidents.incidents"));
        }

        Assert.Equal(0, await CountAsync(day.CloudHost, "SELECT count(*) FROM sync.quarantine"));
        Assert.Equal(0, await CountAsync(day.CloudHost, "SELECT count(*) FROM dedup.sync_conflicts"));
        // R11: a link that breaks is no try, and what was sent again was no edit.
        Assert.Equal(0, await CountAsync(day.PiHost, "SELECT count(*) FROM sync.sync_queue WHERE status <> 'synced' OR retry_count > 0 OR edit <> 1"));
        Console.WriteLine($"{request} cuts of the request and {answer} of the answer, {taps.Count} exchanges: each record once on both sides");
    }

    /// <summary>Cuts after 0, k, 2k… bytes, each time in an exchange of its own, until one is shorter than that. Answers how many were cut.</summary>
    private async Task<int> SweepAsync(Action<int, bool> arm)
    {
        for (var cuts = 0; ; cuts++)
        {
            var before = day.Link.Cuts;
            arm(cuts * Step, cuts % 2 == 1);
            await TapAsync();
            await PressAsync();
            day.Link.CutNoMore();
            await SaidOnlyWhatIsTrueAsync();
            await day.SyncUntilSentAsync();
            if (day.Link.Cuts == before) return cuts;
        }
    }

    private async Task TapAsync()
    {
        var tap = new Tap(Uuids.New(TimeProvider.System).ToString(), Uuids.New(TimeProvider.System).ToString());
        taps.Add(tap);
        await day.Pi.Post(
            "/incidents",
            new JsonObject
            {
                // Each its own bib: the rule joins none.
                ["race_uuid"] = day.Race, ["race_location_uuid"] = day.Locations[0], ["bib_number"] = taps.Count,
                ["description"] = "Both skis outside the gate", ["client_uuid"] = tap.Incident, ["report_uuid"] = tap.Report,
            },
            HttpStatusCode.Created);
    }

    /// <summary>Sync now; what becomes of it is the link's to say.</summary>
    private async Task PressAsync()
    {
        using var answer = await day.Pi.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
    }

    /// <summary>R1: what the Pi shows as sent is on the cloud, whole or in part as the link may be.</summary>
    private async Task SaidOnlyWhatIsTrueAsync()
    {
        var last = taps[^1];
        if (await CountAsync(day.PiHost, $"SELECT count(*) FROM sync.sync_queue WHERE client_uuid = '{last.Report}' AND status = 'synced'") == 0) return;
        Assert.Equal(1, await CountAsync(day.CloudHost, $"SELECT count(*) FROM incidents.reports WHERE client_uuid = '{last.Report}'"));
    }

    private static async Task<IEnumerable<string>> UuidsAsync(RunningHost host, string sql) =>
        (await host.Database.QueryAsync<Guid>(sql)).Select(u => u.ToString()).Order(StringComparer.Ordinal);

    private static async Task<long> CountAsync(RunningHost host, string sql) => (await host.Database.QueryAsync<long>(sql)).Single();

    private sealed record Tap(string Incident, string Report);
}
