using System.Text.Json.Nodes;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Features.OnServer.Quarantine;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

public sealed class UploadTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task A_lost_answer_changes_nothing_the_second_time()
    {
        var device = await cloud.DeviceAsync();
        var (incident, report) = (cloud.NewUuid(), cloud.NewUuid());
        object[] batch = [Incident(incident, 101), Report(report, incident)];
        Assert.Equal(["created", "created"], Statuses(await device.Upload(batch)));
        var versions = await CountAsync();
        var again = await device.Upload(batch);
        Assert.Equal(["already_synced", "already_synced"], Statuses(again));
        Assert.All(again, r => Assert.NotNull(r.Revision));
        Assert.Equal(versions, await CountAsync());
        Assert.Equal(2L, (await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM sync.uploads WHERE device_uuid = '{device.Uuid}'")).Single());
    }

    [Fact]
    public async Task A_batch_may_stand_in_reverse_and_is_answered_in_its_own_order()
    {
        var device = await cloud.DeviceAsync();
        var (competition, race, incident, report) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
        var results = await device.Upload(
            Report(report, incident),
            TestDevice.Record("incident", incident, new { race_uuid = race, bib_number = 5, occurred_at = "2026-02-08T10:00:00Z" }),
            TestDevice.Record("race", race, new { competition_uuid = competition, name = "Emergency", discipline = "vertical" }),
            TestDevice.Record("competition", competition, new { name = "Emergency Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }));
        Assert.Equal(["created", "created", "created", "created"], Statuses(results));
        Assert.Equal([report, incident, race, competition], results.Select(r => Guid.Parse(r.ClientUuid!)));
    }

    [Fact]
    public async Task What_refers_to_nothing_here_is_put_off_and_taken_when_its_parent_came()
    {
        var device = await cloud.DeviceAsync();
        var (incident, report) = (cloud.NewUuid(), cloud.NewUuid());
        var early = Assert.Single(await device.Upload(Report(report, incident)));
        Assert.Equal(("deferred", "foreign_key_not_found"), (early.Status, early.Error?.Code));
        Assert.Equal(["created"], Statuses(await device.Upload(Incident(incident, 102))));
        Assert.Equal(["created"], Statuses(await device.Upload(Report(report, incident))));
    }

    [Fact]
    public async Task An_older_edit_that_comes_late_undoes_nothing()
    {
        var device = await cloud.DeviceAsync();
        var incident = cloud.NewUuid();
        await device.Upload(Incident(incident, 103, description: "First"));
        Assert.Equal(["updated"], Statuses(await device.Upload(Incident(incident, 103, edit: 3, description: "Third"))));
        Assert.Equal(["already_synced"], Statuses(await device.Upload(Incident(incident, 103, edit: 2, description: "Second"))));
        Assert.Equal(["already_synced"], Statuses(await device.Upload(Incident(incident, 103, description: "First"))));
        Assert.Equal("Third", await FieldAsync(incident, "description"));
    }

    [Fact]
    public async Task A_field_that_an_older_app_leaves_out_is_unchanged_and_an_explicit_null_is_not()
    {
        var device = await cloud.DeviceAsync();
        var incident = cloud.NewUuid();
        await device.Upload(Incident(incident, 104, description: "Said"));
        Assert.Equal(["updated"], Statuses(await device.Upload(TestDevice.Record("incident", incident, new { race_uuid = cloud.Race, bib_number = 105, occurred_at = "2026-02-08T10:30:05Z" }, 2))));
        Assert.Equal("Said", await FieldAsync(incident, "description"));
        Assert.Equal(["updated"], Statuses(await device.Upload(TestDevice.Record("incident", incident, new { race_uuid = cloud.Race, bib_number = 105, occurred_at = "2026-02-08T10:30:05Z", description = (string?)null }, 3))));
        Assert.Null(await FieldAsync(incident, "description"));
    }

    [Fact]
    public async Task The_same_edit_with_another_content_is_a_conflict_as_often_as_it_comes()
    {
        var device = await cloud.DeviceAsync();
        var incident = cloud.NewUuid();
        await device.Upload(Incident(incident, 106, description: "One"));
        var conflict = Assert.Single(await device.Upload(Incident(incident, 106, description: "Other")));
        Assert.Equal("conflict", conflict.Status);
        Assert.NotNull(conflict.ConflictUuid);
        Assert.Equal(conflict.ConflictUuid, Assert.Single(await device.Upload(Incident(incident, 106, description: "Other"))).ConflictUuid);
        Assert.Equal("conflict", Assert.Single(await device.Upload(Incident(incident, 106, description: "One"))).Status);
        Assert.Equal("One", await FieldAsync(incident, "description"));
    }

    [Fact]
    public async Task Two_devices_that_see_one_thing_are_merged_and_two_that_say_different_things_of_one_record_conflict()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var (first, second) = (cloud.NewUuid(), cloud.NewUuid());
        Assert.Equal(["created"], Statuses(await a.Upload(Incident(first, 107, at: "2026-02-08T10:30:29Z"))));
        var merged = Assert.Single(await b.Upload(Incident(second, 107, at: "2026-02-08T10:30:31Z")));
        Assert.Equal(("merged", first), (merged.Status, merged.MergedInto));

        var disputed = Assert.Single(await b.Upload(Incident(first, 108, at: "2026-02-08T10:30:29Z")));
        Assert.Equal("conflict", disputed.Status);
    }

    [Fact]
    public async Task A_poisoned_record_harms_itself_only_and_stays_whole()
    {
        var device = await cloud.DeviceAsync();
        var (good, bad) = (cloud.NewUuid(), cloud.NewUuid());
        var text = $$"""
            {"batch_uuid": "{{cloud.NewUuid()}}", "store_uuid": "{{device.Store}}", "sent_at": "2026-02-08T10:31:00Z", "records": [
              {"type": "incident", "client_uuid": "{{bad}}", "edit": 1, "data": {"race_uuid": "{{cloud.Race}}", "occurred_at": "2026-02-08T10:30:05Z", "description": "a\u0000b"} },
              {"type": "incident", "client_uuid": "{{cloud.NewUuid()}}", "edit": 1, "data": {"race_uuid": "{{cloud.Race}}", "occurred_at": "2026-02-08T10:30:05Z", "description": "\ud800"} },
              {"type": "incident", "client_uuid": "{{cloud.NewUuid()}}", "edit": 1, "data": {"race_uuid": "{{cloud.Race}}", "race_uuid": "{{cloud.Race}}"} },
              {"type": "incident", "client_uuid": "{{cloud.NewUuid()}}", "edit": 1, "data": {"x": {{new string('[', 200)}}{{new string(']', 200)}} } },
              {"type": "incident", "client_uuid": "{{cloud.NewUuid()}}", "edit": 1e99, "data": {} },
              {"type": "incident", "client_uuid": "{{cloud.NewUuid()}}", "edit": 1, "data": {"race_uuid": "{{cloud.Race}}", "occurred_at": "2026-02-08T10:30:05Z", "bib_number": 1e999} },
              {"type": "unheard_of", "client_uuid": "{{cloud.NewUuid()}}", "data": {} },
              {"type": "incident", "client_uuid": "00000000-0000-0000-0000-000000000000", "data": {} },
              null, 5,
              {"type": "incident", "client_uuid": "{{good}}", "edit": 1, "data": {"race_uuid": "{{cloud.Race}}", "occurred_at": "2026-02-08T10:30:05Z", "bib_number": 109} }
            ]}
            """;
        var results = await device.UploadText(text);
        Assert.All(results.SkipLast(1), r => Assert.Equal(("rejected", "validation_failed"), (r.Status, r.Error!.Code)));
        Assert.All(results.SkipLast(1), r => Assert.NotNull(r.QuarantineUuid));
        Assert.Equal("created", results[^1].Status);
        Assert.Equal(results.Select(r => r.QuarantineUuid), (await device.UploadText(text)).Select(r => r.QuarantineUuid));

        var entry = (await cloud.Send(new ListQuarantine(null, new PageRequest(500, null)))).Items.Single(q => q.RecordUuid == bad);
        Assert.Contains("""a\u0000b""", entry.Received, StringComparison.Ordinal);
        Assert.Equal(["created"], Statuses(await device.Upload(Incident(bad, 110, edit: 2))));
        Assert.DoesNotContain((await cloud.Send(new ListQuarantine(null, new PageRequest(500, null)))).Items, q => q.RecordUuid == bad);
    }

    [Fact]
    public async Task What_refers_to_a_quarantined_record_goes_with_it_and_follows_when_it_is_accepted()
    {
        var device = await cloud.DeviceAsync();
        var (incident, report) = (cloud.NewUuid(), cloud.NewUuid());
        var bad = TestDevice.Record("incident", incident, new { race_uuid = cloud.Race, occurred_at = "2026-02-08T10:30:05Z", bib_number = 123456 });
        var results = await device.Upload(bad, Report(report, incident));
        Assert.Equal(["rejected", "rejected"], Statuses(results));
        Assert.Equal("parent_in_quarantine", results[1].Error!.Code);
        Assert.Equal("parent_in_quarantine", Assert.Single(await device.Upload(Report(report, incident))).Error!.Code);

        var settled = await cloud.Send(new SettleQuarantined(results[0].QuarantineUuid!.Value, "accept", CloudSync.Json(new { race_uuid = cloud.Race, occurred_at = "2026-02-08T10:30:05Z", bib_number = 1234 }), "a slip"));
        Assert.Equal("accepted", settled.State);
        Assert.Equal(["already_synced", "already_synced"], Statuses(await device.Upload(bad, Report(report, incident))));
        Assert.Equal("accepted", (await cloud.Send(new SettleQuarantined(results[0].QuarantineUuid!.Value, "accept", null, null))).State);
    }

    [Fact]
    public async Task A_competition_that_was_not_granted_is_refused_and_one_that_the_device_makes_is_its_own()
    {
        var device = await cloud.DeviceAsync(competitions: []);
        var incident = cloud.NewUuid();
        Assert.Equal("competition_not_granted", Assert.Single(await device.Upload(Incident(incident, 111))).Error!.Code);
        var (competition, race) = (cloud.NewUuid(), cloud.NewUuid());
        Assert.Equal(["created", "created"], Statuses(await device.Upload(
            TestDevice.Record("competition", competition, new { name = "Own", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }),
            TestDevice.Record("race", race, new { competition_uuid = competition, name = "R", discipline = "other" }))));
        Assert.Equal([competition], (await cloud.Send(new ListDeviceCompetitions(), device.Actor)).Items.Select(c => c.ClientUuid));
    }

    [Fact]
    public async Task A_device_decides_only_where_that_was_granted()
    {
        var (referee, jury) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(mayDecide: true));
        var incident = cloud.NewUuid();
        var official = cloud.Incident(112);
        official["status"] = "official";
        Assert.Equal("decision_not_granted", Assert.Single(await referee.Upload(TestDevice.Record("incident", incident, official))).Error!.Code);
        Assert.Equal(["created"], Statuses(await jury.Upload(TestDevice.Record("incident", incident, official))));
    }

    [Fact]
    public async Task A_device_that_took_the_clouds_version_may_change_another_field_of_it()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var incident = cloud.NewUuid();
        await a.Upload(Incident(incident, 113));
        var page = new ChangesAnswer([], (await cloud.Send(new DownloadCompetition(cloud.Competition, null), b.Actor)).Cursor, HasMore: true);
        while (page.HasMore && page.Changes.All(c => c.ClientUuid != incident)) page = await cloud.Send(new ReadChanges(page.Cursor, 500), b.Actor);
        var change = page.Changes.Single(c => c.ClientUuid == incident);
        var content = WireRecord.ToContent(change.Data);
        content["description"] = "Seen again";
        Assert.Equal(["updated"], Statuses(await b.Upload(TestDevice.Record("incident", incident, content, 1, change.Revision))));
        Assert.Equal("Seen again", await FieldAsync(incident, "description"));
        Assert.Equal("113", await FieldAsync(incident, "bib_number"));
    }

    [Fact]
    public async Task The_same_record_twice_in_a_batch_is_taken_once()
    {
        var device = await cloud.DeviceAsync();
        var incident = cloud.NewUuid();
        var results = await device.Upload(Incident(incident, 114), Incident(incident, 114), Incident(incident, 114, edit: 2, description: "Better"));
        Assert.Equal(["created", "already_synced", "updated"], Statuses(results));
    }

    [Fact]
    public async Task A_whole_race_day_is_a_handful_of_statements()
    {
        var device = await cloud.DeviceAsync();
        var records = Enumerable.Range(0, 1000).SelectMany(i =>
        {
            var incident = cloud.NewUuid();
            return new[] { TestDevice.Record("incident", incident, cloud.Incident(i % 9000 + 200, $"2026-02-08T{10 + i / 3000:00}:{i / 60 % 60:00}:{i % 60:00}.000Z")), Report(cloud.NewUuid(), incident) };
        }).ToArray();
        var (results, statements) = await Statements.CountAsync(() => device.Upload(records));
        Assert.InRange(statements, 1, 100);
        Assert.Equal(2000, results.Count);
        Assert.All(results, r => Assert.Equal("created", r.Status));
    }

    [Fact]
    public async Task Only_an_envelope_that_cannot_be_read_is_refused()
    {
        var device = await cloud.DeviceAsync();
        foreach (var text in new[] { "", "[", "[]", "{}", """{"batch_uuid": 5}""", $$"""{"batch_uuid": "{{cloud.NewUuid()}}", "records": {} }""" })
            Assert.Equal(400, (await Assert.ThrowsAsync<Problem>(() => device.UploadText(text))).Status);
        Assert.Empty(await device.UploadText($$"""{"batch_uuid": "{{cloud.NewUuid()}}", "sent_at": "2026-02-08T10:31:00+01:00", "status": {"pending": 3}, "records": []}"""));
    }

    private object Incident(Guid uuid, int bib, long edit = 1, string? description = null, string at = "2026-02-08T10:30:05.000Z") =>
        TestDevice.Record("incident", uuid, cloud.Incident(bib, at, description), edit);

    private static object Report(Guid uuid, Guid incident) =>
        TestDevice.Record("report", uuid, new { incident_uuid = incident, occurred_at = "2026-02-08T10:30:05Z", clock_offset_ms = 0, clock_uncertainty_ms = 50, clock_source = "monotonic" });

    private static string[] Statuses(IEnumerable<UploadResult> results) => [.. results.Select(r => r.Status)];

    private async Task<long> CountAsync() => (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM sync.record_versions")).Single();

    private async Task<string?> FieldAsync(Guid uuid, string field) =>
        JsonNode.Parse((await cloud.Sql.QueryAsync<string>($"SELECT content::text FROM sync.record_versions WHERE client_uuid = '{uuid}' ORDER BY id DESC LIMIT 1")).Single())![field]?.ToString();
}
