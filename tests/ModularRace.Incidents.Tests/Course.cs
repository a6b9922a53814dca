using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Tests;

/// <summary>A competition of its own with one race and two locations, for each test, and short words for what people do there.</summary>
internal sealed class Course
{
    public static readonly DateTimeOffset Start = new(2026, 2, 8, 7, 0, 0, TimeSpan.Zero);
    private readonly ModuleHost host;

    private Course(ModuleHost host)
    {
        this.host = host;
        (Competition, Race, Gate, Finish) = (Uuids.New(host.Time), Uuids.New(host.Time), Uuids.New(host.Time), Uuids.New(host.Time));
        Jury = ModuleHost.Person("Jorid Jury", Roles.JuryPresident, Competition);
        Referee = ModuleHost.Person("Rolf Referee", Roles.Referee, Competition);
        OtherReferee = ModuleHost.Person("Runa Referee", Roles.Referee, Competition);
        Viewer = ModuleHost.Person("Vera Viewer", Roles.Viewer, Competition);
    }

    public Guid Competition { get; }

    public Guid Race { get; }

    public Guid Gate { get; }

    public Guid Finish { get; }

    public Actor Jury { get; }

    public Actor Referee { get; }

    public Actor OtherReferee { get; }

    public Actor Viewer { get; }

    public static async Task<Course> Of(ModuleHost host)
    {
        var course = new Course(host);
        var outcomes = await host.Send(new ApplyReferenceRecords(
        [
            course.Record(RecordTypes.Competition, course.Competition, new JsonObject
            {
                ["name"] = "Probecup", ["country"] = "NOR", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-08", ["time_zone"] = "Europe/Oslo",
            }),
            course.Record(RecordTypes.Race, course.Race, new JsonObject
            {
                ["competition_uuid"] = course.Competition.ToString(), ["name"] = "Sprint", ["discipline"] = "sprint", ["status"] = "scheduled", ["position"] = 1,
            }),
            course.Record(RecordTypes.RaceLocation, course.Gate, new JsonObject { ["race_uuid"] = course.Race.ToString(), ["name"] = "Gate 4", ["position"] = 1 }),
            course.Record(RecordTypes.RaceLocation, course.Finish, new JsonObject { ["race_uuid"] = course.Race.ToString(), ["name"] = "Finish", ["position"] = 2 }),
        ]), Actor.System);
        Assert.All(outcomes, o => Assert.Equal(RecordVerdict.Created, o.Verdict));
        return course;
    }

    public Task<TResult> Send<TResult>(IRequest<TResult> message, Actor? actor = null) => host.Send(message, actor ?? Referee);

    /// <summary>Somebody reports a bib at the gate, so many seconds after the start.</summary>
    public async Task<ReportedIncident> Report(int? bib = 12, double seconds = 0, Actor? actor = null, Guid? location = null, string? description = null) =>
        (await Send(new ReportIncident(Race, location ?? Gate, bib, OccurredAt: Start.AddSeconds(seconds), Description: description), actor)).Answer;

    public Task<IncidentView> Read(Guid incident) => Send(new ReadIncident(incident), Jury);

    public async Task<IReadOnlyList<IncidentView>> List(string? status = null, string? decision = null, int? bib = null, Guid? location = null, Actor? actor = null) =>
        (await Send(new ListIncidents(Race, status, decision, bib, location), actor ?? Jury)).Items;

    public async Task<Problem> Refused<TResult>(IRequest<TResult> message, int status, string code, Actor? actor = null)
    {
        var problem = await Assert.ThrowsAsync<Problem>(() => Send(message, actor));
        Assert.Equal((status, code), (problem.Status, problem.Code));
        return problem;
    }

    private IncomingRecord Record(string type, Guid uuid, JsonObject content) => new(type, uuid, content, CloudIdentity.Cloud);
}
