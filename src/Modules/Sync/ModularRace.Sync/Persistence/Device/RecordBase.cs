using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>The version of the cloud that this Pi last took of a record, from a download or the changes (R7).</summary>
internal sealed class RecordBase
{
    public long Id { get; set; }

    public required string RecordType { get; init; }

    public required Guid ClientUuid { get; init; }

    public required string BaseRevision { get; set; }

    /// <summary>The fields that were set in it: an edit that empties one of them says so with an explicit null.</summary>
    public required string[] Fields { get; set; }

    /// <summary>Revisions taken before it, the last ones: a cloud that is restored to one of them is behind, and elsewhere otherwise (R9).</summary>
    public string[] Earlier { get; set; } = [];

    /// <summary>The cloud was restored from a backup, and has not shown since that it holds this record.</summary>
    public bool Lost { get; set; }
}

/// <summary>
/// A version of the cloud that could not be taken yet: this Pi holds an unsent edit of the record, or what it refers to has
/// not come yet. The newest of each record.
/// </summary>
internal sealed class HeldChange
{
    public long Id { get; set; }

    public required string RecordType { get; init; }

    public required Guid ClientUuid { get; init; }

    public required string Revision { get; set; }

    public bool Deleted { get; set; }

    /// <summary>As it came.</summary>
    public required JsonObject Data { get; set; }

    /// <summary>Why it waits, for a person.</summary>
    public required string Reason { get; set; }
}

internal sealed class RecordBaseConfiguration : IEntityTypeConfiguration<RecordBase>
{
    public void Configure(EntityTypeBuilder<RecordBase> record)
    {
        record.ToTable("record_bases");
        record.Property(r => r.Id).UseIdentityAlwaysColumn();
        record.HasIndex(r => new { r.ClientUuid, r.RecordType }).IsUnique();
    }
}

internal sealed class HeldChangeConfiguration : IEntityTypeConfiguration<HeldChange>
{
    public void Configure(EntityTypeBuilder<HeldChange> held)
    {
        held.ToTable("held_changes");
        held.Property(h => h.Id).UseIdentityAlwaysColumn();
        held.HasIndex(h => new { h.ClientUuid, h.RecordType }).IsUnique();
        held.Property(h => h.Data).IsJson();
    }
}
