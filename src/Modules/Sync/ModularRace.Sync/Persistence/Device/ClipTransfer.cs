using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>On a Pi: a clip that was taken here, and what became of it at the cloud. The row stays when it is there: the proof before clearing is made from it (R13).</summary>
internal sealed class ClipTransfer
{
    public long Id { get; init; }

    /// <summary>Lower-case hexadecimal; a content goes once, however many reports name it.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The report that it goes with.</summary>
    public Guid ReportUuid { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>So many bytes the cloud has, as it last said.</summary>
    public long SentBytes { get; set; }

    /// <summary><c>pending, synced, failed</c> of <see cref="QueueStatuses"/>.</summary>
    public required string Status { get; set; }

    /// <summary>How often the cloud would not take it. No link leaves it alone (R11).</summary>
    public int RetryCount { get; set; }

    /// <summary>When it is due; null: now.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>A person asked, or the link came back: before its time.</summary>
    public bool AskAgain { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>When a Pi sends its clips.</summary>
internal static class ClipSending
{
    /// <summary>Whenever there is a link, after the records.</summary>
    public const string Now = "now";

    /// <summary>After the records, where the link carries enough (<see cref="Domain.OnDevice.Link.LinkRate"/>).</summary>
    public const string GoodLink = "good_link";

    /// <summary>When a person presses Sync now.</summary>
    public const string ByHand = "by_hand";

    public static readonly IReadOnlyList<string> All = [Now, GoodLink, ByHand];
}

internal sealed class ClipTransferConfiguration : IEntityTypeConfiguration<ClipTransfer>
{
    public void Configure(EntityTypeBuilder<ClipTransfer> transfer)
    {
        transfer.ToTable("clip_transfers");
        transfer.Property(t => t.Id).UseIdentityAlwaysColumn();
        transfer.Property(t => t.Sha256).HasMaxLength(64);
        transfer.HasIndex(t => t.Sha256).IsUnique();
        transfer.HasIndex(t => t.ReportUuid);
    }
}
