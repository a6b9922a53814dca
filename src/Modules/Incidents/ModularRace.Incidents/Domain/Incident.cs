using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Domain;

/// <summary>The case: what happened to a bib at a place and time, its status and its decision.</summary>
internal sealed class Incident
{
    private Moment at = null!;

    public long Id { get; private set; }

    public required Guid ClientUuid { get; init; }

    /// <summary>What people call it here ("No. 12"): counts within the competition on this system, and does not sync.</summary>
    public long Number { get; set; }

    /// <summary>Where it hangs; where its own was merged into another, on that.</summary>
    public required Guid CompetitionUuid { get; set; }

    /// <summary>The competition of the race that its record names; null: the same.</summary>
    public Guid? SaidCompetitionUuid { get; set; }

    /// <summary>Where it hangs; where its own was merged into another, on that.</summary>
    public required Guid RaceUuid { get; set; }

    /// <summary>The race that its record names: a merge of races rewrites none. Null: the same.</summary>
    public Guid? SaidRaceUuid { get; set; }

    /// <summary>The place that stands; the record may name one that met it: <see cref="SaidRaceLocationUuid"/>.</summary>
    public Guid? RaceLocationUuid { get; set; }

    /// <summary>Null: the same.</summary>
    public Guid? SaidRaceLocationUuid { get; set; }

    /// <summary>1 to 9999; null: not read.</summary>
    public int? BibNumber { get; set; }

    public required Moment At
    {
        get => at;
        set
        {
            at = value;
            OccurredAt = value.OccurredAt;
        }
    }

    /// <summary>The corrected time; stored, because lists and the duplicate rule go by it.</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>One of <see cref="Statuses"/>.</summary>
    public string Status { get; set; } = Statuses.Unofficial;

    /// <summary>One of <see cref="Decisions"/>.</summary>
    public string Decision { get; set; } = Decisions.Pending;

    /// <summary>Proposed by a reporter while pending; part of the decision once there is one.</summary>
    public string? PenaltyCode { get; set; }

    public string? Description { get; set; }

    public DateTimeOffset? OfficializedAt { get; set; }

    public string? OfficializedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public string? DecidedBy { get; set; }

    public string? DecisionNote { get; set; }

    /// <summary>The incident that stands for this one, as the duplicate rule worked it out; null: it stands for itself.</summary>
    public Guid? MergedInto { get; private set; }

    /// <summary>The incident that this one is shown with: <see cref="MergedInto"/> or itself. Computed by the database.</summary>
    public Guid GroupUuid { get; private set; }

    /// <summary>R5: it is shown in lists: no other stands for it, and not all that was reported is taken back.</summary>
    public bool Stands { get; private set; } = true;

    public required string Revision { get; set; }

    /// <summary>A case that two sides made each for itself is the cloud's word where it was made.</summary>
    public required string Origin { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public bool IsOfficial => Status == Statuses.Official;

    public bool IsDecided => Decision != Decisions.Pending;
}

internal static class Statuses
{
    public const string Unofficial = "unofficial", Official = "official";
    public static readonly IReadOnlyList<string> All = [Unofficial, Official];
}

internal static class Decisions
{
    public const string Pending = "pending", PenaltyApplied = "penalty_applied", Rejected = "rejected", NoAction = "no_action";
    public static readonly IReadOnlyList<string> All = [Pending, PenaltyApplied, Rejected, NoAction];
}

/// <summary>R10: a time as this record's system saw it, what is known of that clock, and the time after correction. One value together (R7).</summary>
internal sealed record Moment
{
    public required DateTimeOffset OccurredAtDevice { get; init; }

    /// <summary>Milliseconds to add for the cloud's time; null: unknown.</summary>
    public long? ClockOffsetMs { get; init; }

    /// <summary>How far that may be off, milliseconds; null: unknown.</summary>
    public long? ClockUncertaintyMs { get; init; }

    /// <summary>One of <see cref="ClockSources"/>; null: not said.</summary>
    public string? ClockSource { get; init; }

    /// <summary>The corrected time.</summary>
    public DateTimeOffset OccurredAt => OccurredAtDevice.AddMilliseconds(ClockOffsetMs ?? 0);

    /// <summary>The boot in which <see cref="MonotonicMs"/> counts; only of what was made here on a Pi.</summary>
    public Guid? BootId { get; init; }

    public long? MonotonicMs { get; init; }

    public ClockStamp? Stamp => BootId is { } boot && MonotonicMs is { } ms ? new ClockStamp(OccurredAtDevice, boot, ms) : null;

    /// <summary>As it came over the wire.</summary>
    public static Moment Of(DateTimeOffset own, long? offsetMs, long? uncertaintyMs, string? source) => new()
    {
        OccurredAtDevice = own, ClockOffsetMs = offsetMs, ClockUncertaintyMs = uncertaintyMs, ClockSource = source,
    };

    /// <summary>A moment on this system's own clock; null: now.</summary>
    public static Moment Here(ClockReading now, DateTimeOffset? own)
    {
        var at = own ?? now.Wall;
        var moment = Of(at, now.OffsetMs, now.UncertaintyMs, now.Source);
        // A tap that is delivered late lies as far back on the monotonic clock as on the wall clock.
        return now.BootId == Guid.Empty ? moment : moment with { BootId = now.BootId, MonotonicMs = now.MonotonicMs + (long)(at - now.Wall).TotalMilliseconds };
    }

    /// <summary>A corrected time that a person gives here.</summary>
    public static Moment Corrected(ClockReading now, DateTimeOffset at) => Here(now, at.AddMilliseconds(-(now.OffsetMs ?? 0)));

    /// <summary>Same on the wire; where the monotonic clock stood is no content.</summary>
    public bool SameContent(Moment other) =>
        OccurredAtDevice == other.OccurredAtDevice && ClockOffsetMs == other.ClockOffsetMs && ClockUncertaintyMs == other.ClockUncertaintyMs && ClockSource == other.ClockSource;
}
