using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>
/// A version of a record: the feed and the bases of R7 in one. It is written in the transaction that changed the record,
/// and gets its place in the feed only when somebody reads it after the commit (R9).
/// </summary>
internal sealed class FeedRow
{
    public long Id { get; init; }

    public required string Type { get; init; }

    public Guid ClientUuid { get; init; }

    public required string Revision { get; init; }

    public required string Origin { get; init; }

    public Guid? CompetitionUuid { get; init; }

    public Guid? RaceUuid { get; init; }

    public bool Deleted { get; init; }

    public required string Content { get; init; }

    public string? Answer { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    /// <summary>The place in the feed; null: not read yet.</summary>
    public long? Position { get; init; }

    /// <summary>Random: tells the change at this position from another that took it after a restored backup.</summary>
    public Guid? Mark { get; init; }
}

internal sealed class FeedRowConfiguration : IEntityTypeConfiguration<FeedRow>
{
    public void Configure(EntityTypeBuilder<FeedRow> builder)
    {
        builder.HasIndex(r => r.Position).IsUnique();
        builder.HasIndex(r => r.Id).HasFilter("position IS NULL").HasDatabaseName("ix_record_versions_without_position");
        builder.HasIndex(r => new { r.ClientUuid, r.Type, r.Id });
        builder.HasIndex(r => new { r.CompetitionUuid, r.Position });
        builder.Property(r => r.Content).HasColumnType("jsonb");
        builder.Property(r => r.Answer).HasColumnType("jsonb");
        builder.ToTable("record_versions");
    }
}

/// <summary>One row: the mark of the empty feed, made with the database.</summary>
internal sealed class FeedEpoch
{
    public int Id { get; init; }

    public Guid Mark { get; init; }
}

internal sealed class FeedEpochConfiguration : IEntityTypeConfiguration<FeedEpoch>
{
    public void Configure(EntityTypeBuilder<FeedEpoch> builder)
    {
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.ToTable("feed_epoch");
    }
}
