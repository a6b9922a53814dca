using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>What happens, told as it happens: whichever replica it happened at, and whichever a client looks on at.</summary>
[Collection<WatchfulCloud.Tests>]
public sealed class EventsTests(WatchfulCloud cloud) : IAsyncLifetime
{
    // A replica that starts takes its own intervals to the schedule of both.
    private readonly RunningCloud other = new() { Settings = { [WatchfulCloud.Interval.Key] = WatchfulCloud.Interval.Value } };

    public async ValueTask InitializeAsync()
    {
        other.Database = cloud.Database;
        await other.InitializeAsync();
    }

    public ValueTask DisposeAsync() => other.DisposeAsync();

    [Fact]
    public async Task What_is_reported_and_decided_at_one_replica_is_told_at_the_other_and_nowhere_but_in_its_competition()
    {
        var competition = await cloud.CompetitionAsync("Told");
        var (race, _) = await cloud.RaceAsync(competition);
        var elsewhere = await cloud.CompetitionAsync("Elsewhere");
        using var events = await EventStream.OpenAsync(other.Admin, competition);
        using var others = await EventStream.OpenAsync(other.Admin, elsewhere);

        var reported = await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 7 });
        var (incident, report) = (reported["incident"]!.Text(), reported["report"]!.Text());
        await events.ExpectAsync("incident_changed", e => e.Text("incident_uuid") == incident && e.Text("race_uuid") == race.ToString() && e.Text("competition_uuid") == competition.ToString());
        await events.ExpectAsync("report_added", e => e.Text("report_uuid") == report && e.Text("incident_uuid") == incident);

        var official = await cloud.PostAsync($"incidents/{incident}/officialize", new { });
        await events.ExpectAsync("incident_changed", e => e.Text("client_uuid") == incident && e.Text("revision") == official.Text("revision"));

        var device = await cloud.DeviceAsync("Pi of the events", competition);
        await events.ExpectAsync("device_changed", e => e.Text("device_uuid") == device.Uuid.ToString());

        // The same record with two contents, and a person who chooses.
        var disputed = WatchfulCloud.NewUuid();
        await device.UploadAsync(Incident(disputed, race, 8));
        var conflict = (await (await cloud.DeviceAsync("Another", competition)).UploadAsync(Incident(disputed, race, 9)))!.Text("conflict_uuid");
        await events.ExpectAsync("conflict_raised", e => e.Text("conflict_uuid") == conflict && e.Text("record_uuid") == disputed.ToString());
        await cloud.PostAsync($"conflicts/{conflict}/resolve", new { resolution = "cloud_wins" });
        await events.ExpectAsync("conflict_resolved", e => e.Text("conflict_uuid") == conflict);

        var (race2, _) = await cloud.RaceAsync(elsewhere);
        await cloud.PostAsync("incidents", new { race_uuid = race2, bib_number = 7 });
        await others.ExpectAsync("incident_changed", e => e.Text("race_uuid") == race2.ToString(), nothingBefore: true);
    }

    [Fact]
    public async Task A_client_that_broke_off_hears_at_the_other_replica_what_it_missed_in_the_same_order_and_once()
    {
        var competition = await cloud.CompetitionAsync("Broken off");
        var (race, _) = await cloud.RaceAsync(competition);
        using var whole = await EventStream.OpenAsync(cloud.Admin, competition);
        string seen;
        using (var events = await EventStream.OpenAsync(other.Admin, competition))
        {
            // Nothing has happened: the place to resume at is known all the same.
            seen = events.LastId!;
        }

        List<Event> expected = [];
        for (var half = 0; half < 2; half++)
        {
            for (var bib = 1; bib <= 10; bib++) await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = bib + (half * 10) });
            var last = (await cloud.PostAsync("incidents", new { race_uuid = race, description = $"The end of half {half}" }))["report"]!.Text();
            var all = await whole.UntilAsync(e => e.Name == "report_added" && e.Data.Text("report_uuid") == last);
            expected.AddRange(all);
            using var resumed = await EventStream.OpenAsync(half == 0 ? other.Admin : cloud.Admin, competition, seen);
            var heard = await resumed.UntilAsync(e => e.Name == "report_added" && e.Data.Text("report_uuid") == last);
            Assert.Equal(all.Select(e => (e.Id, e.Name)), heard.Select(e => (e.Id, e.Name)));
            seen = heard[^1].Id!;
        }

        Assert.Equal(expected.Count, expected.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_place_that_nobody_knows_and_a_gap_in_the_listening_are_told_by_one_resync()
    {
        var competition = await cloud.CompetitionAsync("Gap");
        var (race, _) = await cloud.RaceAsync(competition);
        using var events = await EventStream.OpenAsync(other.Admin, competition, "an-event-of-last-winter");
        Assert.Equal("resync", (await events.NextAsync()).Name);
        await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 7 });
        await events.ExpectAsync("incident_changed", _ => true, nothingBefore: true);
        await events.ExpectAsync("report_added", _ => true, nothingBefore: true);

        await cloud.Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'");
        Assert.Equal("resync", (await events.NextAsync()).Name);
        await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 8 });
        await events.ExpectAsync("incident_changed", _ => true, nothingBefore: true);
    }

    [Fact]
    public async Task Viewers_hear_of_official_incidents_only_and_no_other_competition_and_no_ended_key_hears_anything()
    {
        var competition = await cloud.CompetitionAsync("Seen by viewers");
        var (race, _) = await cloud.RaceAsync(competition);
        var key = await cloud.PostAsync("api-keys", new { name = "Board", role = "viewer", competition_uuids = new[] { competition } });
        var viewer = other.Client(key.Text("key"));
        using var events = await EventStream.OpenAsync(viewer, competition);
        var incident = (await cloud.PostAsync("incidents", new { race_uuid = race, bib_number = 7 }))["incident"]!.Text();
        var official = await cloud.PostAsync($"incidents/{incident}/officialize", new { });
        await events.ExpectAsync("incident_changed", e => e.Text("revision") == official.Text("revision"), nothingBefore: true);

        var elsewhere = await cloud.CompetitionAsync("Not theirs");
        Assert.Equal(HttpStatusCode.Forbidden, await EventStream.StatusAsync(viewer, elsewhere));
        Assert.Equal(HttpStatusCode.NotFound, await EventStream.StatusAsync(cloud.Admin, WatchfulCloud.NewUuid()));
        var device = await cloud.DeviceAsync("No looker-on", competition);
        using var asked = device.Request(HttpMethod.Get, $"../competitions/{competition}/events");
        using var refused = await device.Http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using (await cloud.Admin.DeleteAsync(new Uri($"api/v1/api-keys/{key.Text("client_uuid")}", UriKind.Relative))) { }

        Assert.True(await events.EndsAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, await EventStream.StatusAsync(viewer, competition));
    }

    [Fact]
    public async Task A_key_that_ended_hears_no_more_though_there_is_never_a_pause()
    {
        var competition = await cloud.CompetitionAsync("Never a pause");
        var (race, _) = await cloud.RaceAsync(competition);
        var key = await cloud.PostAsync("api-keys", new { name = "Timing", role = "referee", competition_uuids = new[] { competition } });
        using var events = await EventStream.OpenAsync(other.Client(key.Text("key")), competition);
        using (await cloud.Admin.DeleteAsync(new Uri($"api/v1/api-keys/{key.Text("client_uuid")}", UriKind.Relative))) { }

        var ended = events.EndsAsync();
        for (var report = 0; !ended.IsCompleted; report++) await cloud.PostAsync("incidents", new { race_uuid = race, description = $"Seen at once, {report}" });
        Assert.True(await ended);
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_does_not_wait_for_those_who_look_on()
    {
        var competition = await cloud.CompetitionAsync("Stopped");
        using var events = await EventStream.OpenAsync(other.Admin, competition);
        var stopped = other.StopAsync();
        Assert.True(await events.EndsAsync()); // by its last chunk: a connection that is cut off would throw
        await stopped;
    }

    [Fact]
    public async Task A_Pi_tells_what_is_tapped_on_it()
    {
        await using var pi = new RunningPi();
        await pi.InitializeAsync();
        async Task<JsonNode> PostAsync(string path, object body) => JsonNode.Parse(await (await pi.Admin.PostAsJsonAsync($"api/v1/{path}", body)).Content.ReadAsStringAsync())!;
        var competition = await PostAsync("competitions", new { name = "On the Pi", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" });
        var race = await PostAsync($"competitions/{competition.Text()}/races", new { name = "Sprint", discipline = "sprint" });
        using var events = await EventStream.OpenAsync(pi.Admin, Guid.Parse(competition.Text()));
        var reported = await PostAsync("incidents", new { race_uuid = race.Text(), bib_number = 7 });
        await events.ExpectAsync("report_added", e => e.Text("incident_uuid") == reported["incident"]!.Text());
    }

    private static JsonObject Incident(Guid uuid, Guid race, int bib) => new()
    {
        ["type"] = "incident", ["client_uuid"] = uuid.ToString(), ["edit"] = 1,
        ["data"] = new JsonObject { ["race_uuid"] = race.ToString(), ["bib_number"] = bib, ["occurred_at"] = "2026-02-08T10:00:00Z" },
    };
}

internal sealed record Event(string Name, string? Id, JsonNode Data);

/// <summary>A client of <c>GET /competitions/{uuid}/events</c>.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage opened;
    private readonly StreamReader reader;

    private EventStream(HttpResponseMessage opened, Stream body) => (this.opened, reader) = (opened, new StreamReader(body));

    public string? LastId { get; private set; }

    /// <summary>Open once its first lines are here: from then on nothing is missed.</summary>
    public static async Task<EventStream> OpenAsync(HttpClient client, Guid competition, string? after = null)
    {
        var answer = await AskAsync(client, competition, after);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var stream = new EventStream(answer, await answer.Content.ReadAsStreamAsync());
        while (await stream.reader.ReadLineAsync(Patience()) is { Length: > 0 } line)
            if (line.StartsWith("id: ", StringComparison.Ordinal)) stream.LastId = line[4..];
        return stream;
    }

    public static async Task<HttpStatusCode> StatusAsync(HttpClient client, Guid competition)
    {
        using var answer = await AskAsync(client, competition, null);
        return answer.StatusCode;
    }

    public async Task<Event> NextAsync()
    {
        var (name, data, patience) = ("", "", Patience());
        while (await reader.ReadLineAsync(patience) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.Length == 0 && name.Length > 0) return new Event(name, LastId, JsonNode.Parse(data)!);
        }

        throw new InvalidOperationException("The stream ended.");
    }

    public async Task<Event> ExpectAsync(string name, Func<JsonNode, bool> about, bool nothingBefore = false)
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Name == name && about(next.Data)) return next;
            Assert.False(nothingBefore, $"{next.Name} {next.Data.ToJsonString()}");
        }
    }

    /// <summary>All up to the one asked for, which is the last.</summary>
    public async Task<List<Event>> UntilAsync(Func<Event, bool> last)
    {
        var heard = new List<Event>();
        do heard.Add(await NextAsync());
        while (!last(heard[^1]));
        return heard;
    }

    public async Task<bool> EndsAsync()
    {
        var patience = Patience();
        while (await reader.ReadLineAsync(patience) is not null) { }

        return true;
    }

    public void Dispose()
    {
        reader.Dispose();
        opened.Dispose();
    }

    private static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, Guid competition, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/competitions/{competition}/events", UriKind.Relative));
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

internal static class Texts
{
    public static string Text(this JsonNode node, string field = "client_uuid") => node[field]?.GetValue<string>() ?? throw new InvalidOperationException($"No {field} in {node.ToJsonString()}");
}
