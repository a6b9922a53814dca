using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Incidents.Tests.Features.Reporting;

public sealed class ReportIncidentTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task A_report_makes_an_incident_that_stands_with_everything_that_was_said()
    {
        var course = await Course.Of(cloud);
        var answer = (await course.Send(new ReportIncident(
            course.Race, course.Gate, 12, 2, Course.Start, "Cut the gate – Ångström's ski\n<b>", "3.2", "Rolf R."))).Answer;

        Assert.False(answer.Matched);
        Assert.Equal((12, course.Gate, Course.Start, "unofficial", "pending"), (answer.Incident.BibNumber, answer.Incident.RaceLocationUuid, answer.Incident.OccurredAt, answer.Incident.Status, answer.Incident.Decision));
        Assert.Equal(("Cut the gate – Ångström's ski\n<b>", "3.2", "cloud", true), (answer.Incident.Description, answer.Incident.PenaltyCode, answer.Incident.Origin, answer.Incident.Standing));
        Assert.Equal((2, "Rolf R.", "Rolf Referee (referee, cloud)"), (answer.Report.AthletePosition, answer.Report.ReporterName, answer.Report.ReportedBy));
        Assert.Equal((12, course.Gate), (answer.Report.BibNumber, answer.Report.RaceLocationUuid));
        Assert.Equal(answer.Report, Assert.Single((await course.Read(answer.Incident.ClientUuid)).Reports));
    }

    [Fact]
    public async Task Without_a_time_it_was_now()
    {
        var course = await Course.Of(cloud);
        var answer = (await course.Send(new ReportIncident(course.Race))).Answer;
        Assert.Equal(cloud.Time.GetUtcNow(), answer.Incident.OccurredAt);
        Assert.Equal((0, 0, "wall"), (answer.Incident.ClockOffsetMs, answer.Incident.ClockUncertaintyMs, answer.Incident.ClockSource));
    }

    [Fact]
    public async Task The_same_report_again_answers_the_same_and_makes_nothing()
    {
        var course = await Course.Of(cloud);
        var message = new ReportIncident(course.Race, course.Gate, 12, OccurredAt: Course.Start, ReportUuid: Uuids.New(cloud.Time));
        var first = await course.Send(message);
        var again = await course.Send(message);
        Assert.True(first.Created);
        Assert.False(again.Created);
        Assert.Equal(Json(first.Answer), Json(again.Answer));
        Assert.Single(await course.List());
    }

    [Fact]
    public async Task The_same_report_many_times_at_once_makes_one_incident()
    {
        var course = await Course.Of(cloud);
        var message = new ReportIncident(course.Race, course.Gate, 12, OccurredAt: Course.Start, ClientUuid: Uuids.New(cloud.Time), ReportUuid: Uuids.New(cloud.Time));
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => course.Send(message)));
        Assert.Single(answers, a => a.Created);
        Assert.Single(answers.Select(a => Json(a.Answer)).Distinct());
        Assert.Single(Assert.Single(await course.List()).Reports);
    }

    [Fact]
    public async Task Who_names_the_incident_only_may_repeat_too()
    {
        var course = await Course.Of(cloud);
        var message = new ReportIncident(course.Race, course.Gate, 12, OccurredAt: Course.Start, ClientUuid: Uuids.New(cloud.Time));
        Assert.True((await course.Send(message)).Created);
        Assert.False((await course.Send(message)).Created);
        await course.Refused(message with { ReportUuid = Uuids.New(cloud.Time) }, 409, "uuid_exists");
    }

    [Fact]
    public async Task Reporting_the_same_bib_twice_keeps_both_reports()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report(seconds: 0);
        var second = await course.Report(seconds: 10, actor: course.OtherReferee);
        Assert.True(second.Matched);
        Assert.Equal(first.Incident.ClientUuid, second.Incident.ClientUuid);
        Assert.Equal(2, second.Incident.Reports.Count);
        Assert.NotEqual(first.Incident.ClientUuid, second.Report.IncidentUuid);
        Assert.Equal([second.Report.IncidentUuid], second.Incident.MergedFrom);
        Assert.Equal(first.Incident.ClientUuid, (await course.Read(second.Report.IncidentUuid)).ClientUuid);
        Assert.Single(await course.List());
    }

    [Fact]
    public async Task Incidents_of_a_competition_are_numbered_from_one()
    {
        var course = await Course.Of(cloud);
        var numbers = new List<long>();
        foreach (var bib in new[] { 1, 2, 3 }) numbers.Add((await course.Report(bib)).Incident.Number);
        Assert.Equal([1, 2, 3], numbers);
    }

    [Theory]
    [InlineData(0), InlineData(10_000), InlineData(-1)]
    public async Task A_bib_is_from_1_to_9999(int bib)
    {
        var course = await Course.Of(cloud);
        var problem = await course.Refused(new ReportIncident(course.Race, BibNumber: bib), 400, "validation_failed");
        Assert.Equal(["bib_number"], problem.Errors!.Keys);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_field()
    {
        var course = await Course.Of(cloud);
        var other = await Course.Of(cloud);
        var good = new ReportIncident(course.Race);
        foreach (var (message, field) in new (ReportIncident, string)[]
        {
            (good with { RaceUuid = Guid.Empty }, "race_uuid"),
            (good with { RaceUuid = Uuids.New(cloud.Time) }, "race_uuid"),
            (good with { RaceLocationUuid = Uuids.New(cloud.Time) }, "race_location_uuid"),
            (good with { RaceLocationUuid = other.Gate }, "race_location_uuid"),
            (good with { AthletePosition = 5 }, "athlete_position"),
            (good with { Description = new string('x', 4_001) }, "description"),
            (good with { Description = "a\0b" }, "description"),
            (good with { Description = "\uD83D" }, "description"),
            (good with { PenaltyCode = new string('9', 201) }, "penalty_code"),
            (good with { ReporterName = "Rolf\u0007" }, "reporter_name"),
            (good with { ReporterName = new string('x', 201) }, "reporter_name"),
            (good with { ReportUuid = Guid.Empty }, "report_uuid"),
            (good with { ClientUuid = Guid.Empty }, "client_uuid"),
            (good with { OccurredAt = cloud.Time.GetUtcNow().AddDays(1.1) }, "occurred_at"),
        })
            Assert.Equal([field], (await course.Refused(message, 400, "validation_failed")).Errors!.Keys);
        Assert.Empty(await course.List());
    }

    [Fact]
    public async Task A_description_of_4000_characters_beyond_the_first_plane_is_kept_to_the_letter()
    {
        var course = await Course.Of(cloud);
        var description = string.Concat(Enumerable.Repeat("🎿", 4_000));
        var answer = await course.Report(description: description);
        Assert.Equal(description, (await course.Read(answer.Incident.ClientUuid)).Description);
    }

    [Fact]
    public async Task Who_holds_no_role_on_the_competition_reports_nothing_there()
    {
        var (course, other) = (await Course.Of(cloud), await Course.Of(cloud));
        await course.Refused(new ReportIncident(course.Race), 403, "forbidden", other.Referee);
        await course.Refused(new ReportIncident(course.Race), 403, "forbidden", course.Viewer);
        var known = await course.Report();
        await other.Refused(new ReportIncident(other.Race, ReportUuid: known.Report.ClientUuid), 403, "forbidden");
    }

    [Fact]
    public async Task Another_report_joins_the_incident_and_takes_its_bib_place_and_time()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report();
        var message = new AddReport(Description: "Saw it too", ReportUuid: Uuids.New(cloud.Time)) { IncidentUuid = first.Incident.ClientUuid };
        var added = await course.Send(message, course.OtherReferee);
        Assert.True(added.Created);
        Assert.Equal((12, course.Gate, Course.Start), (added.Report.BibNumber, added.Report.RaceLocationUuid, added.Report.OccurredAt));
        Assert.False((await course.Send(message, course.OtherReferee)).Created);
        Assert.Equal(2, (await course.Read(first.Incident.ClientUuid)).Reports.Count);
    }

    [Fact]
    public async Task A_report_on_an_unknown_incident_is_not_found()
    {
        var course = await Course.Of(cloud);
        await course.Refused(new AddReport { IncidentUuid = Uuids.New(cloud.Time) }, 404, "not_found");
    }

    private static string Json(ReportedIncident answer) => System.Text.Json.JsonSerializer.Serialize(answer, ModularRace.Shared.Json.ApiJson.Options);
}
