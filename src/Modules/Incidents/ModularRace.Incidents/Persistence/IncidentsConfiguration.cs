using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Persistence;

internal sealed class IncidentConfiguration : IEntityTypeConfiguration<Incident>
{
    public void Configure(EntityTypeBuilder<Incident> builder)
    {
        builder.ToTable("incidents");
        builder.HasAlternateKey(i => i.ClientUuid);
        builder.ComplexProperty(i => i.At, MomentColumns.Configure);
        builder.Property(i => i.Status).HasMaxLength(20);
        builder.Property(i => i.Decision).HasMaxLength(20);
        builder.Property(i => i.PenaltyCode).HasMaxLength(200);
        builder.Property(i => i.Revision).HasMaxLength(40);
        builder.Property(i => i.Origin).HasMaxLength(36);
        // A group is read by one index, the one that stands and its aliases alike.
        builder.Property(i => i.GroupUuid).HasComputedColumnSql("coalesce(merged_into, client_uuid)", stored: true);
        builder.HasIndex(i => i.GroupUuid);
        builder.HasIndex(i => i.MergedInto);
        builder.HasIndex(i => new { i.RaceUuid, i.OccurredAt, i.Number });
        builder.HasIndex(i => new { i.CompetitionUuid, i.Number }).IsUnique();
        builder.HasIndex(i => new { i.RaceUuid, i.BibNumber });
        builder.HasIndex(i => i.RaceLocationUuid);
    }
}

internal sealed class ReportConfiguration : IEntityTypeConfiguration<Report>
{
    public void Configure(EntityTypeBuilder<Report> builder)
    {
        builder.ToTable("reports");
        builder.HasAlternateKey(r => r.ClientUuid);
        builder.HasOne<Incident>().WithMany().HasForeignKey(r => r.IncidentUuid).HasPrincipalKey(i => i.ClientUuid).OnDelete(DeleteBehavior.Restrict);
        builder.ComplexProperty(r => r.At, MomentColumns.Configure);
        builder.Property(r => r.PenaltyCode).HasMaxLength(200);
        builder.Property(r => r.Revision).HasMaxLength(40);
        builder.Property(r => r.Origin).HasMaxLength(36);
        builder.OwnsOne(r => r.Clip, clip =>
        {
            clip.Property(c => c.Sha256).HasColumnName("clip_sha256").HasMaxLength(64);
            clip.Property(c => c.SizeBytes).HasColumnName("clip_size_bytes");
            clip.Property(c => c.ContentType).HasColumnName("clip_content_type").HasMaxLength(Texts.Name);
            clip.Property(c => c.DurationMs).HasColumnName("clip_duration_ms");
            clip.HasIndex(c => c.Sha256);
        });
        builder.HasIndex(r => r.RaceLocationUuid);
    }
}

internal sealed class HistoryEntryConfiguration : IEntityTypeConfiguration<HistoryEntry>
{
    public void Configure(EntityTypeBuilder<HistoryEntry> builder)
    {
        builder.ToTable("history_entries");
        builder.HasAlternateKey(h => h.ClientUuid);
        builder.ComplexProperty(h => h.At, at =>
        {
            MomentColumns.Configure(at);
            at.Property(m => m.OccurredAtDevice).HasColumnName("at_device");
        });
        builder.Property(h => h.OccurredAt).HasColumnName("at");
        builder.Property(h => h.RecordType).HasMaxLength(20);
        builder.Property(h => h.Changes).HasColumnType("jsonb");
        builder.Property(h => h.Revision).HasMaxLength(40);
        builder.Property(h => h.Origin).HasMaxLength(36);
        builder.HasIndex(h => h.RecordUuid);
    }
}

/// <summary>The last number given to an incident of a competition on this system.</summary>
internal sealed class IncidentCounter
{
    public required Guid CompetitionUuid { get; init; }

    public long Last { get; init; }
}

internal sealed class IncidentCounterConfiguration : IEntityTypeConfiguration<IncidentCounter>
{
    public void Configure(EntityTypeBuilder<IncidentCounter> builder)
    {
        builder.ToTable("incident_counters");
        builder.HasKey(c => c.CompetitionUuid);
    }
}

internal static class MomentColumns
{
    public static void Configure(ComplexPropertyBuilder<Moment> at)
    {
        at.IsRequired();
        at.Property(m => m.OccurredAtDevice).HasColumnName("occurred_at_device");
        at.Property(m => m.ClockOffsetMs).HasColumnName("clock_offset_ms");
        at.Property(m => m.ClockUncertaintyMs).HasColumnName("clock_uncertainty_ms");
        at.Property(m => m.ClockSource).HasColumnName("clock_source").HasMaxLength(20);
        at.Ignore(m => m.OccurredAt);
        at.Property(m => m.BootId).HasColumnName("boot_id");
        at.Property(m => m.MonotonicMs).HasColumnName("monotonic_ms");
    }
}
