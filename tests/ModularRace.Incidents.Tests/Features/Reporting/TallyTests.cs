using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Incidents.Tests.Features.Reporting;

public sealed class TallyTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task A_tally_says_of_each_bib_what_the_list_of_incidents_would()
    {
        var course = await Course.Of(cloud);
        Assert.Equal((0, 0), (await TallyAsync(course)) is var empty ? (empty.Standing, empty.Bibs.Count) : default);

        // Twice seen by two within the window, once more later, one elsewhere, one without a bib.
        await course.Report(12, 0);
        await course.Report(12, 10, course.OtherReferee);
        await course.Report(12, 300);
        await course.Report(7, 60, location: course.Finish);
        await course.Report(null, 90);
        // One that was taken back stands no longer; one whose official incident has nothing left stands, and counts.
        var gone = await course.Report(9, 120);
        await course.Send(new WithdrawReport { ReportUuid = gone.Report.ClientUuid });
        var official = await course.Report(10, 150);
        await course.Send(new OfficializeIncident(official.Incident.ClientUuid), course.Jury);
        await course.Send(new WithdrawReport { ReportUuid = official.Report.ClientUuid });

        var tally = await TallyAsync(course);
        Assert.Equal(
            [new BibTally(7, 1, Course.Start.AddSeconds(60)), new BibTally(10, 1, Course.Start.AddSeconds(150)), new BibTally(12, 3, Course.Start.AddSeconds(300))], tally.Bibs);
        var list = await course.List();
        Assert.Equal(list.Count, tally.Standing);
        Assert.Equal(
            list.Where(i => i.BibNumber is not null).GroupBy(i => i.BibNumber!.Value).OrderBy(g => g.Key)
                .Select(g => new BibTally(g.Key, g.Sum(i => Math.Max(1, i.Reports.Count(r => r.WithdrawnAt is null))), g.Max(i => i.OccurredAt))),
            tally.Bibs);
    }

    /// <summary>The screen asks for it all day: it is as long as the start list, not as the day.</summary>
    [Fact]
    public async Task A_tally_does_not_grow_with_what_was_reported()
    {
        var course = await Course.Of(cloud);
        foreach (var minute in Enumerable.Range(0, 30)) await course.Report(5, minute * 60);
        var tally = await TallyAsync(course);
        Assert.Equal((30, new BibTally(5, 30, Course.Start.AddMinutes(29))), (tally.Standing, Assert.Single(tally.Bibs)));
    }

    [Fact]
    public async Task A_tally_is_for_those_who_report_on_this_competition()
    {
        var (course, other) = (await Course.Of(cloud), await Course.Of(cloud));
        await course.Refused(new TallyIncidents(course.Race), 403, "forbidden", other.Referee);
        await course.Refused(new TallyIncidents(course.Race), 403, "forbidden", course.Viewer);
        await course.Refused(new TallyIncidents(Uuids.New(cloud.Time)), 404, "not_found");
    }

    private static Task<RaceTally> TallyAsync(Course course) => course.Send(new TallyIncidents(course.Race));
}
