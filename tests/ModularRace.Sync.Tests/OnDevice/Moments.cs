using System.Diagnostics;
using Npgsql;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>Does something on another connection at the n-th statement of a piece of work, which waits until that is done or waits for a lock itself.</summary>
internal static class Moments
{
    private static readonly AsyncLocal<Countdown?> Ours = new();

    static Moments() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => Ours.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
        ActivityStarted = _ => Ours.Value?.Step(),
    });

    /// <summary>False: the work has fewer statements.</summary>
    public static async Task<bool> AtAsync(int moment, Func<Task> other, Func<Task> work, string connection)
    {
        var countdown = new Countdown(moment, other, connection);
        Ours.Value = countdown;
        await work();
        Ours.Value = null;
        return countdown.Reached;
    }

    private sealed class Countdown(int moments, Func<Task> other, string connection)
    {
        private int left = moments;

        public bool Reached { get; private set; }

        public void Step()
        {
            if (Interlocked.Decrement(ref left) != -1) return;
            Reached = true;
            Ours.Value = null;
            var tap = other();
            using var watch = new NpgsqlConnection(connection);
            watch.Open();
            using var waiting = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", watch);
            while (!tap.IsCompleted && (long)waiting.ExecuteScalar()! == 0)
            {
                // It goes on as soon as the tap is through or waits.
            }
        }
    }
}
