namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>
/// How many bytes of a clip go in one request: more while the link holds, fewer when it breaks (R12). Remembered between
/// runs. What came before a break is not lost, and a request ends early where records want to go: so it may last.
/// </summary>
internal sealed class ChunkSize
{
    public const int Least = 16 * 1024, First = 256 * 1024, Most = 8 * 1024 * 1024;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(8);

    public int Now { get; private set; } = First;

    /// <summary>It went through, and so many bytes were in it.</summary>
    public void Held(long sent, TimeSpan took)
    {
        if (sent >= Now && took < Quick) Now = Math.Min(Most, Now * 2);
    }

    public void Broke() => Now = Math.Max(Least, Now / 2);
}
