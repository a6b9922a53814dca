namespace ModularRace.Shared.Time;

/// <summary>What the clock behind a record's time was (R10).</summary>
public static class ClockSources
{
    public const string Monotonic = "monotonic", Wall = "wall", None = "none";
    public static readonly IReadOnlyList<string> All = [Monotonic, Wall, None];
}

/// <summary>One look at this machine's clock and what is known of its error.</summary>
/// <param name="Wall">The machine's own time.</param>
/// <param name="BootId">The boot in which <paramref name="MonotonicMs"/> counts.</param>
/// <param name="MonotonicMs">Milliseconds on a clock that is never set, since boot.</param>
/// <param name="OffsetMs">What must be added to <paramref name="Wall"/> for the cloud's time, milliseconds; null: unknown.</param>
/// <param name="UncertaintyMs">How far that may be off, milliseconds; null: unknown.</param>
/// <param name="Source">One of <see cref="ClockSources"/>.</param>
public sealed record ClockReading(DateTimeOffset Wall, Guid BootId, long MonotonicMs, long? OffsetMs, long? UncertaintyMs, string Source)
{
    /// <summary>The cloud's time as well as it is known.</summary>
    public DateTimeOffset Corrected => Wall.AddMilliseconds(OffsetMs ?? 0);

    /// <summary>What lets it be corrected later; null on the cloud, whose clock needs none.</summary>
    public ClockStamp? Stamp => BootId == Guid.Empty ? null : new ClockStamp(Wall, BootId, MonotonicMs);
}

/// <summary>Where the clocks of this machine stood at a moment that they told: what lets the moment be corrected later, and better.</summary>
/// <param name="Wall">The machine's own time, as the record carries it.</param>
/// <param name="BootId">The boot in which <paramref name="MonotonicMs"/> counts.</param>
/// <param name="MonotonicMs">Milliseconds since that boot.</param>
public sealed record ClockStamp(DateTimeOffset Wall, Guid BootId, long MonotonicMs);

/// <summary>R10: time is corrected, and both times are kept. The cloud's clock is right by definition; a Pi's is measured against it.</summary>
public interface IRaceClock
{
    ClockReading Read();
}

/// <summary>The cloud's clock: the one that all others are measured by.</summary>
public sealed class CloudClock(TimeProvider time) : IRaceClock
{
    public ClockReading Read() => new(Instants.ToMilliseconds(time.GetUtcNow()), Guid.Empty, (long)time.GetElapsedTime(0).TotalMilliseconds, 0, 0, ClockSources.Wall);
}

public static class Instants
{
    /// <summary>Times on the wire have milliseconds: what is kept is what is told.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
