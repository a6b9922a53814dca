namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>
/// Whether clips may go just now (R12). While records go they pause, in the middle of a request, which goes on at the next
/// byte; a long pause ends the request, and what came of it counts. Where anything else wants the link they end.
/// </summary>
internal sealed class ClipTurn
{
    private volatile TaskCompletionSource? pause;
    private volatile bool ended;
    private Func<bool> over = () => false;

    /// <summary>They end here: the next byte is not sent.</summary>
    public bool Ended => ended || over();

    public bool IsPaused => pause is not null;

    /// <param name="over">True: something else wants the link.</param>
    public void Begin(Func<bool> over) => (this.over, ended) = (over, false);

    public void End() => ended = true;

    /// <summary>From here until the answer is disposed of nothing of a clip is sent.</summary>
    public IDisposable Pause()
    {
        pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Paused(this);
    }

    /// <summary>Waits while they pause; false: it took longer than that.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        if (pause is not { } on) return true;
        try
        {
            await on.Task.WaitAsync(longest, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private sealed class Paused(ClipTurn turn) : IDisposable
    {
        public void Dispose()
        {
            var on = turn.pause;
            turn.pause = null;
            on?.TrySetResult();
        }
    }
}
