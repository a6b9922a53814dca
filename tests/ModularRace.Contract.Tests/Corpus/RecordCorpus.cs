using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests.Corpus;

/// <summary>Makes the corpus of the present version, once, when that version is given out: run it by name (<c>--explicit only</c>).</summary>
public sealed class RecordCorpus
{
    private const string Name = "Coppa Próva";

    [Fact(Explicit = true)]
    public async Task Record_a_race_day_of_version_1()
    {
        await using var cloud = new RunningCloud();
        await using var pi = new RunningPi();
        await Task.WhenAll(cloud.StartAsync(), pi.StartAsync());
        await using var link = await RecordingLink.StartAsync(cloud.Anonymous);
        var (competition, race, place) = (Calls.Uuid(), Calls.Uuid(), Calls.Uuid());

        await Person("POST", "/competitions", new { client_uuid = competition, name = Name, country = "ITA", start_date = Day(-1), end_date = Day(1), time_zone = "Europe/Rome" });
        await Person("POST", $"/competitions/{competition}/races", new { client_uuid = race, name = "Final", discipline = "other" });
        await Person("POST", $"/races/{race}/locations", new { client_uuid = place, name = "Gate 7", position = 1 });
        await Person("POST", $"/races/{race}/start-list", JsonValue.Create("bib,first_name,last_name,nation,gender\n5,Jürg,Łoś,SUI,M\n6,Ada,Rossi,ITA,F\n"));
        var code = (await Person("POST", "/devices/pairing-codes", new { name = "Pi Gate 7", competition_uuids = new[] { competition } })).Of("pairing_code");
        await pi.Admin.Good("POST", "/device/pair", new { server_url = link.Address, pairing_code = code });
        await pi.Admin.Good("GET", "/device/competitions");
        await pi.Admin.Good("POST", "/device/download?wait=true", new { competition_uuid = competition });

        // Two of its own, one that a person saw too, and one that two sides describe.
        var (five, six) = (await ReportAsync(5), await ReportAsync(6));
        await Person("POST", "/incidents", new { client_uuid = Calls.Uuid(), report_uuid = Calls.Uuid(), race_uuid = race, race_location_uuid = place, bib_number = 7, occurred_at = Now() });
        await ReportAsync(7);
        await SyncAsync();
        await Person("PATCH", $"/incidents/{six.Incident}", new { description = "Both skis inside the gate" });
        await pi.Admin.Good("PATCH", $"/incidents/{six.Incident}", new { description = "One ski inside the gate" });
        await pi.Admin.Good("PATCH", $"/reports/{five.Report}", new { description = "Seen from the hut, 40 m away" });
        await SyncAsync();
        foreach (var conflict in (await Person("GET", "/conflicts?state=pending"))["items"]!.AsArray())
            await Person("POST", $"/conflicts/{conflict!["client_uuid"]}/resolve", new { resolution = "device_wins" });
        await pi.Admin.Good("POST", $"/reports/{five.Report}/withdraw", new { reason = "It was bib 15" });
        await Person("POST", $"/incidents/{six.Incident}/officialize");
        await SyncAsync();
        await SyncAsync();
        await pi.Admin.Good("POST", "/device/clear", new { confirm = Name });
        Exchange.Write("v1", link.Recorded);

        async Task<JsonNode> Person(string method, string path, object? body = null)
        {
            var (status, answer) = await link.SendAsync("person", method, "/api/v1" + path, [], cloud.Admin.DefaultRequestHeaders.Authorization!.ToString(), body as JsonNode ?? (body is null ? null : JsonSerializer.SerializeToNode(body)));
            Assert.True(status < 300, $"{method} {path} is answered {status}: {answer}");
            return answer!;
        }

        async Task<(string Incident, string Report)> ReportAsync(int bib)
        {
            var made = await pi.Admin.Good("POST", "/incidents", new { race_uuid = race, race_location_uuid = place, bib_number = bib, description = $"Gate 7 cut by {bib}" }, 201);
            return (made["incident"]!.Of("client_uuid"), made["report"]!.Of("client_uuid"));
        }

        Task SyncAsync() => pi.Admin.Good("POST", "/device/sync?wait=true");
    }

    private static string Day(int from) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(from).ToString("O", CultureInfo.InvariantCulture);

    private static string Now() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
