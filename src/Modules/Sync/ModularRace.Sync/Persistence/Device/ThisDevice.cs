using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>On a Pi: what it is, which cloud it belongs to, and how far it has read there. One row.</summary>
internal sealed class ThisDevice
{
    public const int TheRow = 1;

    public int Id { get; set; } = TheRow;

    /// <summary>Made with the database, or given by the image.</summary>
    public Guid DeviceUuid { get; set; }

    /// <summary>Made with the database, always: edits are counted anew in a new one (R2).</summary>
    public Guid StoreUuid { get; set; }

    /// <summary>Given at pairing.</summary>
    public string? Name { get; set; }

    public string? ServerUrl { get; set; }

    /// <summary>The device token under this host's data protection; null: not paired.</summary>
    public string? TokenProtected { get; set; }

    /// <summary>The cloud's public key for receipts.</summary>
    public string? ReceiptKey { get; set; }

    /// <summary>The cloud's key for archives on a stick.</summary>
    public string? ArchiveKey { get; set; }

    /// <summary>This device's own key for the same, the public half.</summary>
    public string? SigningKey { get; set; }

    /// <summary>The private half under this host's data protection.</summary>
    public byte[]? SigningKeyProtected { get; set; }

    public bool MayDecide { get; set; }

    public DateTimeOffset? GrantsReadAt { get; set; }

    public DateTimeOffset? PairedAt { get; set; }

    /// <summary>The competition that was downloaded.</summary>
    public Guid? CompetitionUuid { get; set; }

    public string? CompetitionName { get; set; }

    /// <summary>The day that was downloaded; null: all days.</summary>
    public DateOnly? CompetitionDate { get; set; }

    /// <summary>Where the cloud's changes were read to; opaque.</summary>
    public string? Cursor { get; set; }

    /// <summary>When all of the competition was on this Pi.</summary>
    public DateTimeOffset? ReadyForOfflineAt { get; set; }

    /// <summary>
    /// R2: the highest edit of a record that was cleared. What is made anew in the queue counts on from here: a record that
    /// comes back by a download, and is edited again, never takes a number that the cloud knows.
    /// </summary>
    public long EditFloor { get; set; }

    /// <summary>When clips go: one of <see cref="Device.ClipSending"/>.</summary>
    public string ClipSending { get; set; } = Device.ClipSending.Now;

    /// <summary>Of the bytes of clips that go in one day of the venue; null: none.</summary>
    public long? ClipDayLimitBytes { get; set; }

    /// <summary>When a run last ended well, by this Pi's clock.</summary>
    public DateTimeOffset? LastSyncAt { get; set; }

    /// <summary>When the cloud last answered, by the cloud's clock as well as it is known.</summary>
    public DateTimeOffset? LastContactAt { get; set; }

    /// <summary>The last queue entry at that contact: a report behind it was taken without the cloud.</summary>
    public long QueuedAtContact { get; set; }

    /// <summary>Longest time from one contact to the next in which reports were taken, hours, by the cloud's clock.</summary>
    public double LongestOfflineHours { get; set; }
}

internal sealed class ThisDeviceConfiguration : IEntityTypeConfiguration<ThisDevice>
{
    public void Configure(EntityTypeBuilder<ThisDevice> device)
    {
        device.ToTable("this_device", t => t.HasCheckConstraint("ck_this_device_one_row", "id = 1"));
        device.HasKey(d => d.Id);
        device.Property(d => d.Id).ValueGeneratedNever();
        device.Property(d => d.ClipSending).HasDefaultValue(ClipSending.Now);
    }
}
