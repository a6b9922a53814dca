using ModularRace.Sync.Domain.OnDevice;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>A download that was asked for, and who waits for it.</summary>
internal sealed class PendingDownload
{
    public PendingDownload(Guid competition, DateOnly? date)
    {
        (Competition, Date) = (competition, date);
        _ = Ended.Task.Observed();
    }

    public Guid Competition { get; }

    public DateOnly? Date { get; }

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
