namespace ModularRace.Sync.Domain.OnDevice;

internal static class ObservedTasks
{
    /// <summary>Where nobody waits for it any more nobody asks what became of it: its fault is no news to the process.</summary>
    public static T Observed<T>(this T task)
        where T : Task
    {
        _ = task.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return task;
    }
}
