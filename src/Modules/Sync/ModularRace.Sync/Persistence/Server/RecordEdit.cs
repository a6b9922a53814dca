using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>The last edit of each side of a record, whole (R7). The sides are the cloud, and each device with its database.</summary>
internal sealed class RecordEdit
{
    public long Id { get; init; }

    public required string Type { get; init; }

    public Guid ClientUuid { get; init; }

    /// <summary><c>cloud</c>, or <c>device/store</c>.</summary>
    public required string Side { get; init; }

    public Guid? DeviceUuid { get; init; }

    public long Edit { get; set; }

    public string? BaseRevision { get; set; }

    /// <summary>The side's whole version, what it left out filled in.</summary>
    public required string Content { get; set; }

    /// <summary>Of the version as it was sent.</summary>
    public required byte[] Digest { get; set; }

    /// <summary>The number of the cloud's version that first took account of it.</summary>
    public long TakenNumber { get; set; }

    /// <summary>Field to the number at which it was taken: what the side says (R7).</summary>
    public required string Says { get; set; }

    /// <summary>Values that the side says by an earlier edit than this (R7): a list of <see cref="EarlierWord"/>; null: none.</summary>
    public string? Earlier { get; set; }

    /// <summary>A person let it in out of quarantine (R14): what the device wrote meanwhile was written without it.</summary>
    public bool LetIn { get; set; }

    public DateTimeOffset TakenAt { get; set; }

    /// <summary>The upload that brought it; null where what was sent is not the whole of <see cref="Content"/>, and of the cloud's own.</summary>
    public Guid? BatchUuid { get; set; }

    /// <summary>Its place in that upload, from 0.</summary>
    public int? BatchPlace { get; set; }
}

/// <summary>An edit that is its side's word on some values still, though a later one came.</summary>
internal sealed record EarlierWord(
    IReadOnlyList<string> Fields, long Edit, string? BaseRevision, JsonObject Content, long TakenNumber, Dictionary<string, long> Says, bool LetIn = false);

internal sealed class RecordEditConfiguration : IEntityTypeConfiguration<RecordEdit>
{
    public void Configure(EntityTypeBuilder<RecordEdit> builder)
    {
        builder.HasIndex(e => new { e.ClientUuid, e.Type, e.Side }).IsUnique();
        builder.Property(e => e.Content).HasColumnType("jsonb");
        builder.Property(e => e.Says).HasColumnType("jsonb");
        builder.Property(e => e.Earlier).HasColumnType("jsonb");
        builder.ToTable("record_edits");
    }
}

/// <summary>R2: the digests of all edits are kept, so that a second content under one number is seen whenever it comes.</summary>
internal sealed class EditDigest
{
    public Guid ClientUuid { get; init; }

    public required string Type { get; init; }

    public required string Side { get; init; }

    public long Edit { get; init; }

    public required byte[] Digest { get; init; }
}

internal sealed class EditDigestConfiguration : IEntityTypeConfiguration<EditDigest>
{
    public void Configure(EntityTypeBuilder<EditDigest> builder)
    {
        builder.HasKey(e => new { e.ClientUuid, e.Type, e.Side, e.Edit, e.Digest });
        builder.ToTable("edit_digests");
    }
}
