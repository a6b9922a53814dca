using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>A record that names were taken out of: another edit of it by a device waits for a person, for it may bring them back.</summary>
internal sealed class ErasedRecord
{
    public Guid ClientUuid { get; init; }

    public required string Type { get; init; }
}

internal sealed class ErasedRecordConfiguration : IEntityTypeConfiguration<ErasedRecord>
{
    public void Configure(EntityTypeBuilder<ErasedRecord> builder)
    {
        builder.HasKey(r => new { r.ClientUuid, r.Type });
        builder.ToTable("erased_records");
    }
}

/// <summary>A competition that everybody's names were taken out of: whatever a device says of it from then on waits for a person.</summary>
internal sealed class ErasedCompetition
{
    public Guid CompetitionUuid { get; init; }

    public DateTimeOffset ErasedAt { get; init; }
}

internal sealed class ErasedCompetitionConfiguration : IEntityTypeConfiguration<ErasedCompetition>
{
    public void Configure(EntityTypeBuilder<ErasedCompetition> builder)
    {
        builder.HasKey(c => c.CompetitionUuid);
        builder.ToTable("erased_competitions");
    }
}
