using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reading;

namespace ModularRace.Incidents.Tests.Features.Deciding;

public sealed class DecidingTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task Officialising_twice_keeps_the_first_time()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        var official = await course.Send(new OfficializeIncident(incident.ClientUuid), course.Jury);
        Assert.Equal(("official", "Jorid Jury (jury_president, cloud)"), (official.Status, official.OfficializedBy));
        cloud.Time.Advance(TimeSpan.FromMinutes(1));
        var again = await course.Send(new OfficializeIncident(incident.ClientUuid), course.Jury);
        Assert.Equal((official.OfficializedAt, official.Revision), (again.OfficializedAt, again.Revision));
        Assert.Single((await course.Send(new ReadHistory(incident.ClientUuid))).Items);
    }

    [Fact]
    public async Task A_referee_on_the_cloud_neither_officialises_nor_decides()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        await course.Refused(new OfficializeIncident(incident.ClientUuid), 403, "forbidden");
        await course.Refused(new DecideIncident("rejected") { IncidentUuid = incident.ClientUuid }, 403, "forbidden");
    }

    [Fact]
    public async Task Only_an_official_incident_is_decided()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        await course.Refused(new DecideIncident("rejected") { IncidentUuid = incident.ClientUuid }, 409, "not_official", course.Jury);
    }

    [Fact]
    public async Task A_decision_is_changed_or_reopened_with_a_note_only()
    {
        var course = await Course.Of(cloud);
        var incident = (await course.Report()).Incident.ClientUuid;
        await course.Send(new OfficializeIncident(incident), course.Jury);
        var decide = new DecideIncident("penalty_applied", "3.2") { IncidentUuid = incident };

        var decided = await course.Send(decide, course.Jury);
        Assert.Equal(("penalty_applied", "3.2", "Jorid Jury (jury_president, cloud)"), (decided.Decision, decided.PenaltyCode, decided.DecidedBy));
        Assert.Equal(decided.Revision, (await course.Send(decide, course.Jury)).Revision);

        Assert.Equal(["note"], (await course.Refused(decide with { PenaltyCode = "4" }, 400, "validation_failed", course.Jury)).Errors!.Keys);
        await course.Refused(decide with { Decision = "rejected", PenaltyCode = null, Note = "  " }, 400, "validation_failed", course.Jury);
        await course.Refused(decide with { Decision = "pending", PenaltyCode = null }, 400, "validation_failed", course.Jury);
        await course.Refused(decide with { Decision = "banned" }, 400, "validation_failed", course.Jury);

        var changed = await course.Send(new DecideIncident("rejected", Note: "Seen on video") { IncidentUuid = incident }, course.Jury);
        Assert.Equal(("rejected", null, "Seen on video"), (changed.Decision, changed.PenaltyCode, changed.DecisionNote));
        var reopened = await course.Send(new DecideIncident("pending", Note: "Protest") { IncidentUuid = incident }, course.Jury);
        Assert.Equal(("official", "pending", null, null, "Protest"), (reopened.Status, reopened.Decision, reopened.DecidedAt, reopened.DecidedBy, reopened.DecisionNote));
        Assert.Equal(4, (await course.Send(new ReadHistory(incident), course.Jury)).Items.Count);
    }

    [Fact]
    public async Task What_is_decided_on_a_group_is_written_to_every_member()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report();
        var second = await course.Report(seconds: 20);
        await course.Send(new OfficializeIncident(second.Report.IncidentUuid), course.Jury);
        await course.Send(new DecideIncident("no_action") { IncidentUuid = second.Report.IncidentUuid }, course.Jury);
        // A third that joins later shows the group's decision, and is given it with the next word on the group.
        var third = await course.Report(seconds: 25);
        Assert.Equal(("official", "no_action"), (third.Incident.Status, third.Incident.Decision));
        await course.Send(new OfficializeIncident(first.Incident.ClientUuid), course.Jury);

        Assert.Equal(3, Assert.Single(await cloud.Sql.QueryAsync<long>(
            $"SELECT count(*) FROM incidents.incidents WHERE race_uuid = '{course.Race}' AND status = 'official' AND officialized_at IS NOT NULL")));
        Assert.Equal(2, Assert.Single(await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM incidents.incidents WHERE race_uuid = '{course.Race}' AND decision = 'no_action'")));
        var history = (await course.Send(new ReadHistory(first.Incident.ClientUuid), course.Jury)).Items;
        Assert.Contains(history, h => h.RecordUuid == first.Incident.ClientUuid && h.Changes.ContainsKey("decision"));
        Assert.Contains(history, h => h.RecordUuid == second.Report.IncidentUuid && h.Changes.ContainsKey("decision"));
    }

    [Fact]
    public async Task An_official_incident_stands_flagged_though_all_its_reports_are_withdrawn()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        await course.Send(new OfficializeIncident(incident.ClientUuid), course.Jury);
        await course.Send(new WithdrawReport { ReportUuid = report.ClientUuid });
        var listed = Assert.Single(await course.List());
        Assert.True(listed.Standing);
        Assert.True(listed.AllWithdrawn);
    }

    [Fact]
    public async Task History_tells_field_by_field_who_changed_what_where()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        await course.Send(new OfficializeIncident(incident.ClientUuid), course.Jury);
        var entry = Assert.Single((await course.Send(new ReadHistory(incident.ClientUuid))).Items);
        Assert.Equal(("incident", incident.ClientUuid, "Jorid Jury (jury_president, cloud)", "cloud"), (entry.RecordType, entry.RecordUuid, entry.By, entry.System));
        Assert.Equal("""["unofficial","official"]""", entry.Changes["status"]!.ToJsonString());
        Assert.Equal(["officialized_at", "officialized_by", "status"], entry.Changes.Select(c => c.Key).Order(StringComparer.Ordinal));
    }
}
