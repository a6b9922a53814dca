using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Persistence;

internal sealed class StoredClipConfiguration : IEntityTypeConfiguration<StoredClip>
{
    public void Configure(EntityTypeBuilder<StoredClip> builder)
    {
        builder.ToTable("clips");
        builder.Property(c => c.Sha256).HasMaxLength(64);
        builder.Property(c => c.ContentType).HasMaxLength(20);
        builder.Property(c => c.State).HasMaxLength(20);
        builder.Property(c => c.HasPoster).HasDefaultValue(false);
        builder.Property(c => c.PosterTries).HasDefaultValue(0);
        builder.HasIndex(c => c.Sha256).IsUnique();
    }
}

internal sealed class ClipUploadConfiguration : IEntityTypeConfiguration<ClipUpload>
{
    public void Configure(EntityTypeBuilder<ClipUpload> builder)
    {
        builder.ToTable("clip_uploads");
        builder.Property(u => u.Sha256).HasMaxLength(64);
        builder.HasIndex(u => u.UploadUuid).IsUnique();
        builder.HasIndex(u => u.ReportUuid);
    }
}

internal sealed class ClipRuleConfiguration : IEntityTypeConfiguration<ClipRule>
{
    public void Configure(EntityTypeBuilder<ClipRule> builder)
    {
        builder.ToTable("clip_rules");
        builder.HasIndex(r => r.CompetitionUuid).IsUnique();
    }
}

internal sealed class ClipHoldConfiguration : IEntityTypeConfiguration<ClipHold>
{
    public void Configure(EntityTypeBuilder<ClipHold> builder)
    {
        builder.ToTable("clip_holds");
        builder.HasIndex(h => h.ClientUuid).IsUnique();
        builder.HasIndex(h => h.CompetitionUuid);
    }
}

internal sealed class RemovedClipConfiguration : IEntityTypeConfiguration<RemovedClip>
{
    public void Configure(EntityTypeBuilder<RemovedClip> builder)
    {
        builder.ToTable("removed_clips");
        builder.Property(r => r.Sha256).HasMaxLength(64);
        builder.HasIndex(r => new { r.ReportUuid, r.Sha256 }).IsUnique();
        builder.HasIndex(r => r.Sha256);
        builder.HasIndex(r => r.CompetitionUuid);
    }
}
