namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// How many records go at once: grows while the link holds, shrinks when it breaks (R12). Remembered between runs. It begins
/// with all that the cloud takes, for on most links round trips cost more than bytes, and a batch that breaks costs but itself.
/// </summary>
internal sealed class BatchSize
{
    private const int Least = 10, Most = Wire.UploadRequest.MostRecords;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(8);

    public int Now { get; private set; } = Most;

    /// <summary>A batch went through. One that took long holds enough: what a break would cost is not doubled.</summary>
    public void Held(TimeSpan took) => Now = took < Quick ? Math.Min(Most, Now * 2) : Now;

    /// <summary>A batch broke. Where it was tiny the link is away, and nothing is learnt of what it carries.</summary>
    public void Broke(int sent)
    {
        if (sent > Least) Now = Math.Max(Least, sent / 2);
    }
}
