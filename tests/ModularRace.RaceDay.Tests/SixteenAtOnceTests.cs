using System.Globalization;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// R3, R4: sixteen devices upload the same fault at the same moment, each under UUIDs of its own. The suite does it ten
/// times; <c>build/sixteen.sh</c> five hundred.
/// </summary>
public sealed class SixteenAtOnceTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private const int Devices = 16;

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("MODULARRACE_SIXTEEN_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 10;

    [Fact]
    public async Task Sixteen_uploads_of_the_same_fault_at_once_are_one_incident_with_all_reports()
    {
        var devices = await Task.WhenAll(Enumerable.Range(0, Devices).Select(_ => HandDevice.PairAsync(day)));
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            // A fault of its own, on both sides of a bucket's border.
            var (bib, at) = (1000 + round, new DateTimeOffset(2026, 2, 8, 6, 0, 20, TimeSpan.Zero).AddMinutes(round));
            var seen = devices.Select((_, i) => HandDevice.Sighting(day, bib, at.AddSeconds(i))).ToList();
            // Whatever is not 200 fails here: no 5xx, and no deadlock that a client would have to know of.
            var answers = await Task.WhenAll(devices.Select((d, i) => d.Upload(seen[i])));
            foreach (var result in answers.SelectMany(a => a)) outcomes[result.Text("status")] = outcomes.GetValueOrDefault(result.Text("status")) + 1;

            var standing = Assert.Single(await day.Cloud.List($"/races/{day.Race}/incidents?bib_number={bib}"));
            var whole = await day.Cloud.Get($"/incidents/{standing.Text("client_uuid")}");
            Assert.Equal(Uuids(seen.Select(s => s[1])), Uuids(whole["reports"]!.AsArray()!));
            Assert.Equal(Uuids(seen.Select(s => s[0])), Uuids([whole]).Concat(whole["merged_from"]!.AsArray().Select(u => (string)u!)).Order(StringComparer.Ordinal));
            // R4, whoever came first: all were made on devices, and the earliest stands.
            Assert.Equal(seen[0][0].Text("client_uuid"), whole.Text("client_uuid"));
        }

        Assert.Equal(Rounds * Devices * 2, outcomes.GetValueOrDefault("created") + outcomes.GetValueOrDefault("merged"));
        Assert.Empty(await day.Cloud.List("/conflicts"));
        Assert.Empty(await day.Cloud.List($"/suggestions?competition_uuid={day.Competition}"));
        Assert.Empty(await day.Cloud.List("/sync/quarantine"));
        var deadlocks = await day.CloudHost.Database.QueryAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
        Console.WriteLine($"{Rounds} rounds of {Devices} uploads at once: {outcomes.GetValueOrDefault("created")} records created, {outcomes.GetValueOrDefault("merged")} merged; one incident with {Devices} reports each time; {deadlocks[0]} deadlocks inside");
        foreach (var device in devices) device.Dispose();
    }

    private static IEnumerable<string> Uuids(IEnumerable<JsonNode> records) => records.Select(r => r.Text("client_uuid")).Order(StringComparer.Ordinal);
}
