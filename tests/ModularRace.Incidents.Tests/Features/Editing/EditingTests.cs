using System.Text.Json.Nodes;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Incidents.Tests.Features.Editing;

public sealed class EditingTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task An_edit_of_what_somebody_changed_meanwhile_is_refused()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        var edited = await course.Send(new EditIncident(incident.ClientUuid, new JsonObject { ["description"] = "One ski" }, $"\"{incident.Revision}\""));
        Assert.Equal("One ski", edited.Description);
        Assert.NotEqual(incident.Revision, edited.Revision);
        await course.Refused(new EditIncident(incident.ClientUuid, new JsonObject { ["description"] = "Two skis" }, $"\"{incident.Revision}\""), 412, "stale_revision");
        await course.Refused(new EditReport(report.ClientUuid, [], "\"1-000000000000\""), 412, "stale_revision");
        Assert.Equal(report.Revision, (await course.Send(new EditReport(report.ClientUuid, [], report.Revision))).Revision);
    }

    [Fact]
    public async Task Half_a_character_is_refused_as_no_text()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        var half = (JsonObject)JsonNode.Parse("""{"description": "\ud800"}""")!;
        await course.Refused(new EditIncident(incident.ClientUuid, half), 400, "validation_failed");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_null_empties_it()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report(description: "One ski");
        var edited = await course.Send(new EditIncident(incident.ClientUuid, new JsonObject { ["description"] = null, ["decision"] = "rejected", ["unknown"] = 1 }));
        Assert.Equal((null, 12, course.Gate, "pending"), (edited.Description, edited.BibNumber, edited.RaceLocationUuid, edited.Decision));
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_leaves_the_revision_and_the_history_alone()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        Assert.Equal(incident.Revision, (await course.Send(new EditIncident(incident.ClientUuid, new JsonObject { ["bib_number"] = 12, ["occurred_at"] = "2026-02-08T08:00:00.000+01:00" }))).Revision);
        Assert.Equal(report.Revision, (await course.Send(new EditReport(report.ClientUuid, new JsonObject { ["bib_number"] = 12 }))).Revision);
        Assert.Empty((await course.Send(new ReadHistory(incident.ClientUuid))).Items);
    }

    [Fact]
    public async Task A_patch_is_checked_by_field()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        foreach (var (patch, field) in new (JsonObject, string)[]
        {
            (new() { ["bib_number"] = 0 }, "bib_number"), (new() { ["bib_number"] = "12" }, "bib_number"), (new() { ["occurred_at"] = null }, "occurred_at"),
            (new() { ["occurred_at"] = "yesterday" }, "occurred_at"), (new() { ["race_location_uuid"] = course.Race.ToString() }, "race_location_uuid"),
            (new() { ["description"] = "a\u0001" }, "description"),
        })
        {
            Assert.Equal([field], (await course.Refused(new EditIncident(incident.ClientUuid, (JsonObject)patch.DeepClone()), 400, "validation_failed")).Errors!.Keys);
            Assert.Equal([field], (await course.Refused(new EditReport(report.ClientUuid, patch), 400, "validation_failed")).Errors!.Keys);
        }
    }

    [Fact]
    public async Task Correcting_the_sole_report_moves_the_incident()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        var edited = await course.Send(new EditReport(report.ClientUuid, new JsonObject
        {
            ["bib_number"] = 21, ["race_location_uuid"] = course.Finish.ToString(), ["occurred_at"] = "2026-02-08T07:10:00.000Z",
        }));
        Assert.Equal((incident.ClientUuid, 21, course.Finish), (edited.IncidentUuid, edited.BibNumber, edited.RaceLocationUuid));
        var moved = await course.Read(incident.ClientUuid);
        Assert.Equal((21, course.Finish, Course.Start.AddMinutes(10)), (moved.BibNumber, moved.RaceLocationUuid, moved.OccurredAt));
    }

    [Fact]
    public async Task Correcting_one_report_among_several_gives_it_an_incident_of_its_own()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        var second = (await course.Send(new AddReport { IncidentUuid = incident.ClientUuid })).Report;
        var edited = await course.Send(new EditReport(second.ClientUuid, new JsonObject { ["bib_number"] = 21 }));
        Assert.Equal(Uuids.Named(second.ClientUuid, "incident"), edited.IncidentUuid);
        Assert.Equal(12, (await course.Read(incident.ClientUuid)).BibNumber);
        var own = await course.Read(edited.IncidentUuid);
        Assert.Equal((21, second.ClientUuid), (own.BibNumber, Assert.Single(own.Reports).ClientUuid));
        Assert.Equal(2, (await course.List()).Count);

        // It is the sole report of its own incident now: the next correction moves that.
        Assert.Equal(edited.IncidentUuid, (await course.Send(new EditReport(second.ClientUuid, new JsonObject { ["bib_number"] = 22 }))).IncidentUuid);
        Assert.Equal(22, (await course.Read(edited.IncidentUuid)).BibNumber);
    }

    [Fact]
    public async Task A_correction_takes_an_incident_out_of_its_group_and_back()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report();
        var second = await course.Report(seconds: 10);
        Assert.True(second.Matched);
        await course.Send(new EditReport(second.Report.ClientUuid, new JsonObject { ["bib_number"] = 21 }));
        Assert.Equal(2, (await course.List()).Count);
        Assert.Empty((await course.Read(first.Incident.ClientUuid)).MergedFrom);
        await course.Send(new EditReport(second.Report.ClientUuid, new JsonObject { ["bib_number"] = 12 }));
        Assert.Equal(first.Incident.ClientUuid, Assert.Single(await course.List()).ClientUuid);
    }

    [Fact]
    public async Task Correcting_the_time_of_an_incident_takes_its_sole_report_along()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        var edited = await course.Send(new EditIncident(incident.ClientUuid, new JsonObject { ["occurred_at"] = "2026-02-08T07:10:00.000Z" }));
        Assert.Equal(Course.Start.AddMinutes(10), edited.OccurredAt);
        Assert.Equal(Course.Start.AddMinutes(10), Assert.Single(edited.Reports).OccurredAt);
    }

    [Fact]
    public async Task A_withdrawn_report_stays_in_sight_with_who_and_why_and_its_incident_no_longer_stands()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        var withdrawn = await course.Send(new WithdrawReport("Wrong bib") { ReportUuid = report.ClientUuid });
        Assert.Equal("Rolf Referee (referee, cloud)", withdrawn.WithdrawnBy);
        Assert.Equal(withdrawn, await course.Send(new WithdrawReport { ReportUuid = report.ClientUuid }));
        var read = await course.Read(incident.ClientUuid);
        Assert.False(read.Standing);
        Assert.True(read.AllWithdrawn);
        Assert.Single(read.Reports);
        Assert.Empty(await course.List());
        var entry = Assert.Single((await course.Send(new ReadHistory(incident.ClientUuid))).Items);
        Assert.Equal("Wrong bib", (string?)entry.Changes["reason"]![1]);
    }

    [Fact]
    public async Task An_incident_with_another_report_stands_though_one_is_withdrawn()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report();
        var second = await course.Report(seconds: 10);
        await course.Send(new WithdrawReport { ReportUuid = first.Report.ClientUuid });
        Assert.Equal(second.Report.IncidentUuid, Assert.Single(await course.List()).ClientUuid);
    }

    [Fact]
    public async Task An_incident_whose_reports_are_all_withdrawn_is_not_any_referees_to_change()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        await course.Send(new WithdrawReport { ReportUuid = report.ClientUuid });
        await course.Refused(new EditIncident(incident.ClientUuid, new JsonObject { ["bib_number"] = 1 }), 403, "forbidden", course.OtherReferee);
        Assert.Equal(1, (await course.Send(new EditIncident(incident.ClientUuid, new JsonObject { ["bib_number"] = 1 }), course.Jury)).BibNumber);
    }

    [Fact]
    public async Task A_referee_changes_own_reports_only()
    {
        var course = await Course.Of(cloud);
        var (incident, report, _) = await course.Report();
        await course.Refused(new WithdrawReport { ReportUuid = report.ClientUuid }, 403, "forbidden", course.OtherReferee);
        await course.Refused(new EditReport(report.ClientUuid, new JsonObject { ["bib_number"] = 1 }), 403, "forbidden", course.OtherReferee);
        await course.Refused(new EditIncident(incident.ClientUuid, new JsonObject { ["bib_number"] = 1 }), 403, "forbidden", course.OtherReferee);
        Assert.Equal(21, (await course.Send(new EditReport(report.ClientUuid, new JsonObject { ["bib_number"] = 21 }), course.Jury)).BibNumber);
    }

    /// <summary>Jury president elsewhere, referee here, and admin of nothing: what counted here is what the record says.</summary>
    [Fact]
    public async Task Who_did_it_is_kept_with_the_role_that_they_hold_on_that_competition()
    {
        var (course, elsewhere) = (await Course.Of(cloud), await Course.Of(cloud));
        var both = new Actor("Berta Both", [new RoleGrant(Roles.JuryPresident, elsewhere.Competition), new RoleGrant(Roles.Referee, course.Competition)]);
        var (incident, report, _) = await course.Report(actor: both);
        Assert.Equal("Berta Both (referee, cloud)", report.ReportedBy);
        await course.Send(new EditReport(report.ClientUuid, new JsonObject { ["bib_number"] = 22 }), both);
        Assert.Equal("Berta Both (referee, cloud)", (await course.Send(new ReadHistory(incident.ClientUuid), course.Jury)).Items[^1].By);
        Assert.Equal("Berta Both (jury_president, cloud)", (await elsewhere.Report(actor: both)).Report.ReportedBy);
    }
}
