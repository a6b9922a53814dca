using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Domain.Cameras;

/// <param name="State">One of <see cref="CameraStates"/>.</param>
/// <param name="Since">This Pi's own time; null: nothing is going on.</param>
internal sealed record CameraStanding(string State, DateTimeOffset? Since);

/// <summary>
/// Films with one camera for as long as somebody wants it: connects, keeps what comes, and where it breaks off tries again, ever
/// more slowly. What it cannot do is said once, not at each try, and never with the camera's address.
/// </summary>
internal sealed class CameraRecorder : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A camera that says nothing for so long, or makes no whole picture, is connected to anew.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource ending = new();
    private readonly Guid location;
    private readonly CameraFilm film;
    private readonly ClipSettings settings;
    private readonly IRaceClock clock;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task running;
    private TaskCompletionSource further = New();
    private long wantedUntil;

    public CameraRecorder(
        Guid location, string address, CameraRing ring, CameraFilm film, ClipSettings settings, IRaceClock clock, TimeProvider time, ILogger logger)
    {
        (this.location, Address, Ring, this.film, this.settings, this.clock, this.time, this.logger) = (location, address, ring, film, settings, clock, time, logger);
        Standing = new CameraStanding(CameraStates.Starting, Now);
        Want();
        running = RunAsync();
    }

    /// <summary>For how long after somebody last asked.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromHours(1);

    /// <summary>For comparing only.</summary>
    public string Address { get; }

    public CameraRing Ring { get; }

    public CameraStanding Standing { get; private set; }

    /// <summary>When somebody last asked, on the clock that nobody sets.</summary>
    public long AskedAt { get; private set; }

    /// <summary>It has come to its end, and films no more.</summary>
    public bool IsOver => running.IsCompleted;

    private DateTimeOffset Now => Instants.ToMilliseconds(time.GetUtcNow());

    private bool IsWanted => clock.Read().MonotonicMs < Volatile.Read(ref wantedUntil);

    public void Want()
    {
        AskedAt = clock.Read().MonotonicMs;
        Volatile.Write(ref wantedUntil, AskedAt + (long)Patience.TotalMilliseconds);
    }

    /// <summary>Ends with the next piece, or the next change of how it stands. Taken before looking, so that none is missed.</summary>
    public Task FurtherAsync() => Volatile.Read(ref further).Task;

    /// <summary>Ends it; what it kept stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        ending.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var stop = ending.Token;
        await Task.Yield();
        try
        {
            for (var pause = ShortestPause; IsWanted; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                var (heard, came) = HasRoom() ? await FilmAsync(stop) : (CameraStates.NoRoom, false);
                if (!IsWanted) break;
                if (heard == CameraStates.NoRoom) Ring.Drop();
                Stand(heard);
                if (CameraStates.IsFinal(heard)) return;
                if (came) pause = ShortestPause;
                await Task.Delay(pause, time, stop);
            }

            Ring.Drop();
            Stand(CameraStates.None);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody wants it any more.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "What the camera of location {Location} films cannot be kept", location);
            Stand(CameraStates.NoRoom);
        }
    }

    /// <summary>One connection, from its beginning to its end: why it ended, and whether anything came.</summary>
    private async Task<(string State, bool Came)> FilmAsync(CancellationToken stop)
    {
        var began = clock.Read().MonotonicMs;
        using var process = await film.BeginAsync(Address);
        if (process is null) return (CameraStates.NoProgram, false);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        silence.CancelAfter(LongestSilence);
        var faults = CameraFilm.ListenAsync(process.StandardError.BaseStream, stop);
        var came = false;
        try
        {
            var reader = new FragmentReader(process.StandardOutput.BaseStream);
            if (await reader.HeadAsync(silence.Token) is { } head)
            {
                var before = began;
                for (var number = 0; await reader.NextAsync(silence.Token) is { } piece; number++)
                {
                    silence.CancelAfter(LongestSilence);
                    if (number == 0)
                    {
                        if (!IsTaken(head, piece)) return (CameraStates.NotH264, came);
                        Ring.Begin(began, head);
                    }

                    var now = clock.Read().MonotonicMs;
                    Ring.Add(began, number, Math.Max(before, now - CameraRing.LongestPieceMs), now, piece);
                    (before, came) = (now, true);
                    Stand(CameraStates.Running);
                    if (!HasRoom()) return (CameraStates.NoRoom, came);
                    if (!IsWanted) return (CameraStates.None, came);
                }
            }

            End(process);
            return (CameraFilm.Judge(await faults), came);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (CameraStates.NoAnswer, came);
        }
        finally
        {
            End(process);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>As a clip it would be judged so: what could never be one is not kept.</summary>
    private static bool IsTaken(byte[] head, byte[] piece)
    {
        using var begin = new MemoryStream([.. head, .. piece], writable: false);
        return ClipFormat.Judge(begin).Fault is null;
    }

    private static void End(Process process)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
    }

    private bool HasRoom() => !(DiskSpace.Free(settings.Directory) < settings.LeastFree);

    /// <summary>Says how it stands, and wakes who waits. A change is a line in the log; a try is not.</summary>
    private void Stand(string state)
    {
        if (Standing.State != state)
        {
            Standing = new CameraStanding(state, Now);
            if (state is CameraStates.Running or CameraStates.None) logger.LogInformation("The camera of location {Location}: {State}", location, state);
            else logger.LogWarning("The camera of location {Location}: {State}", location, state);
        }

        Interlocked.Exchange(ref further, New()).TrySetResult();
    }
}
