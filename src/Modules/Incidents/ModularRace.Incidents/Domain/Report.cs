namespace ModularRace.Incidents.Domain;

/// <summary>One person's observation of an incident. It keeps its incident for ever, whatever is merged (R4), unless a correction moves it.</summary>
internal sealed class Report
{
    private Moment at = null!;

    public long Id { get; private set; }

    public required Guid ClientUuid { get; init; }

    public required Guid IncidentUuid { get; set; }

    /// <summary>Null: the incident's.</summary>
    public int? BibNumber { get; set; }

    /// <summary>Null: the incident's. The place that stands; the record may name one that met it: <see cref="SaidRaceLocationUuid"/>.</summary>
    public Guid? RaceLocationUuid { get; set; }

    /// <summary>Null: the same.</summary>
    public Guid? SaidRaceLocationUuid { get; set; }

    /// <summary>Which of a team's athletes, 1 to 4.</summary>
    public int? AthletePosition { get; set; }

    /// <summary>The name that the report itself gives.</summary>
    public string? ReporterName { get; set; }

    /// <summary>Who was signed in; does not sync.</summary>
    public string? ReportedBy { get; init; }

    public string? Description { get; set; }

    public string? PenaltyCode { get; set; }

    public required Moment At
    {
        get => at;
        set
        {
            at = value;
            OccurredAt = value.OccurredAt;
        }
    }

    /// <summary>The corrected time.</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>R5: taken back, never deleted.</summary>
    public DateTimeOffset? WithdrawnAt { get; set; }

    public string? WithdrawnBy { get; set; }

    public Clip? Clip { get; set; }

    public required string Revision { get; set; }

    public required string Origin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public bool IsWithdrawn => WithdrawnAt is not null;
}

/// <summary>What is known of a report's video; its bytes travel by another road.</summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="SizeBytes">Of the whole clip.</param>
/// <param name="ContentType">E.g. <c>video/mp4</c>.</param>
/// <param name="DurationMs">Null: unknown.</param>
internal sealed record Clip(string Sha256, long SizeBytes, string ContentType, long? DurationMs);
