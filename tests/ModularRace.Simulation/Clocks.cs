using ModularRace.Sync.Domain.OnDevice.Clock;

namespace ModularRace.Simulation;

/// <summary>The true time, which nobody in a simulation reads but through a clock of a machine. It passes when the simulator says so.</summary>
internal sealed class TrueTime
{
    private static readonly DateTimeOffset Morning = new(2026, 2, 8, 6, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; private set; } = Morning;

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>Another race day.</summary>
    public void Restart() => Now = Morning;
}

/// <summary>A machine's wall clock, which may be wrong by any amount, and be set.</summary>
internal sealed class WallClock(TrueTime time) : TimeProvider
{
    /// <summary>Waits between the link's attempts are over at once; its time-outs, which are longer, never come by themselves: a link that hangs says so.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    public TimeSpan Wrong { get; set; }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => time.Now + Wrong;

    public override long GetTimestamp() => time.Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Pause(callback, state, dueTime);

    private sealed class Pause : ITimer
    {
        private readonly TimerCallback callback;
        private readonly object? state;
        private volatile bool ended;

        public Pause(TimerCallback callback, object? state, TimeSpan dueTime)
        {
            (this.callback, this.state) = (callback, state);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime <= LongestPause)
                ThreadPool.UnsafeQueueUserWorkItem(static pause => pause.Ring(), this, preferLocal: false);
            return true;
        }

        public void Dispose() => ended = true;

        public ValueTask DisposeAsync()
        {
            ended = true;
            return ValueTask.CompletedTask;
        }

        private void Ring()
        {
            if (!ended) callback(state);
        }
    }
}

/// <summary>A machine's monotonic clock: true since its boot, whatever the wall clock says.</summary>
internal sealed class BootClock(TrueTime time, Guid boot) : IBootClock
{
    private DateTimeOffset bootedAt = time.Now;

    public Guid BootId { get; private set; } = boot;

    public long MonotonicMs => (long)(time.Now - bootedAt).TotalMilliseconds;

    public void Reboot(Guid boot) => (BootId, bootedAt) = (boot, time.Now);
}
