using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>On a Pi: how many bytes of clips went on one day of the venue.</summary>
internal sealed class ClipDay
{
    public DateOnly Day { get; init; }

    /// <summary>Those that a break threw away are among them; those that were about to go when the power went, up to a quarter of a mebibyte, too.</summary>
    public long SentBytes { get; set; }
}

internal sealed class ClipDayConfiguration : IEntityTypeConfiguration<ClipDay>
{
    public void Configure(EntityTypeBuilder<ClipDay> day)
    {
        day.ToTable("clip_days");
        day.HasKey(d => d.Day);
    }
}
