using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>R1: every upload's transaction writes something, also when all was known already.</summary>
internal sealed class Upload
{
    public long Id { get; init; }

    public Guid DeviceUuid { get; init; }

    public Guid StoreUuid { get; init; }

    public Guid BatchUuid { get; init; }

    public string? BootId { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>From the first byte to the last record; null: nobody counted.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The device tells its runs itself; else this upload is counted as one.</summary>
    public bool TellsRuns { get; init; }

    /// <summary>Of what it brought, where the device tells no runs.</summary>
    public Guid[] CompetitionUuids { get; init; } = [];

    public int Records { get; init; }

    /// <summary>How many records had each status.</summary>
    public required string Outcomes { get; init; }
}

internal sealed class UploadConfiguration : IEntityTypeConfiguration<Upload>
{
    public void Configure(EntityTypeBuilder<Upload> builder)
    {
        builder.HasIndex(u => new { u.DeviceUuid, u.ReceivedAt });
        builder.HasIndex(u => u.ReceivedAt);
        builder.Property(u => u.Outcomes).HasColumnType("jsonb");
        builder.ToTable("uploads");
    }
}
