using System.Diagnostics;
using Npgsql;

namespace ModularRace.Benchmarks.Sync;

/// <summary>On loopback: 15,000 records in full batches to the cloud, beside the same rows by batched INSERT on the same server.</summary>
internal static class RowRun
{
    private const int Incidents = 5000, RowsAStatement = 500;

    public static async Task<bool> MeasureAsync()
    {
        await using var cloud = new RunningCloud();
        await cloud.StartAsync();
        var competition = (await cloud.Admin.PostJsonAsync("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" })).Text("client_uuid");
        var device = await CloudDevice.PairAsync(cloud);
        // The host is warm: another race's records first, which are not counted.
        await RaceAsync(cloud, competition, device, 2000);
        var (count, seconds) = await RaceAsync(cloud, competition, device, Incidents);

        var rows = await RowsAsync(cloud.Database, count);
        var control = await ControlAsync(cloud.Database, rows);
        var (ours, theirs) = (count / seconds, count / control);
        Report.Line($"loopback: {count:N0} records in batches of 2,000, merged by field, grouped, fed: {seconds:0.00} s, {ours:N0} records a second");
        Report.Line($"  control: the same rows by INSERT ... ON CONFLICT, {RowsAStatement} a statement, one connection, same columns, indexes and server (fsync on): {control:0.00} s, {theirs:N0} rows a second");
        Report.Line($"  ratio {ours / theirs:0.000}; PouchDB and Dotmim.Sync reach a twentieth");
        var reached = Report.Goal("a quarter of the control", ours / theirs >= 0.25);
        Report.Line("");
        return reached;
    }

    private static async Task<(int Count, double Seconds)> RaceAsync(RunningCloud cloud, string competition, CloudDevice device, int incidents)
    {
        var race = (await cloud.Admin.PostJsonAsync($"/competitions/{competition}/races", new { name = $"Individual {incidents}", discipline = "individual", stage = "final" })).Text("client_uuid");
        var locations = (await cloud.Admin.GetJsonAsync($"/races/{race}/locations"))["items"]!.AsArray().Select(l => l!.Text("client_uuid")).ToList();
        var bodies = CloudDevice.Pack(device.Records(race, locations, incidents, new DateTimeOffset(2026, 2, 7, 9, 0, 0, TimeSpan.Zero)));
        var timer = Stopwatch.StartNew();
        foreach (var body in bodies) await device.UploadAsync(body);
        return (incidents * 3, timer.Elapsed.TotalSeconds);
    }

    /// <summary>The last rows of both tables, parents first.</summary>
    private static async Task<List<(string Table, string[] Columns, List<object?[]> Rows)>> RowsAsync(TestDatabase database, int count)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var tables = new List<(string, string[], List<object?[]>)>();
        foreach (var (table, most) in new[] { ("incidents", count / 3), ("reports", count - (count / 3)) })
        {
            var columns = (await database.QueryAsync<string>(
                "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'incidents' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position", table)).ToArray();
            var rows = new List<object?[]>();
            await using var command = source.CreateCommand($"SELECT * FROM (SELECT id, {string.Join(", ", columns)} FROM incidents.{table} ORDER BY id DESC LIMIT {most}) t ORDER BY id");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) rows.Add([.. columns.Select((_, i) => reader.GetValue(i + 1))]);
            tables.Add((table, columns, rows));
        }

        return tables;
    }

    private static async Task<double> ControlAsync(TestDatabase database, List<(string Table, string[] Columns, List<object?[]> Rows)> tables)
    {
        await database.ExecuteAsync("CREATE SCHEMA control");
        foreach (var (table, _, _) in tables) await database.ExecuteAsync($"CREATE TABLE control.{table} (LIKE incidents.{table} INCLUDING ALL)");
        await database.ExecuteAsync("ALTER TABLE control.reports ADD FOREIGN KEY (incident_uuid) REFERENCES control.incidents (client_uuid)");
        await database.ExecuteAsync("CHECKPOINT");
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var timer = Stopwatch.StartNew();
        foreach (var (table, columns, rows) in tables)
            foreach (var batch in rows.Chunk(RowsAStatement))
            {
                await using var insert = connection.CreateCommand();
                var values = batch.Select(row => "(" + string.Join(", ", row.Select(value =>
                {
                    insert.Parameters.Add(new NpgsqlParameter { Value = value });
                    return $"${insert.Parameters.Count}";
                })) + ")");
                insert.CommandText = $"INSERT INTO control.{table} ({string.Join(", ", columns)}) VALUES {string.Join(", ", values)} ON CONFLICT (client_uuid) DO UPDATE SET {string.Join(", ", columns.Where(c => c != "client_uuid").Select(c => $"{c} = excluded.{c}"))}";
                await insert.ExecuteNonQueryAsync();
            }

        return timer.Elapsed.TotalSeconds;
    }
}
