using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>R13: the signed confirmation is kept on both sides.</summary>
internal sealed class GivenReceipt
{
    public long Id { get; init; }

    public Guid ReceiptUuid { get; init; }

    public Guid DeviceUuid { get; init; }

    public Guid CompetitionUuid { get; init; }

    public DateTimeOffset VerifiedAt { get; init; }

    /// <summary>The receipt as it was given, to the letter.</summary>
    public required string Body { get; init; }
}

internal sealed class GivenReceiptConfiguration : IEntityTypeConfiguration<GivenReceipt>
{
    public void Configure(EntityTypeBuilder<GivenReceipt> builder)
    {
        builder.HasIndex(r => r.ReceiptUuid).IsUnique();
        builder.HasIndex(r => new { r.DeviceUuid, r.VerifiedAt });
        builder.ToTable("given_receipts");
    }
}
