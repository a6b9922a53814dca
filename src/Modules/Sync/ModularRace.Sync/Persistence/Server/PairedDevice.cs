using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>A Pi that was paired.</summary>
internal sealed class PairedDevice
{
    public long Id { get; init; }

    public Guid DeviceUuid { get; init; }

    public required string Name { get; set; }

    /// <summary>R15: SHA-256 of the token; the token itself is nowhere.</summary>
    public required byte[] TokenDigest { get; set; }

    /// <summary>Tokens that were right once: they are told from those that never were.</summary>
    public List<byte[]> RetiredTokenDigests { get; init; } = [];

    public bool MayDecide { get; set; }

    /// <summary>Granted every competition, later ones too.</summary>
    public bool AllCompetitions { get; set; }

    public DateTimeOffset PairedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>The last one: an earlier one that comes back is a second card (R15).</summary>
    public string? BootId { get; set; }

    /// <summary>Since when two machines send under its token; null: one does.</summary>
    public DateTimeOffset? TokenSharedAt { get; set; }

    /// <summary>As sent with the last upload.</summary>
    public string? Status { get; set; }

    public string? Metadata { get; set; }

    /// <summary>
    /// The keys by which it signs archives, the newest last: what was written before a card died was signed by the key that
    /// died with it. ECDSA P-256, SubjectPublicKeyInfo.
    /// </summary>
    public List<byte[]> SigningKeys { get; init; } = [];

    /// <summary>ECDSA P-256, SubjectPublicKeyInfo.</summary>
    public required byte[] ReceiptPublicKey { get; init; }

    /// <summary>PKCS 8, protected by the host's data-protection keys.</summary>
    public required byte[] ReceiptPrivateKey { get; init; }
}

internal sealed class PairedDeviceConfiguration : IEntityTypeConfiguration<PairedDevice>
{
    public void Configure(EntityTypeBuilder<PairedDevice> builder)
    {
        builder.HasIndex(d => d.DeviceUuid).IsUnique();
        builder.Property(d => d.Status).HasColumnType("jsonb");
        builder.Property(d => d.Metadata).HasColumnType("jsonb");
        builder.ToTable("devices");
    }
}

/// <summary>A competition that a device may see and write.</summary>
internal sealed class DeviceGrant
{
    public Guid DeviceUuid { get; init; }

    public Guid CompetitionUuid { get; init; }

    /// <summary>Made by the device itself: granted to it, whatever an admin grants.</summary>
    public bool MadeByDevice { get; init; }
}

internal sealed class DeviceGrantConfiguration : IEntityTypeConfiguration<DeviceGrant>
{
    public void Configure(EntityTypeBuilder<DeviceGrant> builder)
    {
        builder.HasKey(g => new { g.DeviceUuid, g.CompetitionUuid });
        builder.HasOne<PairedDevice>().WithMany().HasForeignKey(g => g.DeviceUuid).HasPrincipalKey(d => d.DeviceUuid).OnDelete(DeleteBehavior.Cascade);
        builder.ToTable("device_grants");
    }
}

internal sealed class PairingCode
{
    public long Id { get; init; }

    /// <summary>SHA-256 of the code.</summary>
    public required byte[] Digest { get; init; }

    public required string Name { get; init; }

    public bool MayDecide { get; init; }

    /// <summary>Null: all, also later ones.</summary>
    public List<Guid>? CompetitionUuids { get; init; }

    /// <summary>The device that it pairs anew; null: a device not known yet.</summary>
    public Guid? BoundDeviceUuid { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public DateTimeOffset ExpiresAt { get; set; }

    public Guid? UsedBy { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class PairingCodeConfiguration : IEntityTypeConfiguration<PairingCode>
{
    public void Configure(EntityTypeBuilder<PairingCode> builder)
    {
        builder.HasIndex(c => c.Digest).IsUnique();
        builder.ToTable("pairing_codes");
    }
}

/// <summary>A wrong code from an address: in the database, since there are several replicas.</summary>
internal sealed class PairingTry
{
    public long Id { get; init; }

    public required string Address { get; init; }

    public DateTimeOffset At { get; init; }
}

internal sealed class PairingTryConfiguration : IEntityTypeConfiguration<PairingTry>
{
    public void Configure(EntityTypeBuilder<PairingTry> builder)
    {
        builder.HasIndex(t => new { t.Address, t.At });
        builder.ToTable("pairing_tries");
    }
}
