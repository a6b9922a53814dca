using System.Collections.Concurrent;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>
/// Who writes an upload in this process. One that falls silent, because its connection hangs where the link broke, gives way
/// to the next that comes, and what had come by it is on the disk before that begins. One that goes on is not disturbed.
/// </summary>
internal sealed class ClipWriters(TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, Turn> turns = new();

    /// <summary>Null: another is at it, and goes on.</summary>
    public async Task<Turn?> TryTakeAsync(Guid upload, CancellationToken cancellationToken)
    {
        var mine = new Turn(time, gone => turns.TryRemove(new KeyValuePair<Guid, Turn>(upload, gone)));
        var since = time.GetTimestamp();
        while (!turns.TryAdd(upload, mine))
        {
            if (!turns.TryGetValue(upload, out var other)) continue;
            if (other.Silent >= Silence) await other.EndAsync(cancellationToken);
            else if (time.GetElapsedTime(since) > Patience) return null;
            else await Task.WhenAny(other.Ended, Task.Delay(Silence - other.Silent + TimeSpan.FromMilliseconds(1), time, cancellationToken));
        }

        return mine;
    }

    internal sealed class Turn(TimeProvider time, Action<Turn> end) : IDisposable
    {
        private readonly CancellationTokenSource superseded = new();
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long heard = time.GetTimestamp();

        /// <summary>Another has come.</summary>
        public CancellationToken Superseded => superseded.Token;

        public Task Ended => ended.Task;

        public TimeSpan Silent => time.GetElapsedTime(Volatile.Read(ref heard)) is { Ticks: >= 0 } silent ? silent : TimeSpan.Zero;

        /// <summary>Something came.</summary>
        public void Heard() => Volatile.Write(ref heard, time.GetTimestamp());

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            await superseded.CancelAsync();
            await ended.Task.WaitAsync(cancellationToken);
        }

        /// <summary>The source of its token is left to the collector: who comes next may be about to cancel it.</summary>
        public void Dispose()
        {
            end(this);
            ended.TrySetResult();
        }
    }
}
