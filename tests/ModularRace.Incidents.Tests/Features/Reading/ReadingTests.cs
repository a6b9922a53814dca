using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Incidents.Tests.Features.Reading;

public sealed class ReadingTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task A_list_is_newest_first_and_pages_skip_and_repeat_nothing()
    {
        var course = await Course.Of(cloud);
        // Three at the same moment among them: the border of a page may lie between equals.
        foreach (var (bib, seconds) in new[] { (1, 0), (2, 60), (3, 60), (4, 60), (5, 120) }) await course.Report(bib, seconds);
        var bibs = new List<int?>();
        string? cursor = null;
        do
        {
            var page = await course.Send(new ListIncidents(course.Race, Limit: 2, Cursor: cursor));
            bibs.AddRange(page.Items.Select(i => i.BibNumber));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal([5, 4, 3, 2, 1], bibs);
        await course.Refused(new ListIncidents(course.Race, Limit: 501), 400, "validation_failed");
        await course.Refused(new ListIncidents(course.Race, Cursor: "bm9uc2Vuc2U"), 400, "validation_failed");
        await course.Refused(new ListIncidents(course.Race, Cursor: "%%"), 400, "validation_failed");
    }

    [Fact]
    public async Task A_list_is_filtered_by_where_a_report_comes_from_and_by_its_clip()
    {
        const string Pi = "01980000-0000-7000-8000-0000000000ab";
        var course = await Course.Of(cloud);
        foreach (var bib in new[] { 1, 2, 3, 4, 5 }) await course.Report(bib, bib * 60);
        // The group of bib 2 has a report of the Pi, though the one that stands was made here; bib 3's is withdrawn.
        var second = await course.Report(2, 130);
        await FromAsync(second.Report.ClientUuid, Pi);
        var third = (await course.List(bib: 3))[0].Reports[0].ClientUuid;
        await FromAsync(third, Pi);
        await course.Send(new WithdrawReport { ReportUuid = third }, course.Jury);
        Assert.Equal([2], await BibsAsync(origin: Pi));
        Assert.Equal([5, 4, 2, 1], await BibsAsync(origin: "cloud"));

        foreach (var (bib, state) in new[] { (1, "stored"), (2, "failed"), (4, "pending"), (5, null) })
        {
            var sha = new string((char)('a' + bib), 64);
            var report = bib == 2 ? second.Report.ClientUuid : (await course.List(bib: bib))[0].Reports[0].ClientUuid;
            await cloud.Sql.ExecuteAsync($"UPDATE incidents.reports SET clip_sha256 = '{sha}', clip_size_bytes = 5, clip_content_type = 'video/mp4' WHERE client_uuid = '{report}'");
            if (state is not null) await cloud.Sql.ExecuteAsync($"INSERT INTO incidents.clips (sha256, size_bytes, content_type, held, state, changed_at) VALUES ('{sha}', 5, 'video/mp4', true, '{state}', now())");
        }

        Assert.Equal([5, 4, 2, 1], await BibsAsync(clip: "with"));
        Assert.Equal([], await BibsAsync(clip: "without"));
        Assert.Equal([1], await BibsAsync(clip: "stored"));
        Assert.Equal([2], await BibsAsync(clip: "failed"));
        Assert.Equal([5, 4], await BibsAsync(clip: "pending"));
        Assert.Equal([2], await BibsAsync(Pi, "with"));
        Assert.Equal([], await BibsAsync(Pi, "without"));
        await course.Refused(new ListIncidents(course.Race, Clip: "some"), 400, "validation_failed");

        Task FromAsync(Guid report, string origin) => cloud.Sql.ExecuteAsync($"UPDATE incidents.reports SET origin = '{origin}' WHERE client_uuid = '{report}'");
        async Task<IEnumerable<int?>> BibsAsync(string? origin = null, string? clip = null) =>
            (await course.Send(new ListIncidents(course.Race, Origin: origin, Clip: clip), course.Jury)).Items.Select(i => i.BibNumber);
    }

    [Fact]
    public async Task Filters_look_at_what_the_group_shows()
    {
        var course = await Course.Of(cloud);
        var first = await course.Report(12);
        await course.Send(new OfficializeIncident(first.Incident.ClientUuid), course.Jury);
        await course.Send(new DecideIncident("rejected") { IncidentUuid = first.Incident.ClientUuid }, course.Jury);
        // Made earlier by its own time, so that it stands for the group though it is neither official nor decided itself.
        var earlier = await course.Report(12, -20);
        Assert.Equal(earlier.Report.IncidentUuid, earlier.Incident.ClientUuid);
        await course.Report(13, 300, location: course.Finish);

        Assert.Equal([12], (await course.List(status: "official")).Select(i => i.BibNumber));
        Assert.Equal([13], (await course.List(status: "unofficial")).Select(i => i.BibNumber));
        Assert.Equal([12], (await course.List(decision: "rejected")).Select(i => i.BibNumber));
        Assert.Equal([13], (await course.List(decision: "pending")).Select(i => i.BibNumber));
        Assert.Equal([12], (await course.List(bib: 12)).Select(i => i.BibNumber));
        Assert.Equal([13], (await course.List(location: course.Finish)).Select(i => i.BibNumber));
        Assert.Empty(await course.List(bib: 12, location: course.Finish));
        Assert.Equal([12], (await course.Send(new ListIncidents(course.Race, Decided: true), course.Jury)).Items.Select(i => i.BibNumber));
        await course.Refused(new ListIncidents(course.Race, Status: "done"), 400, "validation_failed");
        await course.Refused(new ListIncidents(Uuids.New(cloud.Time)), 404, "not_found");
    }

    [Fact]
    public async Task All_that_fit_are_counted_by_what_is_to_be_done_with_them()
    {
        var course = await Course.Of(cloud);
        foreach (var bib in Enumerable.Range(1, 3)) await course.Report(bib);
        var official = await course.Report(4, location: course.Finish);
        await course.Send(new OfficializeIncident(official.Incident.ClientUuid), course.Jury);
        var decided = await course.Report(5, location: course.Finish);
        await course.Send(new OfficializeIncident(decided.Incident.ClientUuid), course.Jury);
        await course.Send(new DecideIncident("no_action") { IncidentUuid = decided.Incident.ClientUuid }, course.Jury);

        Assert.Equal(new ListedCounts(5, 3, 1, 1), await Count(new ListIncidents(course.Race), course.Jury));
        // One page of the list is not all, and what the list is narrowed to by its tab is not what is counted.
        Assert.Equal(new ListedCounts(5, 3, 1, 1), await Count(new ListIncidents(course.Race, Status: "official", Decision: "pending", Decided: true, Limit: 1), course.Jury));
        Assert.Equal(new ListedCounts(2, 0, 1, 1), await Count(new ListIncidents(course.Race, RaceLocationUuid: course.Finish), course.Jury));
        Assert.Equal(new ListedCounts(0, 0, 0, 0), await Count(new ListIncidents(course.Race, BibNumber: 6), course.Jury));
        Assert.Equal(new ListedCounts(2, 0, 1, 1), await Count(new ListIncidents(course.Race), course.Viewer));

        Task<ListedCounts> Count(ListIncidents list, Actor actor) => course.Send(new CountListed(list), actor);
    }

    [Fact]
    public async Task A_viewer_sees_official_incidents_and_no_others()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        Assert.Empty(await course.List(actor: course.Viewer));
        await course.Refused(new ReadIncident(incident.ClientUuid), 404, "not_found", course.Viewer);
        await course.Refused(new ReadHistory(incident.ClientUuid), 404, "not_found", course.Viewer);
        await course.Send(new OfficializeIncident(incident.ClientUuid), course.Jury);
        Assert.Single(await course.List(actor: course.Viewer));
        Assert.Equal(incident.ClientUuid, (await course.Send(new ReadIncident(incident.ClientUuid), course.Viewer)).ClientUuid);
    }

    [Fact]
    public async Task Another_competitions_people_see_nothing()
    {
        var (course, other) = (await Course.Of(cloud), await Course.Of(cloud));
        var (incident, _, _) = await course.Report();
        await course.Refused(new ReadIncident(incident.ClientUuid), 403, "forbidden", other.Jury);
        await course.Refused(new ListIncidents(course.Race), 403, "forbidden", other.Jury);
    }

    [Fact]
    public async Task Other_modules_count_and_find_incidents()
    {
        var course = await Course.Of(cloud);
        await course.Report();
        var second = await course.Report(seconds: 5, description: "Again");
        var counts = await course.Send(new CountIncidents([course.Competition]));
        Assert.Equal(new IncidentCounts(1, 2), counts[course.Competition]);
        var found = Assert.Single(await course.Send(new FindIncidents([second.Report.IncidentUuid])));
        Assert.Equal((second.Incident.ClientUuid, 1, "Again"), (found.MergedInto, found.Reports, found.Description));
    }
}
