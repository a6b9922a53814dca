using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Dedup.Persistence;

internal sealed class GroupMemberConfiguration : IEntityTypeConfiguration<GroupMember>
{
    public void Configure(EntityTypeBuilder<GroupMember> builder)
    {
        builder.ToTable("group_members");
        builder.Ignore(m => m.DecidedAs);
        builder.HasIndex(m => m.IncidentUuid).IsUnique();
        builder.HasIndex(m => m.StandsFor);
        builder.HasIndex(m => m.RaceUuid);
    }
}

internal sealed class ObservationConfiguration : IEntityTypeConfiguration<ObservationRow>
{
    public void Configure(EntityTypeBuilder<ObservationRow> builder)
    {
        builder.ToTable("observations");
        builder.HasIndex(o => o.IncidentUuid);
        builder.HasIndex(o => o.Fingerprint);
        // What lies within two minutes, whatever the place (R5).
        builder.HasIndex(o => new { o.RaceUuid, o.BibNumber, o.OccurredAt }).HasFilter("bib_number IS NOT NULL");
    }
}

internal sealed class GroupingConfiguration : IEntityTypeConfiguration<GroupingRow>
{
    public void Configure(EntityTypeBuilder<GroupingRow> builder)
    {
        builder.ToTable("groupings");
        builder.HasIndex(g => g.ClientUuid).IsUnique();
        builder.HasIndex(g => new { g.LowerUuid, g.HigherUuid });
        builder.HasIndex(g => g.HigherUuid);
    }
}

internal sealed class MergeConfiguration : IEntityTypeConfiguration<MergeRow>
{
    public void Configure(EntityTypeBuilder<MergeRow> builder)
    {
        builder.ToTable("merges");
        builder.HasIndex(m => m.ClientUuid).IsUnique();
        // One entry at a time holds for a pair; what was undone stays in the log.
        builder.HasIndex(m => new { m.LowerUuid, m.HigherUuid }).IsUnique().HasFilter("undone_at IS NULL");
        builder.HasIndex(m => m.HigherUuid);
        builder.HasIndex(m => m.CompetitionUuid);
    }
}

internal sealed class ConflictConfiguration : IEntityTypeConfiguration<ConflictRow>
{
    public void Configure(EntityTypeBuilder<ConflictRow> builder)
    {
        builder.ToTable("sync_conflicts");
        builder.Ignore(c => c.Shown);
        builder.HasIndex(c => c.ClientUuid).IsUnique();
        builder.Property(c => c.CloudData).HasColumnType("jsonb");
        builder.Property(c => c.DeviceData).HasColumnType("jsonb");
        builder.Property(c => c.Versions).HasColumnType("jsonb");
        builder.Property(c => c.Disputes).HasColumnType("jsonb");
        // One open conflict over a record, and one between two incidents.
        builder.HasIndex(c => new { c.RecordUuid, c.OtherRecordUuid }).IsUnique().AreNullsDistinct(false).HasFilter("resolved_at IS NULL");
        builder.HasIndex(c => c.RecordUuid);
        builder.HasIndex(c => c.OtherRecordUuid);
    }
}

internal sealed class SettlementConfiguration : IEntityTypeConfiguration<SettlementRow>
{
    public void Configure(EntityTypeBuilder<SettlementRow> builder)
    {
        builder.ToTable("settlements");
        builder.Property(s => s.Versions).HasColumnType("jsonb");
        builder.HasIndex(s => new { s.RecordUuid, s.Number });
    }
}

internal sealed class DeviceNameConfiguration : IEntityTypeConfiguration<DeviceNameRow>
{
    public void Configure(EntityTypeBuilder<DeviceNameRow> builder)
    {
        builder.ToTable("device_names");
        builder.HasIndex(d => d.DeviceUuid).IsUnique();
    }
}

internal sealed class SuggestionConfiguration : IEntityTypeConfiguration<SuggestionRow>
{
    public void Configure(EntityTypeBuilder<SuggestionRow> builder)
    {
        builder.ToTable("suggestions");
        builder.HasIndex(s => s.ClientUuid).IsUnique();
        builder.HasIndex(s => new { s.LowerUuid, s.HigherUuid }).IsUnique().HasFilter("outcome IS NULL");
        builder.HasIndex(s => s.HigherUuid).HasFilter("outcome IS NULL");
        builder.HasIndex(s => s.CompetitionUuid).HasFilter("outcome IS NULL");
    }
}
