using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>One run of the runner: who asked for it, who waits for it, and what its clips may do. Used under the runner's lock, but for what ends.</summary>
internal sealed class RunUnderway
{
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<TaskCompletionSource<SyncFigures>> hasty = [];

    public TaskCompletionSource<SyncFigures> Ended { get; } = Waiting();

    /// <summary>A person asked, be it while it was on.</summary>
    public bool Manual { get; set; }

    /// <summary>Somebody asked since the last pass began.</summary>
    public bool Asked => asked.Task.IsCompleted;

    /// <summary>Ends when somebody asks.</summary>
    public Task AskedFor => asked.Task;

    /// <summary>What its clips do while records go.</summary>
    public ClipTurn Clips { get; } = new();

    /// <summary>A download's does not: it ends with the records.</summary>
    public bool SendsClips { get; init; }

    /// <summary>Its records went, and clips follow: who joins now waits for records alone.</summary>
    public bool WithClips { get; set; }

    /// <summary>It stopped sending clips for something else.</summary>
    public bool GaveWay { get; set; }

    /// <summary>Before the next pass, what waits for its time is let go.</summary>
    public bool Release { get; set; }

    public void ForgetAsked()
    {
        if (Asked) asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task<SyncFigures> Join()
    {
        asked.TrySetResult();
        if (!WithClips) return Ended.Task;
        hasty.Add(Waiting());
        return hasty[^1].Task;
    }

    /// <summary>Who joined while clips went, and waits for the pass that begins now.</summary>
    public List<TaskCompletionSource<SyncFigures>> TakeHasty()
    {
        var taken = hasty;
        hasty = [];
        return taken;
    }

    public void End(SyncFigures? figures, Exception? error)
    {
        foreach (var waiting in TakeHasty().Append(Ended)) End(waiting, figures, error);
    }

    public static void End(TaskCompletionSource<SyncFigures> waiting, SyncFigures? figures, Exception? error)
    {
        if (error is null) waiting.TrySetResult(figures!);
        else waiting.TrySetException(error);
    }

    private static TaskCompletionSource<SyncFigures> Waiting()
    {
        var waiting = new TaskCompletionSource<SyncFigures>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = waiting.Task.Observed();
        return waiting;
    }
}
