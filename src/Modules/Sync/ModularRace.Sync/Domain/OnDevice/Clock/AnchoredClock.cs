using System.Globalization;
using System.Reflection;
using ModularRace.Shared.Time;

namespace ModularRace.Sync.Domain.OnDevice.Clock;

/// <summary>R10: one point of the cloud's time on the monotonic clock of one boot.</summary>
/// <param name="BootId">The boot.</param>
/// <param name="MonotonicMs">Milliseconds since that boot.</param>
/// <param name="CloudAt">The cloud's time then.</param>
/// <param name="WallAt">This Pi's wall clock then.</param>
/// <param name="UncertaintyMs">Half the round trip, milliseconds: how far <paramref name="CloudAt"/> may be off.</param>
internal sealed record ClockAnchor(Guid BootId, long MonotonicMs, DateTimeOffset CloudAt, DateTimeOffset WallAt, long UncertaintyMs);

/// <summary>What must be added to a wall clock, and how far that may be off.</summary>
internal sealed record ClockCorrection(long? OffsetMs, long? UncertaintyMs, string Source);

/// <summary>
/// A Pi's clock, measured against the cloud's. Within the boot of an anchor the monotonic clock carries the cloud's time on,
/// whatever happens to the wall clock; in another boot the wall clock and the last known offset serve, and nobody knows how
/// well; with no anchor ever nothing is known.
/// </summary>
internal sealed class AnchoredClock(TimeProvider time, IBootClock boot, IAnchorStore store) : IRaceClock
{
    /// <summary>
    /// How far the monotonic clock may run away: 50 ms in 1,000 s. A Pi 5's crystal is given with 20 ppm, to which cold and
    /// age add; twelve hours without a link make 2.2 s of it.
    /// </summary>
    public const double DriftPerMs = 50e-6;

    private static readonly DateTimeOffset Built = DateTimeOffset.Parse(
        typeof(AnchoredClock).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "BuiltOn").Value!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private readonly Lock gate = new();
    private IReadOnlyList<ClockAnchor>? anchors;

    public ClockReading Read()
    {
        var (wall, bootId, monotonic) = Stamp();
        var correction = Correct(wall, bootId, monotonic);
        return new ClockReading(wall, bootId, monotonic, correction.OffsetMs, correction.UncertaintyMs, correction.Source);
    }

    /// <summary>The bare clocks, for what is corrected later.</summary>
    public (DateTimeOffset Wall, Guid BootId, long MonotonicMs) Stamp() => (Instants.ToMilliseconds(time.GetUtcNow()), boot.BootId, boot.MonotonicMs);

    /// <summary>
    /// The correction for a moment noted before: also one in this boot before the first anchor was known, since an anchor
    /// holds backwards as well.
    /// </summary>
    public ClockCorrection Correct(DateTimeOffset wall, Guid bootId, long monotonicMs)
    {
        var known = Anchors();
        ClockAnchor? best = null;
        var least = double.MaxValue;
        foreach (var anchor in known)
        {
            if (anchor.BootId != bootId) continue;
            var uncertainty = anchor.UncertaintyMs + (DriftPerMs * Math.Abs(monotonicMs - anchor.MonotonicMs));
            if (uncertainty > least) continue;
            (best, least) = (anchor, uncertainty);
        }

        if (best is not null)
        {
            var cloud = best.CloudAt.AddMilliseconds(monotonicMs - best.MonotonicMs);
            return new ClockCorrection((long)Math.Round((cloud - wall).TotalMilliseconds), (long)Math.Ceiling(least), ClockSources.Monotonic);
        }

        // Another boot: how long the Pi was off, and what the wall clock did meanwhile, cannot be known. The offset is the best
        // guess, its uncertainty is not a number, and so the machine merges nothing by it (R4).
        return known.Count > 0
            ? new ClockCorrection((long)Math.Round((known[^1].CloudAt - known[^1].WallAt).TotalMilliseconds), null, ClockSources.Wall)
            : new ClockCorrection(null, null, ClockSources.None);
    }

    /// <summary>
    /// The time by which a certificate is judged: the cloud's, where this boot has had a contact; else the wall clock, which is
    /// not believed where it lies before the last time that the cloud told or the day on which this software was built.
    /// </summary>
    public (DateTimeOffset Now, bool Known, DateTimeOffset Earliest) ReadForCertificates()
    {
        var reading = Read();
        var earliest = Anchors().Select(a => a.CloudAt).Append(Built).Max();
        return reading.Source == ClockSources.Monotonic ? (reading.Corrected, true, earliest) : (reading.Wall > earliest ? reading.Wall : earliest, false, earliest);
    }

    /// <summary>Takes one contact with the cloud: its time as told in an answer, and the monotonic clock around the call.</summary>
    /// <param name="serverTime">As the cloud told it.</param>
    /// <param name="sentMs">Monotonic, before the request.</param>
    /// <param name="answeredMs">Monotonic, when the answer was here.</param>
    public async Task AnchorAsync(DateTimeOffset serverTime, long sentMs, long answeredMs, CancellationToken cancellationToken)
    {
        var half = Math.Max(0, answeredMs - sentMs + 1) / 2.0;
        var anchor = new ClockAnchor(
            boot.BootId, answeredMs, serverTime.AddMilliseconds(half), Instants.ToMilliseconds(time.GetUtcNow()).AddMilliseconds(answeredMs - boot.MonotonicMs),
            (long)Math.Ceiling(half) + 1);
        Anchors();
        lock (gate)
        {
            // Of those close together the better one is enough.
            anchors = [.. anchors!.Where(a => !IsWorse(a, anchor)).TakeLast(1000), anchor];
        }

        await store.SaveAsync(anchor, cancellationToken);
    }

    /// <summary>Whether the new anchor gives the better reading from now on.</summary>
    private static bool IsWorse(ClockAnchor old, ClockAnchor anchor) =>
        old.BootId == anchor.BootId
        && old.UncertaintyMs + (DriftPerMs * (anchor.MonotonicMs - old.MonotonicMs)) >= anchor.UncertaintyMs
        && anchor.MonotonicMs - old.MonotonicMs < 60_000;

    private IReadOnlyList<ClockAnchor> Anchors()
    {
        if (anchors is { } known) return known;
        lock (gate) return anchors ??= store.Load();
    }
}

/// <summary>Where anchors outlive the process.</summary>
internal interface IAnchorStore
{
    /// <summary>The last thousand anchors, of this and earlier boots; the newest last.</summary>
    IReadOnlyList<ClockAnchor> Load();

    Task SaveAsync(ClockAnchor anchor, CancellationToken cancellationToken);
}
