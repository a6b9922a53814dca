using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>When the clips of a competition go by themselves; a competition without a row keeps them.</summary>
internal sealed class ClipRule
{
    public const int Fewest = 1, Most = 3650;

    /// <summary>A number that was mistyped can be taken back: bytes that are gone come from nowhere.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    public long Id { get; private set; }

    public required Guid CompetitionUuid { get; init; }

    /// <summary>After its last day.</summary>
    public required int Days { get; set; }

    public required DateTimeOffset SetAt { get; set; }

    public required string SetBy { get; set; }

    /// <summary>From then on its clips go: the beginning of a day at the venue, and not on the day on which the rule was set.</summary>
    public static DateTimeOffset DueAt(CompetitionSummary competition, int days, DateTimeOffset setAt)
    {
        var day = new VenueTime(competition.TimeZone).From(competition.EndDate.AddDays(days).ToDateTime(TimeOnly.MinValue));
        return day > setAt + Grace ? day : setAt + Grace;
    }
}

/// <summary>A person's word that the clips of a race, or of an incident with all that it stands for, stay, whatever the rule.</summary>
internal sealed class ClipHold
{
    public long Id { get; private set; }

    public required Guid ClientUuid { get; init; }

    public required Guid CompetitionUuid { get; init; }

    /// <summary>Null: an incident's.</summary>
    public Guid? RaceUuid { get; init; }

    /// <summary>The incident with its aliases as they were: what is split from it later is held, too. Of a race: empty.</summary>
    public Guid[] IncidentUuids { get; init; } = [];

    public string? Note { get; set; }

    public required DateTimeOffset SetAt { get; init; }

    public required string SetBy { get; set; }
}

/// <summary>
/// That a report's clip went by its competition's rule: of this report and this content, for good. The report goes on naming
/// it. Another report that names the same content has its own word.
/// </summary>
internal sealed class RemovedClip
{
    public long Id { get; private set; }

    public required Guid ReportUuid { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>By whose rule.</summary>
    public required Guid CompetitionUuid { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>As it was measured here; null: unknown.</summary>
    public long? DurationMs { get; init; }

    public required DateTimeOffset RemovedAt { get; init; }

    /// <summary>When it was written into the audit trail; null: not yet.</summary>
    public DateTimeOffset? NotedAt { get; init; }
}
