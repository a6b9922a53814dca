using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Persistence;

internal abstract class ReferenceRecordConfiguration<T> : IEntityTypeConfiguration<T> where T : ReferenceRecord
{
    public void Configure(EntityTypeBuilder<T> builder)
    {
        // The UUID is what other rows refer to, within this schema too: what arrives names its parents by UUID.
        builder.HasAlternateKey(r => r.ClientUuid);
        builder.Ignore(r => r.RecordType);
        More(builder);
    }

    protected abstract void More(EntityTypeBuilder<T> builder);
}

internal sealed class CompetitionConfiguration : ReferenceRecordConfiguration<Competition>
{
    protected override void More(EntityTypeBuilder<Competition> builder)
    {
        builder.ToTable("competitions");
        builder.HasIndex(c => new { c.StartDate, c.ClientUuid });
    }
}

internal sealed class RaceConfiguration : ReferenceRecordConfiguration<Race>
{
    protected override void More(EntityTypeBuilder<Race> builder)
    {
        builder.ToTable("races");
        builder.HasOne<Competition>().WithMany().HasForeignKey(r => r.CompetitionUuid).HasPrincipalKey(c => c.ClientUuid).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class RaceLocationConfiguration : ReferenceRecordConfiguration<RaceLocation>
{
    protected override void More(EntityTypeBuilder<RaceLocation> builder)
    {
        builder.ToTable("race_locations");
        builder.HasOne<Race>().WithMany().HasForeignKey(l => l.RaceUuid).HasPrincipalKey(r => r.ClientUuid).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class AthleteConfiguration : ReferenceRecordConfiguration<Athlete>
{
    protected override void More(EntityTypeBuilder<Athlete> builder)
    {
        builder.ToTable("athletes");
        builder.HasIndex(a => new { a.LastName, a.Nation });
        builder.HasIndex(a => a.LicenseNumber).HasFilter("license_number IS NOT NULL");
    }
}

internal sealed class BibAssignmentConfiguration : ReferenceRecordConfiguration<BibAssignment>
{
    protected override void More(EntityTypeBuilder<BibAssignment> builder)
    {
        builder.ToTable("bib_assignments");
        // Not unique: two sides may each have given out the same bib, and neither's record is lost (R8). Lists show one of them.
        builder.HasIndex(b => new { b.RaceUuid, b.BibNumber });
        builder.HasOne<Race>().WithMany().HasForeignKey(b => b.RaceUuid).HasPrincipalKey(r => r.ClientUuid).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PenaltyConfiguration : ReferenceRecordConfiguration<Penalty>
{
    protected override void More(EntityTypeBuilder<Penalty> builder)
    {
        builder.ToTable("penalties");
        builder.Property(p => p.Word).HasColumnName("code");
        builder.HasOne<Competition>().WithMany().HasForeignKey(p => p.CompetitionUuid).HasPrincipalKey(c => c.ClientUuid).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PhraseConfiguration : ReferenceRecordConfiguration<Phrase>
{
    protected override void More(EntityTypeBuilder<Phrase> builder)
    {
        builder.ToTable("phrases");
        builder.Property(p => p.Word).HasColumnName("text");
        builder.HasOne<Competition>().WithMany().HasForeignKey(p => p.CompetitionUuid).HasPrincipalKey(c => c.ClientUuid).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class MergeEntryConfiguration : IEntityTypeConfiguration<MergeEntry>
{
    public void Configure(EntityTypeBuilder<MergeEntry> builder)
    {
        builder.ToTable("merges");
        // Of one record one merge holds at a time.
        builder.HasIndex(m => m.FromUuid).IsUnique().HasFilter("undone_at IS NULL");
    }
}

internal sealed class ErasureConfiguration : IEntityTypeConfiguration<Erasure>
{
    public void Configure(EntityTypeBuilder<Erasure> builder)
    {
        builder.ToTable("erasures");
        builder.HasIndex(e => new { e.CompetitionUuid, e.Id });
        builder.Property(e => e.Counts).HasColumnType("jsonb");
    }
}

internal sealed class RetentionRuleConfiguration : IEntityTypeConfiguration<RetentionRule>
{
    public void Configure(EntityTypeBuilder<RetentionRule> builder)
    {
        builder.ToTable("retention_rules");
        builder.HasIndex(r => r.CompetitionUuid).IsUnique();
    }
}
