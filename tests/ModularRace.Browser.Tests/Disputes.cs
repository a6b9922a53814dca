using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>
/// Two Pis that may decide and know nothing of each other, and short words for what they disagree on. What is still
/// open at the end is resolved: the cloud is every class's, and the next one may count its conflicts.
/// </summary>
internal sealed class Disputes(CloudAndPi day, HandDevice boot, HandDevice climb) : IAsyncDisposable
{
    private readonly List<string> _raised = [];

    public static async Task<Disputes> BetweenAsync(CloudAndPi day) =>
        new(day, await HandDevice.PairAsync(day, mayDecide: true, name: "Pi Boot section"), await HandDevice.PairAsync(day, mayDecide: true, name: "Pi Climb 2"));

    /// <summary>Two near incidents on which different things were decided. Answers the conflict.</summary>
    public async Task<string> TwoDecisionsAsync(int bib)
    {
        var (one, two) = (Uuid(), Uuid());
        await boot.Upload([Incident(one, bib, "10:04:10.000", "P4", "Gate 3 passed on the wrong side.", "Elena Morandini (jury_president, Pi Boot section)"), Report(one, "10:04:10.000", "Left of gate 3.", "Paola Varesco")]);
        return Raised(await climb.Upload([Incident(two, bib, "10:01:58.200", null, "Gate 3 was down, blown over.", "Rita Ciresa (referee, Pi Climb 2)", offset: 149_000), Report(two, "10:01:58.200", "Gate 3 lying flat.", "Rita Ciresa", 149_000)]));
    }

    /// <summary>One incident decided on both.</summary>
    public async Task<string> DecidedTwiceAsync(int bib)
    {
        var incident = Uuid();
        await boot.Upload([Incident(incident, bib, "10:20:00.000", "P1", null, "Elena Morandini (jury_president, Pi Boot section)"), Report(incident, "10:20:00.000", "Ski touched the line.", "Paola Varesco")]);
        return Raised(await climb.Upload([Incident(incident, bib, "10:20:00.000", "P2", null, "Rita Ciresa (referee, Pi Climb 2)")]));
    }

    /// <summary>Incidents with another bib and another text from each: bib 100 against 300, and so on. Answers the conflicts.</summary>
    public async Task<IReadOnlyList<string>> TwoContentsAsync(int bib, int other, int count)
    {
        var incidents = Enumerable.Range(0, count).Select(_ => Uuid()).ToList();
        await boot.Upload([.. incidents.Select((incident, i) => Seen(incident, bib + i, "One ski missing"))]);
        List<string> conflicts = [.. (await climb.Upload([.. incidents.Select((incident, i) => Seen(incident, other + i, "One ski in hand"))])).Select(r => r.Text("conflict_uuid"))];
        _raised.AddRange(conflicts);
        return conflicts;
    }

    /// <summary>One fault, or two, seen on both.</summary>
    public async Task NearAsync(int bib, string first, string second)
    {
        foreach (var (device, at, who) in new[] { (boot, first, "Paola Varesco"), (climb, second, "Rita Ciresa") })
        {
            var incident = Uuid();
            await device.Upload([Incident(incident, bib, at, "", null, null), Report(incident, at, "Gate 3 missed.", who)]);
        }
    }

    /// <summary>A third side says its own word of the incident that is disputed already.</summary>
    public async Task<HandDevice> AnotherSaysAsync(string conflict, int bib)
    {
        var device = await HandDevice.PairAsync(day, name: "Pi Finish");
        var incident = (await day.Cloud.Get($"/conflicts/{conflict}")).Text("record_uuid");
        Raised(await device.Upload([Seen(incident, bib, "No ski at all")]));
        return device;
    }

    public async ValueTask DisposeAsync()
    {
        var open = (await day.Cloud.List($"/conflicts?state=pending&competition_uuid={day.Competition}")).Select(c => c.Text("client_uuid"));
        foreach (var conflict in open.Intersect(_raised, StringComparer.Ordinal))
        {
            await day.Cloud.Post($"/conflicts/{conflict}/resolve", new { resolution = "cloud_wins" }, HttpStatusCode.OK);
        }

        boot.Dispose();
        climb.Dispose();
    }

    private string Raised(IReadOnlyList<JsonNode> results)
    {
        var conflict = results.Select(r => (string?)r["conflict_uuid"]).OfType<string>().First();
        _raised.Add(conflict);
        return conflict;
    }

    private JsonObject Seen(string incident, int bib, string what)
    {
        var record = Incident(incident, bib, "10:12:00.000", "", null, null);
        record["data"]!["description"] = what;
        return record;
    }

    private JsonObject Incident(string uuid, int bib, string at, string? penalty, string? note, string? by, int offset = 0)
    {
        var data = Timed(at, offset);
        (data["race_uuid"], data["race_location_uuid"], data["bib_number"]) = (day.Race, day.Locations[0], bib);
        if (penalty != "") (data["status"], data["decision"], data["penalty_code"], data["decision_note"], data["decided_at"], data["decided_by"]) = ("official", penalty is null ? "no_action" : "penalty_applied", penalty, note, "2026-02-08T10:31:40.000Z", by);
        return Record("incident", uuid, data);
    }

    private static JsonObject Report(string incident, string at, string what, string who, int offset = 0)
    {
        var data = Timed(at, offset);
        (data["incident_uuid"], data["description"], data["reporter_name"]) = (incident, what, who);
        return Record("report", Uuid(), data);
    }

    private static JsonObject Timed(string at, int offset) => new()
    {
        ["occurred_at"] = $"2026-02-08T{at}Z", ["clock_offset_ms"] = offset, ["clock_uncertainty_ms"] = offset == 0 ? 40 : 3100, ["clock_source"] = "monotonic",
    };

    private static JsonObject Record(string type, string uuid, JsonObject data) => new() { ["type"] = type, ["client_uuid"] = uuid, ["edit"] = 1, ["data"] = data };

    private static string Uuid() => Shared.Identifiers.Uuids.New(TimeProvider.System).ToString();
}
