using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>A Pi keeps its runs with their figures, and tells each to the cloud until that has it.</summary>
public sealed class RunTests(QueueTests.Pi pi) : IClassFixture<QueueTests.Pi>, IAsyncLifetime
{
    private static readonly SyncFigures Nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 1500);

    public async ValueTask InitializeAsync() => await pi.Sql.ExecuteAsync(
        "TRUNCATE sync.sync_queue, sync.runs, sync.record_bases, sync.held_changes RESTART IDENTITY; UPDATE sync.this_device SET last_contact_at = NULL, queued_at_contact = 0, longest_offline_hours = 0");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_finished_run_goes_with_each_upload_until_one_is_answered()
    {
        await ContactAsync();
        await FinishAsync(reached: true, deferred: 2);
        var lost = await pi.Send(new TakeBatch(10));
        var again = await pi.Send(new TakeBatch(10));
        var run = Assert.Single(again.Upload.Runs!);
        Assert.Equal(Assert.Single(lost.Upload.Runs!), run);
        Assert.Equal((true, 2, 1500L, (string?)null), (run.Reached, run.Deferred, run.DurationMs, run.Error));
        Assert.Equal(run.EndedAt.AddMilliseconds(-1500), run.StartedAt);

        await pi.AnswerAsync(again, UploadStatuses.Created);
        Assert.Empty((await pi.Send(new TakeBatch(10))).Upload.Runs!);
    }

    [Fact]
    public async Task Of_a_day_without_a_link_the_runs_that_reached_the_cloud_are_told_first()
    {
        for (var i = 0; i < 30; i++) await FinishAsync(reached: false);
        await FinishAsync(reached: true);
        var batch = await pi.Send(new TakeBatch(10));
        Assert.Equal(20, batch.Upload.Runs!.Count);
        Assert.True(batch.Upload.Runs![0].Reached);
        await pi.AnswerAsync(batch, UploadStatuses.Created);
        Assert.Equal(11, (await pi.Send(new TakeBatch(10))).Upload.Runs!.Count);
    }

    [Fact]
    public async Task What_broke_the_last_run_off_is_told_until_one_ends_well_and_a_clock_that_finds_no_link_breaks_nothing_off()
    {
        async Task<string?> RunAsync(bool manual, bool reached, string? error)
        {
            await pi.Send(new FinishRun(pi.Time.GetUtcNow(), manual, reached, error, 0, Nothing));
            return (await pi.Send(new ReadDevice())).LastRunError;
        }

        Assert.Null(await RunAsync(manual: false, reached: true, error: null));
        Assert.Null(await RunAsync(manual: false, reached: false, "No network."));
        Assert.Equal("It did not answer.", await RunAsync(manual: true, reached: false, "It did not answer."));
        Assert.Equal("It did not answer.", await RunAsync(manual: false, reached: false, "No network."));
        Assert.Null(await RunAsync(manual: false, reached: true, error: null));
        Assert.Equal("It broke.", await RunAsync(manual: false, reached: true, "It broke."));
        Assert.Null(await RunAsync(manual: true, reached: true, error: null));
    }

    [Fact]
    public async Task A_run_is_told_in_the_clouds_time_though_the_clock_was_a_day_fast()
    {
        await ContactAsync(cloudAhead: -TimeSpan.FromDays(1));
        await FinishAsync(reached: true);
        var run = Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Runs!);
        Assert.InRange(run.EndedAt - pi.Time.GetUtcNow().AddDays(-1), TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
        Assert.NotNull(run.ClockUncertaintyMs);
    }

    [Fact]
    public async Task Hours_without_the_cloud_count_where_a_report_was_taken_over_a_reboot_and_a_clock_set_back()
    {
        await ContactAsync();
        await FinishAsync(reached: true);
        Pass(TimeSpan.FromHours(3));
        await pi.SayAsync(Report());

        // The Pi starts anew, and its wall clock is two years behind.
        var cloudAhead = TimeSpan.FromDays(730);
        pi.Boot.BootId = Uuids.New(pi.Time);
        pi.Boot.MonotonicMs = 5_000;
        for (var i = 0; i < 3; i++) await FinishAsync(reached: false);
        Pass(TimeSpan.FromHours(10));
        await ContactAsync(cloudAhead, since: TimeSpan.FromHours(-730 * 24));
        await FinishAsync(reached: true);
        Assert.Equal(13, (await LongestAsync()), 0.01);
        Assert.Equal(13, Assert.Single((await pi.Send(new TakeBatch(10))).Upload.Runs!, r => r.OfflineHours is not null).OfflineHours!.Value, 0.01);
        Assert.Equal(13, (await pi.Send(new TakeBatch(10))).Upload.Status!.LongestOfflineHours!.Value, 0.01);
    }

    [Fact]
    public async Task A_night_in_which_nothing_was_reported_is_no_time_without_the_cloud()
    {
        await ContactAsync();
        await pi.SayAsync(Report());
        await FinishAsync(reached: true);
        Pass(TimeSpan.FromHours(14));
        await ContactAsync();
        await FinishAsync(reached: true, figures: Nothing with { Uploaded = 1 });
        Assert.Equal(0, await LongestAsync());
    }

    [Fact]
    public async Task A_first_answer_that_moved_no_record_takes_nothing_from_the_hours()
    {
        await ContactAsync();
        await FinishAsync(reached: true);
        await pi.SayAsync(Report());
        Pass(TimeSpan.FromHours(12));
        await ContactAsync();
        await FinishAsync(reached: true, error: "The link broke.");
        await FinishAsync(reached: true, figures: Nothing with { Uploaded = 1 });
        Assert.Equal(12, await LongestAsync(), 0.01);
    }

    private void Pass(TimeSpan span)
    {
        pi.Time.Advance(span);
        pi.Boot.MonotonicMs += (long)span.TotalMilliseconds;
    }

    /// <param name="since">How far the wall clock was moved since the last contact: the fake clock itself cannot go back.</param>
    private Task ContactAsync(TimeSpan cloudAhead = default, TimeSpan since = default) => pi.InScope(services =>
        services.GetRequiredService<AnchoredClock>().AnchorAsync(
            pi.Time.GetUtcNow() + cloudAhead + since, pi.Boot.MonotonicMs - 20, pi.Boot.MonotonicMs, CancellationToken.None));

    private async Task FinishAsync(bool reached, int deferred = 0, string? error = null, SyncFigures? figures = null) =>
        await pi.Send(new FinishRun(pi.Time.GetUtcNow().AddSeconds(-1), false, reached, error, deferred, figures ?? Nothing));

    private async Task<double> LongestAsync() => (await pi.Sql.QueryAsync<double>("SELECT longest_offline_hours FROM sync.this_device")).Single();

    private RecordVersion Report() => new(
        RecordTypes.Report, Uuids.New(pi.Time), Revision.First(), "x", null, null, false, new JsonObject { ["occurred_at"] = "2026-02-08T08:00:00.000Z", ["bib_number"] = 12 });
}
