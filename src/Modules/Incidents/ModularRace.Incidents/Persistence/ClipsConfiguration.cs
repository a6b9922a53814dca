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
