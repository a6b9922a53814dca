using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

public sealed class FeedTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task A_change_that_was_made_first_and_committed_last_is_not_skipped()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var (slow, quick) = (cloud.NewUuid(), cloud.NewUuid());
        var written = new TaskCompletionSource();
        var release = new TaskCompletionSource();

        var late = cloud.InTransaction(async scoped =>
        {
            await scoped.GetRequiredService<IMediator>().Send(new ApplyReferenceRecords([Phrase(slow)]));
            written.SetResult();
            await release.Task;
        });
        await written.Task;
        await cloud.ApplyAsync(Phrase(quick));

        // The later change is handed over while the earlier is not committed; its row has the lower number.
        var first = await cloud.Send(new ReadChanges(cursor, null), device.Actor);
        Assert.Equal([quick], first.Changes.Select(c => c.ClientUuid));
        release.SetResult();
        await late;
        var second = await cloud.Send(new ReadChanges(first.Cursor, null), device.Actor);
        Assert.Equal([slow], second.Changes.Select(c => c.ClientUuid));
        Assert.Empty((await cloud.Send(new ReadChanges(second.Cursor, null), device.Actor)).Changes);

        var (slowRow, quickRow) = (await RowAsync(slow), await RowAsync(quick));
        Assert.True(slowRow < quickRow, "a plain sequence would have skipped it");
    }

    [Fact]
    public async Task A_cursor_whose_mark_differs_or_that_lies_ahead_is_expired()
    {
        var device = await cloud.DeviceAsync();
        await cloud.ApplyAsync(Phrase(cloud.NewUuid()));
        var cursor = (await cloud.Send(new DownloadCompetition(cloud.Competition, null), device.Actor)).Cursor;
        var kept = FeedCursor.Parse(cursor);
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);
        Assert.Empty((await cloud.Send(new ReadChanges(await HeadAsync(device), null), device.Actor)).Changes);
        FeedCursor[] elsewhere =
        [
            kept with { Read = kept.Read with { Mark = cloud.NewUuid() } }, kept with { Read = kept.Downloaded with { Position = kept.Downloaded.Position + 1 } },
            // The backup may be older than the download, and the reading have only begun.
            kept with { Downloaded = kept.Downloaded with { Mark = cloud.NewUuid() } }, kept with { Downloaded = kept.Downloaded with { Position = kept.Downloaded.Position + 1 } },
        ];
        foreach (var wrong in elsewhere.Select(c => c.Write()).Concat(["nonsense", "%%%"]))
        {
            var problem = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new ReadChanges(wrong, null), device.Actor));
            Assert.Equal((410, "cursor_expired"), (problem.Status, problem.Code));
        }
    }

    [Fact]
    public async Task Pages_lead_to_the_end_and_each_record_is_as_it_is_now()
    {
        var device = await cloud.DeviceAsync();
        var cursor = await HeadAsync(device);
        var uuids = Enumerable.Range(0, 7).Select(_ => cloud.NewUuid()).ToArray();
        await cloud.ApplyAsync([.. uuids.Select(u => Phrase(u))]);
        await cloud.ApplyAsync(Phrase(uuids[0], "Changed"));

        var seen = new Dictionary<Guid, string>();
        bool more;
        do
        {
            var page = await cloud.Send(new ReadChanges(cursor, 3), device.Actor);
            Assert.True(page.Changes.Count <= 3);
            foreach (var change in page.Changes) seen[change.ClientUuid] = change.Data["text"]!.GetValue<string>();
            (cursor, more) = (page.Cursor, page.HasMore);
        }
        while (more);
        Assert.Equal(uuids.ToHashSet(), seen.Keys.ToHashSet());
        Assert.Equal("Changed", seen[uuids[0]]);
    }

    [Fact]
    public async Task An_athlete_known_long_ago_comes_before_the_bib_that_names_him()
    {
        var device = await cloud.DeviceAsync();
        var (athlete, bib) = (cloud.NewUuid(), cloud.NewUuid());
        await cloud.ApplyAsync(new IncomingRecord(RecordTypes.Athlete, athlete, CloudSync.Json(new { first_name = "Oskar", last_name = "Lindh", nation = "SWE" }), "cloud"));
        var cursor = await HeadAsync(device);
        await cloud.ApplyAsync(new IncomingRecord(RecordTypes.BibAssignment, bib, CloudSync.Json(new { race_uuid = cloud.Race, bib_number = 7, athlete_uuids = new[] { athlete } }), "cloud"));
        var changes = (await cloud.Send(new ReadChanges(cursor, null), device.Actor)).Changes;
        Assert.Equal([athlete, bib], changes.Select(c => c.ClientUuid));
    }

    [Fact]
    public async Task What_happened_before_the_download_follows_by_the_changes_and_the_download_itself_does_not_come_again()
    {
        var (early, late) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var (incident, report) = (cloud.NewUuid(), cloud.NewUuid());
        await early.Upload(
            TestDevice.Record("incident", incident, cloud.Incident(bib: 91)),
            TestDevice.Record("report", report, CloudSync.Json(new { incident_uuid = incident, occurred_at = "2026-02-08T10:30:05.000Z", clock_source = "none" })));
        var before = cloud.NewUuid();
        await cloud.ApplyAsync(Phrase(before));

        var download = await cloud.Send(new DownloadCompetition(cloud.Competition, null), late.Actor);
        Assert.Contains(download.Phrases, p => (string?)p["client_uuid"] == before.ToString());
        var changes = (await cloud.Send(new ReadChanges(download.Cursor, 500), late.Actor)).Changes;
        Assert.Equal([incident, report], changes.Select(c => c.ClientUuid).Where(u => u == incident || u == report));
        Assert.DoesNotContain(changes, c => RecordTypes.IsReference(c.Type));
    }

    [Fact]
    public async Task A_competition_that_was_not_granted_is_neither_downloaded_nor_followed()
    {
        var device = await cloud.DeviceAsync(competitions: []);
        var problem = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new DownloadCompetition(cloud.Competition, null), device.Actor));
        Assert.Equal((403, "competition_not_granted"), (problem.Status, problem.Code));
        Assert.Empty((await cloud.Send(new ListDeviceCompetitions(), device.Actor)).Items);
        var other = await cloud.DeviceAsync();
        var cursor = (await cloud.Send(new DownloadCompetition(cloud.Competition, null), other.Actor)).Cursor;
        Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => cloud.Send(new ReadChanges(cursor, null), device.Actor))).Status);
    }

    private IncomingRecord Phrase(Guid uuid, string text = "Gate cut") =>
        new(RecordTypes.Phrase, uuid, CloudSync.Json(new { competition_uuid = cloud.Competition, text = $"{text}", position = 1, name = uuid.ToString() }), "cloud");

    /// <summary>A cursor of a device that has read everything.</summary>
    private async Task<string> HeadAsync(TestDevice device)
    {
        var page = new ChangesAnswer([], (await cloud.Send(new DownloadCompetition(cloud.Competition, null), device.Actor)).Cursor, HasMore: true);
        while (page.HasMore) page = await cloud.Send(new ReadChanges(page.Cursor, 500), device.Actor);
        return page.Cursor;
    }

    private async Task<long> RowAsync(Guid uuid) =>
        (await cloud.Sql.QueryAsync<long>($"SELECT id FROM sync.record_versions WHERE client_uuid = '{uuid}'")).Single();
}
