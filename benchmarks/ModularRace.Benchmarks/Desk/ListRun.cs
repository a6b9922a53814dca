using System.Diagnostics;
using System.Globalization;
using ModularRace.Benchmarks.Sync;
using Npgsql;

namespace ModularRace.Benchmarks.Desk;

/// <summary>
/// A list of 100 incidents by the API, with each filter, in a race with 100,000; beside it, by turns, the same by plain SQL:
/// the incidents of the page with all that were joined to them and their reports, read to the last row over an open connection.
/// </summary>
internal static class ListRun
{
    private const int Times = 60, Warm = 10;

    /// <summary>What a page may take of a person's "at once".</summary>
    private const double MostMs = 100;

    private static readonly string[] Decisions = ["penalty_applied", "rejected", "no_action"], ClipStates = ["stored", "pending", "failed"];

    private const string Official = "EXISTS (SELECT FROM incidents.incidents m WHERE m.group_uuid = i.client_uuid AND m.status = 'official')";
    private const string Decided = "EXISTS (SELECT FROM incidents.incidents m WHERE m.group_uuid = i.client_uuid AND m.decision <> 'pending')";
    private const string Place = "(SELECT m.race_location_uuid FROM incidents.incidents m WHERE m.group_uuid = i.client_uuid ORDER BY m.occurred_at, m.client_uuid LIMIT 1)";
    private const string Decision = "(SELECT m.decision FROM incidents.incidents m WHERE m.group_uuid = i.client_uuid AND m.decision <> 'pending' ORDER BY m.decided_at, m.occurred_at, m.client_uuid LIMIT 1)";

    public static async Task<bool> RunAsync()
    {
        await using var cloud = new RunningCloud();
        await cloud.StartAsync();
        var competition = (await cloud.Admin.PostJsonAsync("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" })).Text("client_uuid");
        var race = (await cloud.Admin.PostJsonAsync($"/competitions/{competition}/races", new { name = "Individual, men", discipline = "individual", stage = "final" })).Text("client_uuid");
        IReadOnlyList<string> places = [.. (await cloud.Admin.GetJsonAsync($"/races/{race}/locations"))["items"]!.AsArray().Select(l => l!.Text("client_uuid"))];
        await HundredThousand.FillAsync(cloud.Database, Guid.Parse(competition), Guid.Parse(race), [.. places.Select(Guid.Parse)]);
        await using var connection = new NpgsqlConnection(cloud.Database.ConnectionString);
        await connection.OpenAsync();
        Report.Line($"a list of 100 of {HundredThousand.Standing:N0} incidents, by the API and by plain SQL");

        var middle = (await cloud.Admin.GetJsonAsync($"/races/{race}/incidents?limit=100")).Text("next_cursor");
        List<Filter> filters =
        [
            new("all", "", "true"),
            new("the next page", $"&cursor={Uri.EscapeDataString(middle)}", "true", Skip: 100),
            new("bib", "&bib_number=17", "i.bib_number = 17"),
            new("location", $"&race_location_uuid={places[2]}", $"{Place} = '{places[2]}'"),
            new("official", "&status=official", Official),
            new("unofficial", "&status=unofficial", $"NOT {Official}"),
            new("to decide", "&decision=pending", $"NOT {Decided}"),
            .. Decisions.Select(d => new Filter(d, $"&decision={d}", $"{Decision} = '{d}'")),
            new("official, to decide", "&status=official&decision=pending", $"{Official} AND NOT {Decided}"),
            new("the desk", "&origin=cloud", From("cloud")),
            new("a device", $"&origin={HundredThousand.Device(2)}", From(HundredThousand.Device(2))),
            new("a device that reported nothing", $"&origin={HundredThousand.Device(9)}", From(HundredThousand.Device(9))),
            new("with a clip", "&clip=with", Clip("")),
            new("without a clip", "&clip=without", $"NOT {Clip("")}"),
            .. ClipStates.Select(s => new Filter($"clip {s}", $"&clip={s}", Clip($" AND c.state = '{s}'"))),
        ];
        var reached = true;
        foreach (var filter in filters) reached &= await MeasureAsync(cloud, connection, race, filter);
        Report.Line("");
        return reached;
    }

    private static async Task<bool> MeasureAsync(RunningHost cloud, NpgsqlConnection connection, string race, Filter filter)
    {
        List<double> api = [], sql = [];
        await using var byHand = new NpgsqlCommand(
            $"""
             WITH page AS (
                 SELECT i.client_uuid, i.occurred_at, i.number FROM incidents.incidents i
                 WHERE i.race_uuid = '{race}' AND i.stands AND {filter.Sql}
                 ORDER BY i.occurred_at DESC, i.number DESC LIMIT 100 OFFSET {filter.Skip})
             SELECT page.client_uuid, m.*, r.* FROM page
             JOIN incidents.incidents m ON m.group_uuid = page.client_uuid
             LEFT JOIN incidents.reports r ON r.incident_uuid = m.client_uuid
             """, connection);
        await byHand.PrepareAsync();
        for (var i = 0; i < Warm + Times; i++)
        {
            var timer = Stopwatch.StartNew();
            var listed = (await cloud.Admin.GetJsonAsync($"/races/{race}/incidents?limit=100{filter.Query}"))["items"]!.AsArray();
            var took = timer.Elapsed.TotalMilliseconds;
            timer.Restart();
            var found = new HashSet<Guid>();
            await using (var reader = await byHand.ExecuteReaderAsync())
            {
                var row = new object[reader.FieldCount];
                while (await reader.ReadAsync())
                {
                    reader.GetValues(row);
                    found.Add((Guid)row[0]);
                }
            }

            if (i >= Warm) (api, sql) = ([.. api, took], [.. sql, timer.Elapsed.TotalMilliseconds]);

            // A control that answers another question is none.
            if (!found.SetEquals(listed.Select(l => Guid.Parse(l!.Text("client_uuid"))))) throw new InvalidOperationException($"{filter.Name}: the API and the SQL differ, {listed.Count} and {found.Count}.");
        }

        var (a, s) = (Figures.Of(api), Figures.Of(sql));
        Report.Line($"  {filter.Name}: {a}; by SQL {s}; {(a.P50 / s.P50).ToString("0.0", CultureInfo.InvariantCulture)} times");
        return a.P99 <= MostMs || Report.Goal($"{filter.Name}: p99 at most {MostMs.ToString("0", CultureInfo.InvariantCulture)} ms", false);
    }

    private static string From(string origin) => $"EXISTS (SELECT FROM incidents.incidents m JOIN incidents.reports r ON r.incident_uuid = m.client_uuid WHERE m.group_uuid = i.client_uuid AND r.withdrawn_at IS NULL AND r.origin = '{origin}')";

    private static string Clip(string and) =>
        $"EXISTS (SELECT FROM incidents.incidents m JOIN incidents.reports r ON r.incident_uuid = m.client_uuid LEFT JOIN incidents.clips c ON c.sha256 = r.clip_sha256 WHERE m.group_uuid = i.client_uuid AND r.withdrawn_at IS NULL AND r.clip_sha256 IS NOT NULL{and})";

    private sealed record Filter(string Name, string Query, string Sql, int Skip = 0);
}
