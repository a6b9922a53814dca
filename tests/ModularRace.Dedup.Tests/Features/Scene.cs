using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>A competition of its own with one race and one gate, for each test, and short words for what happens there.</summary>
internal sealed class Scene
{
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 7, 30, 0, TimeSpan.Zero);
    private readonly ModuleHost host;

    private Scene(ModuleHost host)
    {
        this.host = host;
        (Competition, Race, Gate) = (NewUuid(), NewUuid(), NewUuid());
        Jury = ModuleHost.Person("Jorid Jury", Roles.JuryPresident, Competition);
        Var = ModuleHost.Person("Vera Var", Roles.VarOperator, Competition);
        Referee = ModuleHost.Person("Rolf Referee", Roles.Referee, Competition);
    }

    public Guid Competition { get; }

    public Guid Race { get; }

    public Guid Gate { get; }

    public Actor Jury { get; }

    public Actor Var { get; }

    public Actor Referee { get; }

    public static async Task<Scene> Of(ModuleHost host)
    {
        var scene = new Scene(host);
        await host.Send(new ApplyReferenceRecords(
        [
            new IncomingRecord(RecordTypes.Competition, scene.Competition, new JsonObject
            {
                ["name"] = "Trial", ["country"] = "ITA", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-08", ["time_zone"] = "Europe/Rome",
            }, "cloud"),
            new IncomingRecord(RecordTypes.Race, scene.Race, new JsonObject { ["competition_uuid"] = scene.Competition.ToString(), ["name"] = "Sprint", ["discipline"] = "sprint" }, "cloud"),
            new IncomingRecord(RecordTypes.RaceLocation, scene.Gate, new JsonObject { ["race_uuid"] = scene.Race.ToString(), ["name"] = "Gate 3" }, "cloud"),
        ]));
        return scene;
    }

    public Guid NewUuid() => Uuids.New(host.Time);

    public Task<TResult> Send<TResult>(IRequest<TResult> message, Actor? actor = null) => host.Send(message, actor ?? Var);

    public async Task<Problem> Refused<TResult>(IRequest<TResult> message, int status, string code, Actor? actor = null)
    {
        var problem = await Assert.ThrowsAsync<Problem>(() => Send(message, actor));
        Assert.Equal((status, code), (problem.Status, problem.Code));
        return problem;
    }

    /// <summary>An incident of bib 42 at the gate with its reports, so many seconds after the start, made on the cloud.</summary>
    /// <param name="reports">Seconds after the start.</param>
    /// <param name="penalty">It is official, and this was given; null: not decided.</param>
    /// <param name="origin"><c>cloud</c>, or a device.</param>
    /// <param name="place">Null: the gate; the nil UUID: none.</param>
    /// <param name="uncertaintyMs">Of its clock.</param>
    public async Task<Guid> Incident(double[] reports, string? penalty = null, string origin = "cloud", Guid? place = null, int uncertaintyMs = 40)
    {
        var incident = NewUuid();
        var content = Timed(reports[0], uncertaintyMs);
        (content["race_uuid"], content["bib_number"]) = (Race.ToString(), 42);
        if (place != Guid.Empty) content["race_location_uuid"] = (place ?? Gate).ToString();
        if (penalty is not null)
            (content["status"], content["decision"], content["penalty_code"], content["decided_at"], content["decided_by"]) = ("official", "penalty_applied", penalty, "2026-02-08T09:00:00.000Z", "Jo (jury_president, cloud)");
        await host.Send(new ApplyIncidentRecords(
        [
            new IncomingRecord(RecordTypes.Incident, incident, content, origin),
            .. reports.Select(at =>
            {
                var report = Timed(at, uncertaintyMs);
                (report["incident_uuid"], report["reporter_name"]) = (incident.ToString(), "Ines");
                return new IncomingRecord(RecordTypes.Report, NewUuid(), report, origin);
            }),
        ]));
        return incident;
    }

    public Task<Guid> Incident(double at, string? penalty = null) => Incident([at], penalty);

    /// <summary>A place of the race beside the gate.</summary>
    public async Task<Guid> Place(string name)
    {
        var place = NewUuid();
        await host.Send(new ApplyReferenceRecords([new IncomingRecord(RecordTypes.RaceLocation, place, new JsonObject { ["race_uuid"] = Race.ToString(), ["name"] = name }, "cloud")]));
        return place;
    }

    /// <summary>Corrects the time of the incident and of its one report.</summary>
    public async Task Move(Guid incident, double seconds)
    {
        var shown = (await Read(incident)).Reports.Single(r => r.IncidentUuid == incident);
        var (own, report) = (Timed(seconds), Timed(seconds));
        (own["race_uuid"], own["race_location_uuid"], own["bib_number"]) = (Race.ToString(), Gate.ToString(), 42);
        (report["incident_uuid"], report["reporter_name"]) = (incident.ToString(), "Ines");
        await host.Send(new ApplyIncidentRecords([new IncomingRecord(RecordTypes.Incident, incident, own, "cloud"), new IncomingRecord(RecordTypes.Report, shown.ClientUuid, report, "cloud")]));
    }

    public Task<IncidentView> Read(Guid incident) => Send(new ReadIncident(incident));

    /// <summary>Who stands with whom, by the names given: "a b | c".</summary>
    public async Task<string> Groups(params Guid[] incidents)
    {
        var groups = new List<string>();
        var left = incidents.ToList();
        while (left.Count > 0)
        {
            var shown = await Read(left[0]);
            var members = left.Where(i => i == shown.ClientUuid || shown.MergedFrom.Contains(i)).ToList();
            groups.Add(string.Join(' ', members.Select(m => (char)('a' + Array.IndexOf(incidents, m)))));
            left.RemoveAll(members.Contains);
        }

        return string.Join(" | ", groups);
    }

    private static JsonObject Timed(double seconds, int uncertaintyMs = 40) => new()
    {
        ["occurred_at"] = InstantConverter.Write(Start.AddSeconds(seconds)), ["clock_offset_ms"] = 0, ["clock_uncertainty_ms"] = uncertaintyMs, ["clock_source"] = "monotonic",
    };
}
