using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>One row: the key pair for which devices encrypt their archives. ECDH P-256.</summary>
internal sealed class ArchiveKey
{
    public const int TheRow = 1;

    public int Id { get; init; } = TheRow;

    /// <summary>SubjectPublicKeyInfo.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>PKCS 8, protected by the host's data-protection keys, which all replicas share.</summary>
    public required byte[] PrivateKey { get; init; }
}

internal sealed class ArchiveKeyConfiguration : IEntityTypeConfiguration<ArchiveKey>
{
    public void Configure(EntityTypeBuilder<ArchiveKey> builder)
    {
        builder.Property(k => k.Id).ValueGeneratedNever();
        builder.ToTable("archive_keys", t => t.HasCheckConstraint("ck_archive_keys_one_row", "id = 1"));
    }
}
