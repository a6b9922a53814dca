using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R12: what stands on the cloud just as a device sent it does not come back to it whole.</summary>
public sealed class OwnVersionsTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task A_whole_upload_comes_back_as_one_line_to_its_store_and_whole_to_everybody_else()
    {
        var (device, other) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var cursor = await HeadAsync(device);
        var sent = Records(5, bib: 300);
        await device.Upload(sent);

        var page = await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor);
        var own = Assert.Single(page.Own!);
        Assert.Equal([[0, sent.Length - 1]], own.Places);
        Assert.Empty(page.Changes);
        Assert.Empty((await cloud.Send(new ReadChanges(page.Cursor, 500, device.Store), device.Actor)).Own!);

        // Nobody else is told less: who names no store, another database of the device, another device that names the store.
        foreach (var (reader, store) in new[] { (device, (Guid?)null), (device, cloud.NewUuid()), (other, device.Store) })
        {
            var whole = await cloud.Send(new ReadChanges(cursor, 500, store), reader.Actor);
            Assert.Equal(sent.Length, whole.Changes.Count);
            Assert.Empty(whole.Own ?? []);
        }

        Assert.DoesNotContain("\"own\"", JsonSerializer.Serialize(await cloud.Send(new ReadChanges(cursor, 500), device.Actor), ApiJson.Options), StringComparison.Ordinal);
        Assert.Equal(own.Revision, (await cloud.Send(new ReadChanges(cursor, 500), device.Actor)).Changes[0].Revision);
    }

    [Fact]
    public async Task What_was_changed_merged_or_decided_since_comes_whole_and_the_rest_in_short()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var first = cloud.NewUuid();
        await device.Upload([TestDevice.Record("incident", first, Incident(400)), .. Records(3, bib: 401)]);

        // Another device sees the same fault; the first incident is shown with that one, or that one with it.
        var other = await cloud.DeviceAsync();
        await other.Upload(TestDevice.Record("incident", cloud.NewUuid(), Incident(400, "2026-02-08T10:30:00.000Z")));
        var page = await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor);
        Assert.Contains(page.Changes, c => c.ClientUuid == first);
        Assert.Equal([[1, 3]], Assert.Single(page.Own!).Places);
    }

    [Fact]
    public async Task A_second_edit_is_named_by_its_own_upload_and_the_first_no_more()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var (incident, report) = (cloud.NewUuid(), cloud.NewUuid());
        await device.Upload(TestDevice.Record("incident", incident, Incident(500)), Report(report, incident, "first"));
        await device.Upload(Report(report, incident, "second", edit: 2));
        var own = (await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor)).Own!;
        Assert.Equal(2, own.Count);
        Assert.All(own, o => Assert.Equal([[0, 0]], o.Places));
        Assert.Equal(2, own.Select(o => o.BatchUuid).Distinct().Count());
    }

    [Fact]
    public async Task Sent_again_in_another_upload_it_is_named_by_that()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var records = Records(3, bib: 600);
        await device.Upload(records);
        var before = Assert.Single((await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor)).Own!);
        Assert.All(await device.Upload(records[1..]), r => Assert.Equal("already_synced", r.Status));
        var own = (await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor)).Own!;
        Assert.Equal([[0, 0]], own.Single(o => o.BatchUuid == before.BatchUuid).Places);
        Assert.Equal([[0, 1]], own.Single(o => o.BatchUuid != before.BatchUuid).Places);
    }

    [Fact]
    public async Task What_an_older_program_left_out_is_filled_in_here_and_comes_whole()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var incident = cloud.NewUuid();
        await device.Upload(TestDevice.Record("incident", incident, Incident(700)));
        var later = Incident(701);
        later.Remove("description");
        await device.Upload(TestDevice.Record("incident", incident, later, edit: 2));
        var page = await cloud.Send(new ReadChanges(cursor, 500, device.Store), device.Actor);
        Assert.Empty(page.Own!);
        Assert.Equal("Gate 7 cut", Assert.Single(page.Changes).Data["description"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_lies_behind_the_end_of_a_page_comes_with_the_next()
    {
        var (device, other) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var cursor = await HeadAsync(device);
        await other.Upload(Records(2, bib: 800));
        await device.Upload(Records(2, bib: 810));
        await other.Upload(Records(2, bib: 820));
        await device.Upload(Records(2, bib: 830));

        var (changes, own) = (0, 0);
        for (var more = true; more;)
        {
            var page = await cloud.Send(new ReadChanges(cursor, 3, device.Store), device.Actor);
            changes += page.Changes.Count;
            own += page.Own!.Sum(o => o.Places.Sum(p => p[1] - p[0] + 1));
            (cursor, more) = (page.Cursor, page.HasMore);
        }

        Assert.Equal((4, 4), (changes, own));
    }

    [Fact]
    public void A_short_answer_says_by_the_order_what_became_of_each()
    {
        var answer = new UploadAnswer(DateTimeOffset.UnixEpoch, [new UploadResult("incident", "a", "created", "1-x"), new UploadResult("incident", "b", "merged", "1-x", MergedInto: cloud.Race)]);
        var text = JsonSerializer.Serialize(answer.InShort(), ApiJson.Options);
        Assert.Contains("""[{"status":"created"},{"status":"merged","merged_into":""", text, StringComparison.Ordinal);
    }

    /// <summary>As a Pi sends it: with the time of its making, which the cloud otherwise fills in.</summary>
    private JsonObject Incident(int bib, string at = "2026-02-08T10:30:05.000Z")
    {
        var incident = cloud.Incident(bib, at);
        incident["created_at"] = at;
        return incident;
    }

    private object[] Records(int count, int bib) =>
        [.. Enumerable.Range(0, count).Select(i => TestDevice.Record(RecordTypes.Incident, cloud.NewUuid(), Incident(bib + i)))];

    private static object Report(Guid uuid, Guid incident, string description, long edit = 1) => TestDevice.Record(
        "report", uuid, new { incident_uuid = incident, occurred_at = "2026-02-08T10:30:05.000Z", clock_offset_ms = 0, clock_uncertainty_ms = 50, clock_source = "monotonic", description, created_at = "2026-02-08T10:30:06.000Z" }, edit);

    /// <summary>A cursor of a device that has read everything.</summary>
    private async Task<string> HeadAsync(TestDevice device)
    {
        var page = new ChangesAnswer([], (await cloud.Send(new DownloadCompetition(cloud.Competition, null), device.Actor)).Cursor, HasMore: true);
        while (page.HasMore) page = await cloud.Send(new ReadChanges(page.Cursor, 500), device.Actor);
        return page.Cursor;
    }
}
