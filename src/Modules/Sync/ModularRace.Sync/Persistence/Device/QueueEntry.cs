using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModularRace.Shared.Time;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>What <c>sync_queue.status</c> says.</summary>
internal static class QueueStatuses
{
    public const string Pending = "pending", Synced = "synced", Conflict = "conflict", Failed = "failed";
    public static readonly IReadOnlyList<string> All = [Pending, Synced, Conflict, Failed];
}

/// <summary>
/// A record that this Pi made or changed, in its last version, and what became of it at the cloud. Written in the commit of
/// the record itself. The row stays when it is synced: the proof before clearing is made from it (R13).
/// </summary>
internal sealed class QueueEntry
{
    /// <summary>The order of making, in which records are sent: what a record refers to was made before it.</summary>
    public long Id { get; set; }

    public required string RecordType { get; init; }

    public required Guid ClientUuid { get; init; }

    public Guid? CompetitionUuid { get; set; }

    public required string Status { get; set; }

    /// <summary>How often the cloud put it off. No link leaves it alone (R11).</summary>
    public int RetryCount { get; set; }

    /// <summary>When it is due; null: now.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>R2: this device's edits of the record, counted from 1.</summary>
    public long Edit { get; set; }

    /// <summary>The last edit that the cloud has answered for; 0: none.</summary>
    public long AnsweredEdit { get; set; }

    /// <summary>The edit that is on its way, or was when the link broke; null: never sent.</summary>
    public long? SentEdit { get; set; }

    /// <summary>The batch in which it was last sent.</summary>
    public Guid? BatchUuid { get; set; }

    /// <summary>Its place in that batch, from 0.</summary>
    public int? BatchPlace { get; set; }

    /// <summary>JSON: the clock figures that it was sent with, where those were known better by then (R10); null: as in <see cref="Content"/>.</summary>
    public string? SentClock { get; set; }

    /// <summary>The whole version, with an explicit null for what was set before and is not now.</summary>
    public required JsonObject Content { get; set; }

    /// <summary>The cloud's version that this edit was made on; null: none.</summary>
    public string? BaseRevision { get; set; }

    /// <summary>Of a record that goes back to a cloud which lost it: where it was made. Null: it is this Pi's own word.</summary>
    public string? Origin { get; set; }

    /// <summary>Conflict or failed, and the cloud has changed the record since: ask it again.</summary>
    public bool AskAgain { get; set; }

    public Guid? ConflictUuid { get; set; }

    public Guid? QuarantineUuid { get; set; }

    /// <summary>R10: the boot, the clock that is never set and the wall clock at which the record's time was taken; no boot where another machine took it.</summary>
    public Guid BootId { get; set; }

    public long MonotonicMs { get; set; }

    public DateTimeOffset WallAt { get; set; }

    /// <summary>Holds an edit that the cloud has not answered for: what comes from there must not overwrite it.</summary>
    public bool Unsent => Edit > AnsweredEdit;

    /// <summary>R10: only a time that this machine's clocks told can be corrected by them.</summary>
    public void TakenAt(ClockStamp? stamp, TimeProvider time) =>
        (BootId, MonotonicMs, WallAt) = stamp is null ? (Guid.Empty, 0, time.GetUtcNow()) : (stamp.BootId, stamp.MonotonicMs, stamp.Wall);

    /// <summary>The cloud does not have it (any more): as if it had not answered.</summary>
    public void SendAgain()
    {
        (Status, AnsweredEdit, RetryCount, NextAttemptAt, AskAgain) = (QueueStatuses.Pending, 0, 0, null, false);
        (ErrorCode, ErrorMessage) = (null, null);
    }
}

internal sealed class QueueEntryConfiguration : IEntityTypeConfiguration<QueueEntry>
{
    public void Configure(EntityTypeBuilder<QueueEntry> entry)
    {
        entry.ToTable("sync_queue");
        entry.Property(e => e.Id).UseIdentityAlwaysColumn();
        entry.HasIndex(e => e.ClientUuid).IsUnique();
        entry.HasIndex(e => new { e.Status, e.Id });
        entry.Property(e => e.Content).IsJson();
        entry.Property(e => e.SentClock).HasColumnType("jsonb");
        entry.Ignore(e => e.Unsent);
    }
}
