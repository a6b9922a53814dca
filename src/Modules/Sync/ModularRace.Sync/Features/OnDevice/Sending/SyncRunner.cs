using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Clips;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// Does one thing with the cloud at a time: runs and downloads, in turn. Who asks for a run while one is on joins it, and it
/// looks at the queue once more before it ends. After the records go the clips (R12). Where records want to go meanwhile the
/// clip that is on its way pauses in the middle of its request, and they go at once on a connection of their own; who asked is
/// answered when they are there, and the clip goes on. Nothing that a finger waits for passes through here.
/// </summary>
internal sealed class SyncRunner(
    IServiceScopeFactory scopes, ScopedSender sender, LinkMeter meter, DeviceProgress progress, TimeProvider time, ILogger<SyncRunner> logger)
    : BackgroundService
{
    private readonly Channel<Func<CancellationToken, Task>> work = Channel.CreateUnbounded<Func<CancellationToken, Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopped = new();
    private readonly Lock gate = new();
    private int queued;
    private RunUnderway? run;
    private PendingDownload? download;

    /// <summary>A run is on, or about to be.</summary>
    public bool Syncing => run is not null;

    /// <summary>Starts a run, or joins the one that is on; ends when it has.</summary>
    /// <param name="manual">A person asked: what failed, or waits for its time, goes too.</param>
    public Task<SyncFigures> SyncAsync(bool manual)
    {
        lock (gate)
        {
            if (run is { } on)
            {
                on.Manual |= manual;
                on.Release |= manual;
                return on.Join();
            }

            var started = run = new RunUnderway { Manual = manual, Release = manual, SendsClips = true };
            Queue(stopping => RunAsync(started, stopping));
            return started.Ended.Task;
        }
    }

    /// <summary>Downloads a competition, and then what happened in it; joins the same download where it is on.</summary>
    public Task DownloadAsync(Guid competition, DateOnly? date)
    {
        lock (gate)
        {
            if (download is { } on && on.Competition == competition && on.Date == date) return on.Ended.Task;
            var started = download = new PendingDownload(competition, date);
            Queue(stopping => DownloadAsync(started, stopping));
            return started.Ended.Task;
        }
    }

    /// <summary>Does something else that no run or download may come between.</summary>
    public async Task<T> InTurnAsync<T>(Func<CancellationToken, Task<T>> turn)
    {
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stop = stopped.Token.Register(() => ended.TrySetException(Stopping()));
        Queue(async stopping =>
        {
            try
            {
                ended.TrySetResult(await turn(stopping));
            }
            catch (Exception e)
            {
                ended.TrySetException(stopping.IsCancellationRequested ? Stopping() : e);
            }
        });
        return await ended.Task;
    }

    public override void Dispose()
    {
        stopped.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var item in work.Reader.ReadAllAsync(stoppingToken))
            {
                Interlocked.Decrement(ref queued);
                await item(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        finally
        {
            work.Writer.TryComplete();
            await stopped.CancelAsync();
            lock (gate)
            {
                run?.End(null, Stopping());
                download?.Ended.TrySetException(Stopping());
            }
        }
    }

    private void Queue(Func<CancellationToken, Task> item)
    {
        Interlocked.Increment(ref queued);
        work.Writer.TryWrite(item);
    }

    private async Task RunAsync(RunUnderway on, CancellationToken stopping)
    {
        var startedAt = time.GetUtcNow();
        var timer = time.GetTimestamp();
        var (sent, received, requests) = (meter.Sent, meter.Received, meter.Requests);
        var tally = new RunTally();
        Exception? error = null;
        var first = true;
        var clips = Task.CompletedTask;
        do
        {
            bool release;
            List<TaskCompletionSource<SyncFigures>> hasty;
            lock (gate)
            {
                on.ForgetAsked();
                release = on.Release;
                on.Release = false;
                hasty = on.TakeHasty();
            }

            // Who joined while a pass was timing out gets one of their own: the link may be back since. A tap that asked for
            // its second of gathering, and went with the batch meanwhile, needs none, nor the round trips that it costs (R12).
            if (first || release || error is not null || await IsAnythingDueAsync(stopping))
            {
                using (on.Clips.Pause()) error = await PassAsync(tally, release, stopping);
                if (error is not null) on.Clips.End();
            }

            first = false;
            foreach (var waiting in hasty) RunUnderway.End(waiting, Figures(), Told(error));
            if (error is not null || !on.SendsClips) continue;
            var alone = time.GetTimestamp();
            if (clips.IsCompleted) clips = ClipsAsync(on, tally, stopping);
            await Task.WhenAny(clips, on.AskedFor);
            tally.ClipsTook += time.GetElapsedTime(alone);
        }
        while (AskedAgain(on) && !stopping.IsCancellationRequested);

        on.Clips.End();
        await clips;

        var figures = Figures();
        try
        {
            var took = tally.TriedClips ? (long)tally.ClipsTook.TotalMilliseconds : (long?)null;
            if (!stopping.IsCancellationRequested) await sender.SendAsync(new FinishRun(startedAt, on.Manual, tally.Reached, error?.Message, tally.Deferred, figures, took), stopping);
        }
        catch (Exception e)
        {
            logger.LogError(e, "The figures of a run could not be kept.");
        }

        lock (gate)
            if (ReferenceEquals(run, on)) run = null;
        progress.Report(error is null ? "done" : "failed", tally.Uploaded, tally.Uploaded, error is LinkFailure or Problem ? error.Message : error is null ? null : "Something went wrong on this Pi.");
        on.End(figures, Told(error));
        // Something else wanted its turn: what clips are left go on after it.
        if (on.GaveWay && !stopping.IsCancellationRequested) _ = SyncAsync(manual: false);

        SyncFigures Figures() => new(
            tally.Uploaded, tally.Merged, tally.Conflicts, tally.Failed, tally.Downloaded, tally.ClipsUploaded, meter.Sent - sent, meter.Received - received, meter.Requests - requests,
            (long)(time.GetElapsedTime(timer) - tally.ClipsTook).TotalMilliseconds);

        static Exception? Told(Exception? error) => error is LinkFailure failure ? failure.ToProblem() : error;
    }

    /// <summary>R11, R12: whatever becomes of a clip, the run of records that went before it has ended well.</summary>
    private async Task ClipsAsync(RunUnderway on, RunTally tally, CancellationToken stopping)
    {
        lock (gate) on.WithClips = true;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            on.Clips.Begin(() => Volatile.Read(ref queued) > 0 || stopping.IsCancellationRequested);
            await scope.ServiceProvider.GetRequiredService<ClipPass>().RunAsync(tally, () => on.Manual, on.Clips, stopping);
            on.GaveWay = Volatile.Read(ref queued) > 0;
        }
        catch (Exception e)
        {
            if (e is LinkFailure or Problem or OperationCanceledException) logger.LogInformation("Clips wait: {Reason}", e.Message);
            else logger.LogError(e, "Clips could not be sent.");
        }
    }

    /// <summary>Where nobody can tell, a pass will.</summary>
    private async Task<bool> IsAnythingDueAsync(CancellationToken stopping)
    {
        try
        {
            return await sender.SendAsync(new CountDue(), stopping) > 0;
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "The queue could not be counted.");
            return true;
        }
    }

    /// <summary>Once to the cloud and back; answers what broke it off.</summary>
    private async Task<Exception?> PassAsync(RunTally tally, bool release, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (release) await sender.SendAsync(new ReleaseQueue(), stopping);
            await scope.ServiceProvider.GetRequiredService<SyncPass>().RunAsync(tally, stopping);
            return null;
        }
        catch (Exception e)
        {
            if (e is not (LinkFailure or Problem or OperationCanceledException)) logger.LogError(e, "A run ended with an error.");
            else logger.LogInformation("A run ended early: {Reason}", e.Message);
            return stopping.IsCancellationRequested ? Stopping() : e;
        }
    }

    /// <summary>Whether somebody asked since the pass began; if not, the run is over and the next who asks starts another.</summary>
    private bool AskedAgain(RunUnderway on)
    {
        lock (gate)
        {
            if (on.Asked) return true;
            // A download's run is not the one that others join: it must not hide one that waits its turn.
            if (ReferenceEquals(run, on)) run = null;
            return false;
        }
    }

    private async Task DownloadAsync(PendingDownload on, CancellationToken stopping)
    {
        try
        {
            await using (var scope = scopes.CreateAsyncScope())
            {
                progress.Report("connecting");
                var target = await sender.SendAsync(new ReadCloudTarget(), stopping);
                var access = target.Access ?? throw new Problem(409, "not_paired", "This Pi is not paired with a server yet.");
                await scope.ServiceProvider.GetRequiredService<SyncPass>().DownloadAsync(access, on.Competition, on.Date, stopping);
            }

            Forget();

            // What happened in the competition so far comes by the changes; a link that breaks now leaves it to the next run.
            await RunAsync(new RunUnderway(), stopping);
            on.Ended.TrySetResult();
        }
        catch (Exception e)
        {
            Forget();
            var told = stopping.IsCancellationRequested ? Stopping() : e is LinkFailure failure ? failure.ToProblem() : e;
            if (told is not Problem) logger.LogError(e, "A download ended with an error.");
            progress.Report("failed", message: told is Problem ? told.Message : "The download could not be stored on this Pi.");
            on.Ended.TrySetException(told);
        }

        void Forget()
        {
            lock (gate)
                if (ReferenceEquals(download, on)) download = null;
        }
    }

    private static Problem Stopping() => new(503, "stopping", "This Pi is being shut down.");
}
