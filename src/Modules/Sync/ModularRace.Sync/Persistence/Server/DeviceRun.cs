using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Sync.Persistence.Server;

/// <summary>A run as the Pi that made it told it, once.</summary>
internal sealed class DeviceRun
{
    public long Id { get; init; }

    public Guid RunUuid { get; init; }

    public Guid DeviceUuid { get; init; }

    /// <summary>The competition that was on the device; null: none that it was granted.</summary>
    public Guid? CompetitionUuid { get; init; }

    /// <summary>On the cloud's clock as well as that is known.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset EndedAt { get; init; }

    public bool Manual { get; init; }

    public bool Reached { get; init; }

    /// <summary>Why it ended early; null: it ended well.</summary>
    public string? Error { get; init; }

    public int Uploaded { get; init; }

    public int Merged { get; init; }

    public int Conflicts { get; init; }

    public int Failed { get; init; }

    public int Deferred { get; init; }

    public int Downloaded { get; init; }

    public long BytesSent { get; init; }

    public long BytesReceived { get; init; }

    public int Requests { get; init; }

    /// <summary>Without clips.</summary>
    public long DurationMs { get; init; }

    public int ClipsUploaded { get; init; }

    /// <summary>Null: there were no clips.</summary>
    public long? ClipsDurationMs { get; init; }

    /// <summary>How long the cloud had been away; null: no report was taken meanwhile.</summary>
    public double? OfflineHours { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }
}

internal sealed class DeviceRunConfiguration : IEntityTypeConfiguration<DeviceRun>
{
    public void Configure(EntityTypeBuilder<DeviceRun> builder)
    {
        // By device too: none can take a UUID from another.
        builder.HasIndex(r => new { r.DeviceUuid, r.RunUuid }).IsUnique();
        builder.HasIndex(r => new { r.DeviceUuid, r.EndedAt });
        builder.HasIndex(r => r.EndedAt);
        builder.ToTable("device_runs");
    }
}
