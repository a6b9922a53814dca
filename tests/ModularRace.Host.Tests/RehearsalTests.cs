using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>A Pi does once what a tap does before anybody taps, and nothing of that stays.</summary>
public sealed class RehearsalTests(RunningPi pi) : IClassFixture<RunningPi>
{
    private const string Done = "A tap was rehearsed";

    [Fact]
    public async Task A_start_rehearses_a_tap_and_leaves_no_row_and_no_number_taken()
    {
        await RehearsedAsync(1);
        var rows = await RowsAsync();
        Assert.DoesNotContain(rows, r => r.StartsWith("incidents.", StringComparison.Ordinal) || r.StartsWith("dedup.", StringComparison.Ordinal) || r.StartsWith("competitions.", StringComparison.Ordinal));

        // In the middle of a race: with incidents there.
        var competition = await PostAsync("competitions", new { name = "Emergency", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" });
        var race = await PostAsync($"competitions/{competition["client_uuid"]}/races", new { name = "Sprint", discipline = "sprint" });
        var first = await PostAsync("incidents", new { race_uuid = (string)race["client_uuid"]!, bib_number = 1 });
        await pi.StopAsync();
        rows = await RowsAsync();
        await pi.StartAsync();
        await RehearsedAsync(2);
        Assert.Equal(rows, await RowsAsync());
        var second = await PostAsync("incidents", new { race_uuid = (string)race["client_uuid"]!, bib_number = 2 });
        Assert.Equal((int)first["incident"]!["number"]! + 1, (int)second["incident"]!["number"]!);
        Assert.DoesNotContain("could not be rehearsed", pi.Output, StringComparison.Ordinal);
    }

    private async Task RehearsedAsync(int times)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (pi.Output.Split(Done).Length - 1 < times)
        {
            Assert.DoesNotContain("could not be rehearsed", pi.Output, StringComparison.Ordinal);
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Each table that holds anything, with how many rows, but those of who signed in.</summary>
    private Task<IReadOnlyList<string>> RowsAsync() => pi.Database.QueryAsync<string>(
        """
        SELECT format('%s.%s %s', table_schema, table_name, n) FROM (
          SELECT table_schema, table_name, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', table_schema, table_name), false, true, '')))[1]::text::int AS n
          FROM information_schema.tables WHERE table_schema IN ('competitions', 'incidents', 'dedup', 'sync') AND table_type = 'BASE TABLE' AND table_name NOT LIKE '%migrations%') t
        WHERE n > 0 ORDER BY 1
        """);

    private async Task<JsonObject> PostAsync(string path, object body)
    {
        using var answer = await pi.Admin.PostAsJsonAsync($"api/v1/{path}", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }
}
