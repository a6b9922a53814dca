namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>
/// How many bytes a second the link carries, as the pieces of clips tell that went over it: from its first byte, or from the
/// answer before where it followed straight on, to its own answer. A link is good from
/// <see cref="DeviceSettings.GoodLinkBytesPerSecond"/> on. Records are too small to tell, and a figure of a quarter of an
/// hour ago tells nothing of a link on a mountain: then a trial does, a piece of the next clip, which is not lost.
/// </summary>
internal sealed class LinkRate(TimeProvider time, DeviceSettings settings)
{
    /// <summary>A trial's bytes: enough that a satellite's round trips do not hide its rate.</summary>
    public const int Trial = 256 * 1024;

    /// <summary>With fewer it is the round trip that is measured.</summary>
    private const int Least = 128 * 1024;

    private static readonly TimeSpan Holds = TimeSpan.FromMinutes(15);
    private readonly Lock gate = new();
    private long? rate;
    private long measuredAt, endedAt;

    /// <summary>0: it broke in the middle of a piece. Null: not measured lately.</summary>
    public long? BytesPerSecond
    {
        get
        {
            lock (gate) return rate is not null && time.GetElapsedTime(measuredAt) < Holds ? rate : null;
        }
    }

    /// <summary>Null: not known, a trial tells.</summary>
    public bool? IsGood => BytesPerSecond is { } now ? now >= settings.GoodLinkBytesPerSecond : null;

    /// <summary>A piece was answered.</summary>
    /// <param name="started">The timestamp of its first byte.</param>
    /// <param name="bytes">How many it had.</param>
    /// <param name="paused">Records went meanwhile: it tells nothing.</param>
    public void Carried(long started, long bytes, bool paused)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            var took = time.GetElapsedTime(Math.Max(started, endedAt), now);
            endedAt = now;
            if (paused || bytes < Least) return;
            (rate, measuredAt) = ((long)(bytes / Math.Max(took.TotalSeconds, 1e-3)), now);
        }
    }

    /// <summary>A piece was too much for it.</summary>
    public void Broke()
    {
        lock (gate) (rate, measuredAt) = (0, time.GetTimestamp());
    }
}
