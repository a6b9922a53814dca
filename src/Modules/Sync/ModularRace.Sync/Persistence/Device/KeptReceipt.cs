using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>R13: the cloud's signed word, kept here too. It survives the clearing that it allowed.</summary>
internal sealed class KeptReceipt
{
    public long Id { get; set; }

    public required Guid ReceiptUuid { get; init; }

    public required Guid CompetitionUuid { get; init; }

    /// <summary>By the cloud's clock.</summary>
    public required DateTimeOffset VerifiedAt { get; init; }

    /// <summary>Of the request that it answers: whether it covers what is here is told by it.</summary>
    public required string Digest { get; init; }

    /// <summary>The part that it continues; null: none.</summary>
    public Guid? Earlier { get; init; }

    /// <summary>The receipt as it came.</summary>
    public required string Body { get; init; }
}

internal sealed class KeptReceiptConfiguration : IEntityTypeConfiguration<KeptReceipt>
{
    public void Configure(EntityTypeBuilder<KeptReceipt> receipt)
    {
        receipt.ToTable("receipts");
        receipt.Property(r => r.Id).UseIdentityAlwaysColumn();
        receipt.HasIndex(r => r.ReceiptUuid).IsUnique();
        receipt.HasIndex(r => r.Digest);
    }
}
