using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Pulling;
using ModularRace.Sync.Features.OnDevice.Queueing;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>The queue from the tap to the cloud's answer.</summary>
public sealed class QueueTests(QueueTests.Pi pi) : IClassFixture<QueueTests.Pi>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await pi.Sql.ExecuteAsync("TRUNCATE sync.sync_queue, sync.record_bases, sync.held_changes, sync.clock_anchors RESTART IDENTITY");
        // What another test let the clock know holds for its boot.
        pi.Boot.BootId = Uuids.New(TimeProvider.System);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_change_is_queued_in_its_own_commit_or_not_at_all()
    {
        var kept = await pi.SayAsync(Report("cut the gate"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pi.Send(new SayChanged([Report("never")], ChangeSource.Local, Fail: true)));
        var entry = Assert.Single(await pi.QueueAsync());
        Assert.Equal((kept, QueueStatuses.Pending, 1L), (entry.ClientUuid, entry.Status, entry.Edit));
    }

    [Fact]
    public async Task What_was_received_or_derived_is_not_sent_back()
    {
        await pi.Send(new SayChanged([Report("theirs")], ChangeSource.Received));
        await pi.Send(new SayChanged([Report("nobody's")], ChangeSource.Derived));
        Assert.Empty(await pi.QueueAsync());
    }

    [Fact]
    public async Task What_waits_is_told_without_what_goes_with_the_same_upload()
    {
        for (var i = 0; i < 3; i++) await pi.SayAsync(Report($"report {i}"));
        Assert.Equal(1, (await pi.Send(new TakeBatch(2))).Upload.Status!.Pending);
        var all = await pi.Send(new TakeBatch(10));
        Assert.Equal(0, all.Upload.Status!.Pending);

        // What the cloud put off may be put off again: it is told as waiting, sent or not.
        await pi.AnswerAsync(all, UploadStatuses.Deferred, "foreign_key_not_found");
        Assert.Equal(3, (await pi.Send(new TakeBatch(10))).Upload.Status!.Pending);
        pi.Pass(TimeSpan.FromHours(2));
        var again = await pi.Send(new TakeBatch(10));
        Assert.Equal((3, 3), (again.Upload.Records.Count, again.Upload.Status!.Pending));
    }

    [Fact]
    public async Task Each_edit_has_its_number_keeps_the_place_and_says_what_was_emptied()
    {
        var first = await pi.SayAsync(Report("first"));
        await pi.SayAsync(Report("second"));
        await pi.SayAsync(Report(null, first));
        var batch = await pi.Send(new TakeBatch(10));
        Assert.Equal([(first, 2L), (batch.Upload.Records[1].ClientUuid, 1L)], batch.Upload.Records.Select(r => (r.ClientUuid, r.Edit)));
        Assert.True(batch.Upload.Records[0].Data.ContainsKey("description"));
        Assert.Null(batch.Upload.Records[0].Data["description"]);
        Assert.NotNull(batch.Upload.StoreUuid);
    }

    [Fact]
    public async Task An_edit_that_says_nothing_new_is_none()
    {
        var report = Report("once");
        await pi.SayAsync(report);
        await pi.SayAsync(report);
        Assert.Equal(1, Assert.Single(await pi.QueueAsync()).Edit);
    }

    [Fact]
    public async Task Edited_while_it_was_on_its_way_it_goes_again()
    {
        var uuid = await pi.SayAsync(Report("first"));
        var batch = await pi.Send(new TakeBatch(10));
        await pi.SayAsync(Report("better", uuid));
        await pi.AnswerAsync(batch, UploadStatuses.Created);
        var entry = Assert.Single(await pi.QueueAsync());
        Assert.Equal((QueueStatuses.Pending, 2L, 1L, true), (entry.Status, entry.Edit, entry.AnsweredEdit, entry.Unsent));

        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Updated);
        Assert.Equal(QueueStatuses.Synced, Assert.Single(await pi.QueueAsync()).Status);
        Assert.Empty((await pi.Send(new TakeBatch(10))).Upload.Records);
    }

    [Fact]
    public async Task A_lost_answer_sends_the_same_batch_again()
    {
        await pi.SayAsync(Report("one"));
        await pi.SayAsync(Report("two"));
        var sent = await pi.Send(new TakeBatch(10));
        var again = await pi.Send(new TakeBatch(10));
        Assert.Equal(sent.Upload.BatchUuid, again.Upload.BatchUuid);
        await pi.SayAsync(Report("three"));
        Assert.NotEqual(sent.Upload.BatchUuid, (await pi.Send(new TakeBatch(10))).Upload.BatchUuid);
    }

    [Fact]
    public async Task No_link_leaves_the_queue_alone()
    {
        await pi.SayAsync(Report("waits"));
        for (var i = 0; i < 20; i++) await pi.Send(new TakeBatch(10));
        var entry = Assert.Single(await pi.QueueAsync());
        Assert.Equal((QueueStatuses.Pending, 0, (DateTimeOffset?)null), (entry.Status, entry.RetryCount, entry.NextAttemptAt));
    }

    [Fact]
    public async Task What_the_cloud_puts_off_is_tried_after_1_5_15_minutes_1_and_6_hours_then_waits_for_a_person()
    {
        var uuid = await pi.SayAsync(Report("no parent yet"));
        foreach (var minutes in new[] { 1, 5, 15, 60, 360 })
        {
            await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
            var waiting = Assert.Single(await pi.QueueAsync());
            Assert.Equal((QueueStatuses.Pending, (DateTimeOffset?)pi.Clock.Read().Corrected.AddMinutes(minutes)), (waiting.Status, waiting.NextAttemptAt));
            pi.Pass(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.Empty((await pi.Send(new TakeBatch(10))).Upload.Records);
            pi.Pass(TimeSpan.FromSeconds(1));
        }

        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
        var failed = Assert.Single(await pi.QueueAsync());
        Assert.Equal((QueueStatuses.Failed, "foreign_key_not_found"), (failed.Status, failed.ErrorCode));
        var told = (await pi.Send(new TakeBatch(10))).Upload;
        Assert.Empty(told.Records);
        Assert.Equal((1, 0), (told.Status!.Failed, told.Status.FailedInQuarantine));

        // Sync now is a person.
        await pi.Send(new ReleaseQueue());
        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Created);
        Assert.Equal((uuid, QueueStatuses.Synced), (failed.ClientUuid, Assert.Single(await pi.QueueAsync()).Status));
    }

    [Fact]
    public async Task A_link_that_comes_and_goes_drives_no_record_to_failed()
    {
        await pi.SayAsync(Report("no parent yet"));
        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
        var first = Assert.Single(await pi.QueueAsync());
        for (var times = 0; times < 20; times++)
        {
            await pi.Send(new ReleaseWaiting());
            await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
            var waiting = Assert.Single(await pi.QueueAsync());
            Assert.Equal((QueueStatuses.Pending, 1, first.NextAttemptAt), (waiting.Status, waiting.RetryCount, waiting.NextAttemptAt));
            Assert.Empty((await pi.Send(new TakeBatch(10))).Upload.Records);
        }

        // In its own time the next try counts.
        pi.Pass(TimeSpan.FromMinutes(1));
        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
        Assert.Equal(2, Assert.Single(await pi.QueueAsync()).RetryCount);
    }

    [Fact]
    public async Task A_child_that_was_put_off_goes_in_the_same_run_once_its_parent_was_taken()
    {
        var (parent, other) = (Uuids.New(pi.Time), Uuids.New(pi.Time));
        foreach (var uuid in new[] { parent, other })
        {
            var child = Report("child of it");
            child.Content["incident_uuid"] = uuid.ToString();
            await pi.SayAsync(child);
        }

        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
        await pi.SayAsync(new RecordVersion(RecordTypes.Incident, parent, Revision.First(), "x", null, null, false, new JsonObject { ["occurred_at"] = "2026-02-08T08:00:00.000Z" }));
        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Created);
        var next = Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records);
        Assert.Equal(parent.ToString(), (string?)next.Data["incident_uuid"]);
    }

    [Fact]
    public async Task A_wall_clock_that_is_set_neither_hurries_nor_holds_up_what_waits_for_its_time()
    {
        await pi.Clock.AnchorAsync(pi.Time.GetUtcNow(), pi.Boot.MonotonicMs, pi.Boot.MonotonicMs, CancellationToken.None);
        await pi.SayAsync(Report("no parent yet"));
        await pi.AnswerAsync(await pi.Send(new TakeBatch(10)), UploadStatuses.Deferred, "foreign_key_not_found");
        var wall = pi.Time.GetUtcNow();
        foreach (var hours in new[] { 24, -5, -24 * 365 * 50 })
        {
            pi.Time.AdjustTime(wall.AddHours(hours));
            Assert.Empty((await pi.Send(new TakeBatch(10))).Upload.Records);
        }

        pi.Boot.MonotonicMs += 60_000;
        Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records);
        pi.Time.AdjustTime(wall.AddMinutes(1));
    }

    [Fact]
    public async Task One_bad_record_harms_itself_only()
    {
        await pi.SayAsync(Report("good"));
        await pi.SayAsync(Report("bad"));
        var batch = await pi.Send(new TakeBatch(10));
        var results = new[] { UploadStatuses.Created, UploadStatuses.Rejected }
            .Select((s, i) => new UploadResult("report", batch.Upload.Records[i].ClientUuid.ToString(), s, QuarantineUuid: i == 1 ? Guid.Empty : null,
                Error: i == 1 ? new RecordError("validation_failed", "It is too long.", "description") : null));
        var figures = await pi.Send(new SettleBatch(batch.Upload, new UploadAnswer(pi.Time.GetUtcNow(), [.. results])));
        Assert.Equal((1, 1), (figures.Uploaded, figures.Failed));
        var queue = await pi.QueueAsync();
        Assert.Equal([QueueStatuses.Synced, QueueStatuses.Failed], queue.Select(e => e.Status));
        Assert.Equal("description: It is too long.", queue[1].ErrorMessage);

        // What the cloud keeps itself, it need not hear of as lost.
        var told = (await pi.Send(new TakeBatch(10))).Upload.Status!;
        Assert.Equal((1, 1), (told.Failed, told.FailedInQuarantine));

        // A better edit of it goes by itself.
        await pi.SayAsync(Report("short", queue[1].ClientUuid));
        Assert.Equal(2, Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records).Edit);
    }

    [Fact]
    public async Task A_parent_made_later_still_goes_before_what_refers_to_it()
    {
        await pi.SayAsync(Report("child"));
        var race = new JsonObject { ["name"] = "Sprint" };
        await pi.SayAsync(new RecordVersion(RecordTypes.Race, Uuids.New(pi.Time), Revision.First(), "x", null, null, false, race));
        Assert.Equal([RecordTypes.Race, RecordTypes.Report], (await pi.Send(new TakeBatch(10))).Upload.Records.Select(r => r.Type));
    }

    [Fact]
    public async Task A_report_from_before_the_first_contact_goes_with_the_time_corrected_by_it()
    {
        pi.Boot.BootId = Uuids.New(pi.Time);
        var report = Report("early") with { Stamp = new ClockStamp(pi.Time.GetUtcNow(), pi.Boot.BootId, pi.Boot.MonotonicMs) };
        report.Content["clock_source"] = "none";
        await pi.SayAsync(report);
        pi.Pass(TimeSpan.FromHours(1));
        await pi.Clock.AnchorAsync(pi.Time.GetUtcNow().AddSeconds(47), pi.Boot.MonotonicMs, pi.Boot.MonotonicMs, CancellationToken.None);
        var data = Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records).Data;
        Assert.Equal("monotonic", data["clock_source"]!.GetValue<string>());
        Assert.InRange(data["clock_offset_ms"]!.GetValue<long>(), 46_990, 47_010);
        Assert.Equal("none", Assert.Single(await pi.QueueAsync()).Content["clock_source"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_time_that_another_machine_told_keeps_its_clock_figures_when_it_is_edited_here()
    {
        // R10: this Pi's clocks say nothing of what another's wall clock said.
        var theirs = Report("seen there");
        (theirs.Content["clock_source"], theirs.Content["clock_offset_ms"], theirs.Content["clock_uncertainty_ms"]) = ("monotonic", 86_400_000, 400);
        await pi.SayAsync(theirs);
        await pi.Services.GetRequiredService<AnchoredClock>().AnchorAsync(pi.Time.GetUtcNow().AddSeconds(47), pi.Boot.MonotonicMs, pi.Boot.MonotonicMs, CancellationToken.None);
        var data = Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records).Data;
        Assert.Equal((86_400_000, 400), (data["clock_offset_ms"]!.GetValue<int>(), data["clock_uncertainty_ms"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_the_batch_settles_nothing()
    {
        await pi.SayAsync(Report("one"));
        var batch = await pi.Send(new TakeBatch(10));
        await Assert.ThrowsAsync<LinkFailure>(() => pi.Send(new SettleBatch(batch.Upload, new UploadAnswer(pi.Time.GetUtcNow(), []))));
        await Assert.ThrowsAsync<LinkFailure>(() => pi.Send(new SettleBatch(batch.Upload,
            new UploadAnswer(pi.Time.GetUtcNow(), [new UploadResult("report", Uuids.New(pi.Time).ToString(), UploadStatuses.Created)]))));
        Assert.Equal(QueueStatuses.Pending, Assert.Single(await pi.QueueAsync()).Status);
    }

    [Fact]
    public async Task A_short_answer_settles_by_the_order_what_is_taken_and_what_is_not()
    {
        foreach (var words in new[] { "one", "two", "three" }) await pi.SayAsync(Report(words));
        var batch = await pi.Send(new TakeBatch(10));
        await pi.SayAsync(Report("one, better", batch.Upload.Records[0].ClientUuid));
        var answer = new UploadAnswer(pi.Time.GetUtcNow(), [.. new[] { UploadStatuses.Created, UploadStatuses.Rejected, UploadStatuses.Merged }.Select(status => new UploadResult(null, null, status))]);
        Assert.Equal((2, 1, 1), await pi.Send(new SettleBatch(batch.Upload, answer)) is var figures ? (figures.Uploaded, figures.Merged, figures.Failed) : default);
        Assert.Equal(
            [(QueueStatuses.Pending, 1L, 2L), (QueueStatuses.Failed, 1L, 1L), (QueueStatuses.Synced, 1L, 1L)],
            (await pi.QueueAsync()).Select(e => (e.Status, e.AnsweredEdit, e.Edit)));
    }

    [Fact]
    public async Task What_the_cloud_only_names_becomes_the_base_of_the_next_edit()
    {
        var report = Report("as sent");
        await pi.SayAsync(Report("other"));
        await pi.SayAsync(report);
        var batch = await pi.Send(new TakeBatch(10));
        await pi.AnswerAsync(batch, UploadStatuses.Created);
        Assert.True((await pi.Send(new ApplyChanges([], "c1", [new OwnChanges(batch.Upload.BatchUuid, "1-abc", [[0, 1]])]))).Whole);

        // An edit that empties a field of that version says so, on that base.
        await pi.SayAsync(Report(null, report.ClientUuid));
        var edit = Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Records);
        Assert.Equal(("1-abc", 2L), (edit.BaseRevision, edit.Edit));
        Assert.True(edit.Data.ContainsKey("description"));
    }

    [Fact]
    public async Task What_the_cloud_names_and_was_edited_or_sent_again_here_since_is_asked_for_whole()
    {
        var uuid = await pi.SayAsync(Report("as sent"));
        var batch = await pi.Send(new TakeBatch(10));
        await pi.AnswerAsync(batch, UploadStatuses.Created);
        await pi.Send(new ApplyChanges([], "before"));
        await pi.SayAsync(Report("later", uuid));
        Assert.False((await pi.Send(new ApplyChanges([], "after", [new OwnChanges(batch.Upload.BatchUuid, "1-abc", [[0, 0]])]))).Whole);
        Assert.False((await pi.Send(new ApplyChanges([], "after", [new OwnChanges(Uuids.New(pi.Time), "1-abc", [[0, 0]])]))).Whole);
        Assert.Equal("before", (await pi.Sql.QueryAsync<string>("SELECT cursor FROM sync.this_device")).Single());
        Assert.Empty(await pi.Sql.QueryAsync<long>("SELECT id FROM sync.record_bases"));
    }

    [Fact]
    public async Task The_strip_says_how_many_wait()
    {
        await pi.SayAsync(Report("one"));
        await pi.SayAsync(Report("two"));
        var state = await pi.Send(new ReadDeviceState());
        Assert.Equal((2, 2, false, false), (state.Pending, state.PendingReports, state.Online, state.Paired));
        var page = await pi.Send(new ListQueue("pending", new Shared.Web.PageRequest(1, null)));
        Assert.NotNull(page.NextCursor);
        Assert.Single((await pi.Send(new ListQueue(null, new Shared.Web.PageRequest(1, page.NextCursor)))).Items);
    }

    [Fact]
    public async Task Sync_now_without_a_pairing_says_so()
    {
        var told = await Assert.ThrowsAsync<Problem>(() => pi.Send(new SyncNow(Manual: true, Wait: true)));
        Assert.Equal("not_paired", told.Code);
    }

    private RecordVersion Report(string? description, Guid? uuid = null)
    {
        var content = new JsonObject { ["occurred_at"] = "2026-02-08T08:00:00.000Z", ["bib_number"] = 12 };
        if (description is not null) content["description"] = description;
        return new RecordVersion(RecordTypes.Report, uuid ?? Uuids.New(pi.Time), Revision.First(), "x", null, null, false, content);
    }

    /// <summary>A record's owner, in one line.</summary>
    internal sealed record SayChanged(IReadOnlyList<RecordVersion> Records, ChangeSource Source, bool Fail = false) : ICommand<Done>;

    internal sealed class SayChangedHandler(IMediator mediator) : IRequestHandler<SayChanged, Done>
    {
        public async Task<Done> Handle(SayChanged request, CancellationToken cancellationToken)
        {
            await mediator.Publish(new RecordsChanged(request.Records, request.Source), cancellationToken);
            return request.Fail ? throw new InvalidOperationException("The owner thinks better of it.") : default;
        }
    }

    public sealed class Pi : PiModules
    {
        internal FakeBoot Boot { get; } = new();

        internal AnchoredClock Clock => Services.GetRequiredService<AnchoredClock>();

        internal void Pass(TimeSpan time)
        {
            Time.Advance(time);
            Boot.MonotonicMs += (long)time.TotalMilliseconds;
        }

        protected override void Configure(IServiceCollection services)
        {
            services.AddScoped<IRequestHandler<SayChanged, Done>, SayChangedHandler>();
            services.AddSingleton<IBootClock>(Boot);
        }

        internal async Task<Guid> SayAsync(RecordVersion record)
        {
            await Send(new SayChanged([record], ChangeSource.Local));
            return record.ClientUuid;
        }

        internal Task<List<QueueEntry>> QueueAsync() =>
            InScope(services => services.GetRequiredService<SyncDbContext>().Queue.AsNoTracking().OrderBy(e => e.Id).ToListAsync());

        internal Task<BatchFigures> AnswerAsync(Batch batch, string status, string? code = null) =>
            Send(new SettleBatch(batch.Upload, new UploadAnswer(Time.GetUtcNow(),
                [.. batch.Upload.Records.Select(r => new UploadResult(r.Type, r.ClientUuid.ToString(), status, Error: code is null ? null : new RecordError(code, "Later.")))])));
    }
}
