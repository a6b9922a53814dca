using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Benchmarks.Sync;

/// <summary>
/// A cloud and a Pi, each the real host with a database of its own. The morning is done: the Pi is paired, has downloaded the
/// race, and one tap was sent, so that nothing is measured that happens but once in the life of a process.
/// </summary>
internal sealed class MountainDay : IAsyncDisposable
{
    private readonly RunningCloud cloud = new();
    private readonly RunningPi pi = new();
    private readonly Descriptions descriptions = new();
    private int taps;

    public HttpClient Cloud => cloud.Admin;

    public HttpClient Pi => pi.Admin;

    public RunningHost CloudHost => cloud;

    public TestDatabase CloudDatabase => cloud.Database;

    public RunningHost PiHost => pi;

    public BadLink Link { get; private set; } = null!;

    public string Competition { get; private set; } = "";

    public string Race { get; private set; } = "";

    public IReadOnlyList<string> Locations { get; private set; } = [];

    /// <param name="startList">Of the race, CSV; null: none.</param>
    /// <param name="ofPi">Where the Pi's data is; null: beside the cloud's.</param>
    /// <param name="mostBytesOfClip">What Pi and cloud take at the most; null: their own limit.</param>
    public static async Task<MountainDay> BeginAsync(string? startList = null, TestDatabase? ofPi = null, long? mostBytesOfClip = null)
    {
        var day = new MountainDay();
        if (ofPi is not null) day.pi.Database = ofPi;
        if (mostBytesOfClip is { } most) day.pi.Settings["Clips__MostBytes"] = day.cloud.Settings["Clips__MostBytes"] = most.ToString(CultureInfo.InvariantCulture);
        try
        {
            await day.PrepareAsync(startList);
            return day;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"{e.Message}\nThe Pi: {day.pi.Output}\nThe cloud: {day.cloud.Output}", e);
        }
    }

    /// <summary>Incidents with two reports each, made on the Pi by its API while there is no link.</summary>
    public async Task ReportAsync(int incidents) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, incidents), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
        {
            var made = await Pi.PostJsonAsync("/incidents", Tap());
            await Pi.PostJsonAsync($"/incidents/{made["incident"]!.Text("client_uuid")}/reports", new { description = descriptions.Next(), reporter_name = "A. Rossi" });
        });

    /// <summary>A tap with its words: another bib, another place, three seconds later.</summary>
    public object Tap()
    {
        var number = Interlocked.Increment(ref taps);
        return new
        {
            race_uuid = Race,
            race_location_uuid = Locations[number % Locations.Count],
            bib_number = (number * 7 % 9990) + 1,
            occurred_at = TimeProvider.System.GetUtcNow().AddHours(-8).AddSeconds(3 * number),
            description = descriptions.Next(),
        };
    }

    /// <summary>Presses "Sync now" and waits for the end of the run.</summary>
    public Task<JsonNode> SyncAsync() => Pi.PostJsonAsync("/device/sync?wait=true");

    public async Task<int> PendingAsync() => (int)(await Pi.GetJsonAsync("/device"))["pending"]!;

    /// <summary>The records that wait, as NDJSON under brotli quality 5: what has to go over the link at the least.</summary>
    public async Task<long> LeastBytesAsync()
    {
        var lines = await pi.Database.QueryAsync<string>(
            """
            SELECT (jsonb_build_object('type', record_type, 'client_uuid', client_uuid) || jsonb_strip_nulls(content))::text
            FROM sync.sync_queue WHERE status = 'pending' ORDER BY id
            """);
        var text = string.Join('\n', lines.Select(line => JsonNode.Parse(line)!.ToJsonString(ApiJson.Options)));
        using var packed = new MemoryStream();
        await using (var brotli = new BrotliStream(packed, new BrotliCompressionOptions { Quality = 5 }, leaveOpen: true)) await brotli.WriteAsync(Encoding.UTF8.GetBytes(text));
        return packed.Length;
    }

    /// <summary>The Pi's host, MB: at rest in memory now, and the most so far.</summary>
    public (double Now, double Peak) Memory()
    {
        var lines = File.ReadAllLines($"/proc/{pi.ProcessId}/status");
        return (Of("VmRSS"), Of("VmHWM"));

        double Of(string name) => double.Parse(lines.Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000;
    }

    public async ValueTask DisposeAsync()
    {
        await pi.DisposeAsync();
        if (Link is not null) await Link.DisposeAsync();
        await cloud.DisposeAsync();
    }

    /// <summary>A race of the competition, with the locations that a new one gets; the Pi hears of it with the changes.</summary>
    public async Task<(string Race, IReadOnlyList<string> Locations)> NewRaceAsync(string name)
    {
        var race = (await Cloud.PostJsonAsync($"/competitions/{Competition}/races", new { name, discipline = "individual", stage = "final" })).Text("client_uuid");
        return (race, [.. (await Cloud.GetJsonAsync($"/races/{race}/locations"))["items"]!.AsArray().Select(l => l!.Text("client_uuid"))]);
    }

    /// <summary>A start list with bibs from 1 on, as CSV.</summary>
    public static string StartList(int bibs)
    {
        var list = new StringBuilder("bib,first_name,last_name,nation,gender,birth_year\n");
        string[] nations = ["ITA", "FRA", "SUI", "AUT", "GER", "ESP", "NOR", "SWE"];
        for (var bib = 1; bib <= bibs; bib++) list.Append(CultureInfo.InvariantCulture, $"{bib},First{bib},Lastname{bib},{nations[bib % nations.Length]},M,{1985 + (bib % 20)}\n");
        return list.ToString();
    }

    private async Task PrepareAsync(string? startList)
    {
        await cloud.StartAsync();
        await pi.StartAsync();
        Link = new BadLink(cloud.Address);
        await Link.UpAsync(LinkPreset.None);
        Competition = (await Cloud.PostJsonAsync("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" })).Text("client_uuid");
        (Race, Locations) = await NewRaceAsync("Individual, men");
        if (startList is not null)
        {
            using var csv = new StringContent(startList, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
            await Cloud.PostJsonAsync($"/races/{Race}/start-list", csv);
        }

        var code = (await Cloud.PostJsonAsync("/devices/pairing-codes", new { name = "Pi Start", competition_uuids = new[] { Competition } })).Text("pairing_code");
        await Pi.PostJsonAsync("/device/pair", new { server_url = $"http://127.0.0.1:{Link.Port}", pairing_code = code });
        await Pi.PostJsonAsync("/device/download?wait=true", new { competition_uuid = Competition });
        await ReportAsync(1);
        await SyncAsync();
        await Link.DownAsync();
    }
}
