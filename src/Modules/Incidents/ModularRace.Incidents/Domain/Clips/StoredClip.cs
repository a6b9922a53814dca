namespace ModularRace.Incidents.Domain.Clips;

/// <summary>A clip by its content. The bytes lie in the <see cref="Persistence.ClipFolder"/> under the same name, once however many reports name it.</summary>
internal sealed class StoredClip
{
    public long Id { get; private set; }

    /// <summary>Lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    public long SizeBytes { get; set; }

    /// <summary>As its content says, whatever was declared.</summary>
    public required string ContentType { get; set; }

    /// <summary>Null: unknown.</summary>
    public long? DurationMs { get; set; }

    /// <summary>The bytes are here. False: what came was not what was announced, or cannot be taken.</summary>
    public bool Held { get; set; }

    /// <summary>One of <see cref="Contracts.ClipStates"/>. On a Pi <c>stored</c> is said by the cloud.</summary>
    public required string State { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>A picture of it lies beside it.</summary>
    public bool HasPoster { get; set; }

    /// <summary>So often one was to be made.</summary>
    public int PosterTries { get; set; }
}

/// <summary>A clip on its way in (tus): how far it is, and whose it is.</summary>
internal sealed class ClipUpload
{
    public long Id { get; private set; }

    public required Guid UploadUuid { get; init; }

    public required Guid ReportUuid { get; init; }

    /// <summary>The report's competition when it began; null: a device's report that does not stand here.</summary>
    public Guid? CompetitionUuid { get; init; }

    /// <summary>The device, or the person's signature: nobody else goes on with it.</summary>
    public required string Owner { get; init; }

    /// <summary>As announced; null: it is worked out from what comes.</summary>
    public string? Sha256 { get; init; }

    public required long Length { get; init; }

    /// <summary>So many bytes are on the disk for good (R1).</summary>
    public long Received { get; set; }

    /// <summary>Who writes; another that begins takes its place, and the former's next bytes are refused.</summary>
    public Guid? Writer { get; set; }

    public required DateTimeOffset TouchedAt { get; set; }

    /// <summary>It is stored.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
