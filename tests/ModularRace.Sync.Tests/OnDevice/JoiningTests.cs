using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>Who asks while a run is on joins it. On a slow link each request more is paid for (R12): one that has nothing to say is not made.</summary>
public sealed class JoiningTests(QueueTests.Pi pi) : IClassFixture<QueueTests.Pi>, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> requests = new();
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SmallServer server = null!;

    // One that has stopped does not start again: each test has its own.
    private readonly SyncRunner runner = ActivatorUtilities.CreateInstance<SyncRunner>(pi.Services);

    public async ValueTask InitializeAsync()
    {
        server = new SmallServer(AnswerAsync);
        await pi.Sql.ExecuteAsync("TRUNCATE sync.sync_queue, sync.runs RESTART IDENTITY");
        await pi.InScope(async services =>
        {
            var row = services.GetRequiredService<DeviceRow>();
            await row.ReadAsync(TestContext.Current.CancellationToken); // makes it
            var token = row.Protect("dt_test");
            await services.GetRequiredService<SyncDbContext>().ThisDevice.ExecuteUpdateAsync(set => set
                .SetProperty(d => d.ServerUrl, server.Address.ToString().TrimEnd('/')).SetProperty(d => d.TokenProtected, token)
                .SetProperty(d => d.Cursor, "here").SetProperty(d => d.GrantsReadAt, pi.Time.GetUtcNow()));
        });
        // A link that has just come back lets go what waited, and looks at the queue once more: not what these are about.
        var link = pi.Services.GetRequiredService<LinkState>();
        link.Answered();
        link.TakeReturn();
        await runner.StartAsync(TestContext.Current.CancellationToken);
        await pi.SayAsync(Report());
    }

    public async ValueTask DisposeAsync()
    {
        answered.TrySetResult();
        await runner.StopAsync(CancellationToken.None);
        runner.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_tap_that_went_with_the_run_it_joins_needs_no_further_pass()
    {
        var run = runner.SyncAsync(manual: false);
        await arrived.Task;
        var joined = runner.SyncAsync(manual: false);
        answered.SetResult();
        Assert.Equal(1, (await run).Uploaded);
        Assert.Same(run, joined);
        Assert.Equal(["upload", "changes"], requests);
    }

    [Fact]
    public async Task A_tap_that_came_too_late_for_the_batch_goes_with_a_further_pass()
    {
        var run = runner.SyncAsync(manual: false);
        await arrived.Task;
        await pi.SayAsync(Report());
        _ = runner.SyncAsync(manual: false);
        answered.SetResult();
        Assert.Equal(2, (await run).Uploaded);
        Assert.Equal(["upload", "changes", "upload", "changes"], requests);
    }

    [Fact]
    public async Task A_person_who_joins_hears_what_is_new_on_the_cloud()
    {
        var run = runner.SyncAsync(manual: false);
        await arrived.Task;
        _ = runner.SyncAsync(manual: true);
        answered.SetResult();
        await run;
        Assert.Equal(["upload", "changes", "changes"], requests);
    }

    /// <summary>A cloud that takes each upload of one report, the first not before the test says so.</summary>
    private async Task<string?> AnswerAsync(string request)
    {
        var upload = request.StartsWith("POST /api/v1/sync/upload", StringComparison.Ordinal);
        requests.Enqueue(upload ? "upload" : request.Split(' ', '?')[1].Split('/')[^1]);
        if (!upload) return LinkTests.Json("""{"changes":[],"cursor":"here","has_more":false,"own":[]}""");
        arrived.TrySetResult();
        await answered.Task;
        return LinkTests.Json("""{"server_time":"2026-02-08T08:00:00.000Z","results":[{"status":"created"}]}""");
    }

    private RecordVersion Report() => new(
        RecordTypes.Report, Uuids.New(pi.Time), Revision.First(), "x", null, null, false, new JsonObject { ["occurred_at"] = "2026-02-08T08:00:00.000Z", ["bib_number"] = 12 });
}
