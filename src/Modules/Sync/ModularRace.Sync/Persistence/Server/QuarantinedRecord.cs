using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>R14: a record that can never be accepted as it is, kept whole and explained.</summary>
internal sealed class QuarantinedRecord
{
    public long Id { get; init; }

    /// <summary>Of the entry.</summary>
    public Guid ClientUuid { get; init; }

    public Guid DeviceUuid { get; init; }

    public Guid StoreUuid { get; init; }

    /// <summary>As far as it could be read.</summary>
    public string? Type { get; init; }

    /// <summary>The record's own identity, as far as it could be read.</summary>
    public Guid? RecordUuid { get; init; }

    public long? Edit { get; init; }

    public Guid? CompetitionUuid { get; init; }

    /// <summary>The record as it was sent, with its envelope; text, because jsonb refuses some of what must be kept.</summary>
    public required string Received { get; init; }

    /// <summary>SHA-256 of <see cref="Received"/>: the same again is the same entry.</summary>
    public required byte[] Digest { get; init; }

    /// <summary>Of <c>data</c> as verified (R13); null where it could not be read.</summary>
    public byte[]? ContentDigest { get; init; }

    public required string Code { get; set; }

    public required string Message { get; set; }

    public string? Field { get; set; }

    /// <summary>One of <see cref="QuarantineStates"/>.</summary>
    public required string State { get; set; }

    public DateTimeOffset ReceivedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; set; }

    public string? ClosedBy { get; set; }

    public string? Note { get; set; }
}

internal static class QuarantineStates
{
    public const string Open = "open";

    /// <summary>A person took it, corrected or not.</summary>
    public const string Accepted = "accepted";

    /// <summary>A person decided that it is not wanted.</summary>
    public const string SetAside = "set_aside";

    /// <summary>A later good edit made it moot.</summary>
    public const string Closed = "closed";
}

internal sealed class QuarantinedRecordConfiguration : IEntityTypeConfiguration<QuarantinedRecord>
{
    public void Configure(EntityTypeBuilder<QuarantinedRecord> builder)
    {
        builder.HasIndex(q => q.ClientUuid).IsUnique();
        builder.HasIndex(q => new { q.DeviceUuid, q.Digest }).IsUnique();
        builder.HasIndex(q => new { q.RecordUuid, q.State });
        builder.HasIndex(q => new { q.State, q.Id });
        builder.ToTable("quarantine");
    }
}
