using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;
using Npgsql;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// R1 and R2 under load: kill -9 of the Pi's host, the cloud's host and the PostgreSQL of each, at random moments. Run by
/// <c>build/kill.sh N [seed]</c>; the suite keeps the few kills of <see cref="DurabilityTests"/>.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> onPi = new(StringComparer.Ordinal), onCloud = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim resting = new(1);
    private string competition = "", race = "", location = "";
    private int made;

    [Fact(Explicit = true)]
    public async Task Whatever_is_killed_nothing_that_was_acknowledged_is_lost_and_nothing_is_there_twice()
    {
        var kills = Number("MODULARRACE_KILLS") ?? 8;
        var seed = Number("MODULARRACE_SEED") ?? RandomNumber();
        Say($"{kills} kills, seed {seed}");
        var chance = new Random(seed);

        await using var cloudDisk = await OwnCluster.MakeAsync();
        await using var piDisk = await OwnCluster.MakeAsync();
        await using var cloud = new RunningCloud { Database = cloudDisk.Database };
        await using var pi = new RunningPi { Database = piDisk.Database };
        await cloud.StartAsync();
        await pi.StartAsync();
        await MorningAsync(cloud, pi);

        using var evening = new CancellationTokenSource();
        // Signed in before anything dies: what is tried here is what comes after.
        using var atPi = await SignedInAsync(pi);
        using var atCloud = await SignedInAsync(cloud);
        var load = new List<Task> { SyncAsync(atPi, evening.Token), TapAsync(atCloud, onCloud, evening.Token) };
        for (var finger = 0; finger < 3; finger++) load.Add(TapAsync(atPi, onPi, evening.Token));

        var victims = new[] { "the Pi's host", "the cloud's host", "the Pi's PostgreSQL", "the cloud's PostgreSQL" };
        var counts = new int[victims.Length];
        var watch = Stopwatch.StartNew();
        for (var kill = 1; kill <= kills; kill++)
        {
            await Task.Delay(chance.Next(30, 900));
            var victim = chance.Next(victims.Length);
            counts[victim]++;
            switch (victim)
            {
                case 0:
                    await pi.KillAsync();
                    await pi.StartAsync();
                    break;
                case 1:
                    await cloud.KillAsync();
                    await cloud.StartAsync();
                    break;
                case 2:
                    await piDisk.KillAsync();
                    var tapped = onPi.Keys.ToArray();
                    await piDisk.StartAsync();
                    await HoldsAsync(piDisk, tapped, victims[victim], kill);
                    break;
                default:
                    await cloudDisk.KillAsync();
                    string[] told = [.. onCloud.Keys, .. await SyncedAsync(piDisk)];
                    await cloudDisk.StartAsync();
                    await HoldsAsync(cloudDisk, told, victims[victim], kill);
                    break;
            }

            // A load that broke off by itself would make the rest of the kills idle.
            foreach (var ended in load.Where(l => l.IsCompleted)) await ended;
            if (kill % 20 == 0 || kill == kills)
            {
                await AgreeAsync(cloud, cloudDisk, pi, piDisk, kill);
                Say(string.Create(CultureInfo.InvariantCulture, $"{kill} kills in {watch.Elapsed.TotalSeconds:0} s: {onPi.Count} taps acknowledged by the Pi, {onCloud.Count} by the cloud; 0 lost, 0 doubled"));
            }
        }

        await evening.CancelAsync();
        await Task.WhenAll(load);
        Say($"killed {string.Join(", ", victims.Zip(counts, (name, times) => $"{name} {times} times"))}");
        Say($"{kills} kills, {onPi.Count + onCloud.Count} acknowledged records, 0 lost, 0 doubled (seed {seed})");
    }

    public void Dispose() => resting.Dispose();

    private async Task MorningAsync(RunningCloud cloud, RunningPi pi)
    {
        competition = (await cloud.Admin.Post("/competitions", new { name = "Kill Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        race = (await cloud.Admin.Post($"/competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" }, HttpStatusCode.Created)).Text("client_uuid");
        location = (await cloud.Admin.List($"/races/{race}/locations"))[0].Text("client_uuid");
        var code = (await cloud.Admin.Post("/devices/pairing-codes", new { name = "Pi Start" }, HttpStatusCode.Created)).Text("pairing_code");
        await pi.Admin.Post("/device/pair", new { server_url = cloud.Address.ToString().TrimEnd('/'), pairing_code = code }, HttpStatusCode.OK);
        await pi.Admin.Post("/device/download?wait=true", new { competition_uuid = competition }, HttpStatusCode.OK);
    }

    private static async Task<HttpClient> SignedInAsync(RunningHost host) => host.Client(await host.SignInAsync(RunningHost.AdminEmail, RunningHost.AdminPassword));

    /// <summary>A finger: each tap goes again until somebody confirms it, as the page's does.</summary>
    private async Task TapAsync(HttpClient client, ConcurrentDictionary<string, bool> confirmed, CancellationToken evening)
    {
        while (!evening.IsCancellationRequested)
        {
            await resting.WaitAsync(CancellationToken.None);
            resting.Release();
            var number = Interlocked.Increment(ref made);
            var report = Uuids.New(TimeProvider.System).ToString();
            var tap = new JsonObject
            {
                // Each its own bib or, nine thousand taps later, its own hour: the rule joins none.
                ["race_uuid"] = race, ["race_location_uuid"] = location, ["bib_number"] = (number % 9000) + 1,
                ["occurred_at"] = new DateTimeOffset(2026, 2, 8, 6, 0, 0, TimeSpan.Zero).AddHours(number / 9000).ToString("O"),
                ["client_uuid"] = Uuids.New(TimeProvider.System).ToString(), ["report_uuid"] = report,
            };
            while (!await PostAsync(client, tap)) await Task.Delay(40, CancellationToken.None);
            confirmed[report] = true;
            await Task.Delay(120, CancellationToken.None);
        }
    }

    private static async Task<bool> PostAsync(HttpClient client, JsonObject tap)
    {
        try
        {
            using var answer = await client.PostAsJsonAsync("api/v1/incidents", tap);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private static async Task SyncAsync(HttpClient client, CancellationToken evening)
    {
        while (!evening.IsCancellationRequested)
        {
            await PressAsync(client);
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static async Task PressAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // One of the two is down.
        }
    }

    /// <summary>What was acknowledged before the kill is on that disk, before any other machine could bring it back.</summary>
    private static async Task HoldsAsync(OwnCluster disk, string[] acknowledged, string victim, int kill)
    {
        var there = (await disk.Database.QueryAsync<Guid>("SELECT client_uuid FROM incidents.reports WHERE client_uuid = ANY($1)", acknowledged.Select(Guid.Parse).ToArray()))
            .Select(u => u.ToString()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(acknowledged.Except(there).Select(lost => $"kill {kill} of {victim} lost {lost}"));
    }

    private static async Task<IEnumerable<string>> SyncedAsync(OwnCluster disk) =>
        (await disk.Database.QueryAsync<Guid>("SELECT client_uuid FROM sync.sync_queue WHERE record_type = 'report' AND answered_edit > 0")).Select(u => u.ToString());

    /// <summary>The fingers rest; once all is sent, both sides hold each tap once, and nothing else.</summary>
    private async Task AgreeAsync(RunningCloud cloud, OwnCluster cloudDisk, RunningPi pi, OwnCluster piDisk, int kill)
    {
        await resting.WaitAsync();
        try
        {
            var patience = Stopwatch.StartNew();
            while (onPi.Count + onCloud.Count < made || (int)(await pi.Admin.Get("/device"))["pending"]! > 0 || await PendingReadingAsync(pi))
                if (patience.Elapsed > TimeSpan.FromMinutes(3)) Assert.Fail($"After kill {kill} it is not sent: {(await pi.Admin.Get("/device")).ToJsonString()}\n{pi.Output}\n{cloud.Output}");
                else await Task.Delay(100);

            var all = onPi.Keys.Concat(onCloud.Keys).Order(StringComparer.Ordinal).ToList();
            foreach (var disk in new[] { cloudDisk, piDisk })
            {
                Assert.Equal(all, (await disk.Database.QueryAsync<Guid>("SELECT client_uuid FROM incidents.reports")).Select(u => u.ToString()).Order(StringComparer.Ordinal));
                Assert.Equal(all.Count, (await disk.Database.QueryAsync<long>("SELECT count(*) FROM incidents.incidents")).Single());
            }

            Assert.Equal(0, (await cloudDisk.Database.QueryAsync<long>("SELECT count(*) FROM sync.quarantine")).Single());
            Assert.Empty(await cloud.Admin.List("/conflicts?state=pending"));
        }
        finally
        {
            resting.Release();
        }
    }

    /// <summary>One whole run from now, which brings what the cloud has.</summary>
    private static async Task<bool> PendingReadingAsync(RunningPi pi)
    {
        using var answer = await pi.Admin.PostAsync(new Uri("api/v1/device/sync?wait=true", UriKind.Relative), null);
        return !answer.IsSuccessStatusCode;
    }

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int RandomNumber() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);

    private static void Say(string line) => Console.WriteLine(line);
}
