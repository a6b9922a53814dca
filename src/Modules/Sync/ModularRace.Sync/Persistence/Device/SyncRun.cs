using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Device;

/// <summary>One run of this Pi against the cloud, with its figures.</summary>
internal sealed class SyncRun
{
    public long Id { get; set; }

    /// <summary>The cloud keeps the run under it, once (R2).</summary>
    public required Guid RunUuid { get; init; }

    /// <summary>The competition that was on this Pi.</summary>
    public Guid? CompetitionUuid { get; init; }

    /// <summary>By this Pi's wall clock; the end has its boot and monotonic clock beside it, to be corrected when it is told (R10).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public required Guid BootId { get; init; }

    public required long MonotonicMs { get; init; }

    /// <summary>Asked for by a person.</summary>
    public bool Manual { get; init; }

    /// <summary>The cloud answered at least once.</summary>
    public bool ReachedServer { get; init; }

    /// <summary>Why it ended early; null: it ended well.</summary>
    public string? Error { get; init; }

    public int Uploaded { get; init; }

    public int Merged { get; init; }

    public int Conflicts { get; init; }

    public int Failed { get; init; }

    /// <summary>Records that the cloud put off.</summary>
    public int Deferred { get; init; }

    public int Downloaded { get; init; }

    public int ClipsUploaded { get; init; }

    /// <summary>Null: no clip went.</summary>
    public long? ClipsDurationMs { get; init; }

    public long BytesSent { get; init; }

    public long BytesReceived { get; init; }

    public int Requests { get; init; }

    public long DurationMs { get; init; }

    /// <summary>How long the cloud had been away when the run reached it, where reports were taken meanwhile.</summary>
    public double? OfflineHours { get; init; }

    /// <summary>The cloud has it.</summary>
    public bool Told { get; set; }
}

/// <summary>R10: one point of the cloud's time on this Pi's monotonic clock.</summary>
internal sealed class ClockAnchorRow
{
    public long Id { get; set; }

    public required Guid BootId { get; init; }

    /// <summary>Milliseconds since boot at which the answer was here.</summary>
    public required long MonotonicMs { get; init; }

    /// <summary>The cloud's time at that point, half the round trip added.</summary>
    public required DateTimeOffset CloudAt { get; init; }

    /// <summary>The wall clock at that point.</summary>
    public required DateTimeOffset WallAt { get; init; }

    /// <summary>How far <see cref="CloudAt"/> may be off: half the round trip, milliseconds.</summary>
    public required long UncertaintyMs { get; init; }
}

internal sealed class SyncRunConfiguration : IEntityTypeConfiguration<SyncRun>
{
    public void Configure(EntityTypeBuilder<SyncRun> run)
    {
        run.ToTable("runs");
        run.Property(r => r.Id).UseIdentityAlwaysColumn();
        run.HasIndex(r => r.RunUuid).IsUnique();
        run.HasIndex(r => r.Id).HasFilter("NOT told").HasDatabaseName("ix_runs_not_told");
    }
}

internal sealed class ClockAnchorConfiguration : IEntityTypeConfiguration<ClockAnchorRow>
{
    public void Configure(EntityTypeBuilder<ClockAnchorRow> anchor)
    {
        anchor.ToTable("clock_anchors");
        anchor.Property(a => a.Id).UseIdentityAlwaysColumn();
        anchor.HasIndex(a => a.BootId);
    }
}
