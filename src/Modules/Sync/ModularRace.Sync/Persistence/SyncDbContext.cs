using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Persistence;

internal sealed class SyncDbContext(DbContextOptions<SyncDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "sync";

    // On the cloud.
    public DbSet<PairedDevice> Devices => Set<PairedDevice>();
    public DbSet<DeviceGrant> DeviceGrants => Set<DeviceGrant>();
    public DbSet<PairingCode> PairingCodes => Set<PairingCode>();
    public DbSet<PairingTry> PairingTries => Set<PairingTry>();
    public DbSet<RecordEdit> RecordEdits => Set<RecordEdit>();
    public DbSet<EditDigest> EditDigests => Set<EditDigest>();
    public DbSet<FeedRow> Feed => Set<FeedRow>();
    public DbSet<FeedEpoch> FeedEpochs => Set<FeedEpoch>();
    public DbSet<Upload> Uploads => Set<Upload>();
    public DbSet<QuarantinedRecord> Quarantine => Set<QuarantinedRecord>();
    public DbSet<DeviceRun> DeviceRuns => Set<DeviceRun>();
    public DbSet<ArchiveKey> ArchiveKeys => Set<ArchiveKey>();
    public DbSet<GivenReceipt> GivenReceipts => Set<GivenReceipt>();
    public DbSet<ErasedRecord> ErasedRecords => Set<ErasedRecord>();
    public DbSet<ErasedCompetition> ErasedCompetitions => Set<ErasedCompetition>();

    // On a Pi.
    public DbSet<ThisDevice> ThisDevice => Set<ThisDevice>();
    public DbSet<QueueEntry> Queue => Set<QueueEntry>();
    public DbSet<RecordBase> RecordBases => Set<RecordBase>();
    public DbSet<HeldChange> HeldChanges => Set<HeldChange>();
    public DbSet<KeptReceipt> Receipts => Set<KeptReceipt>();
    public DbSet<ClipTransfer> ClipTransfers => Set<ClipTransfer>();
    public DbSet<ClipDay> ClipDays => Set<ClipDay>();
    public DbSet<SyncRun> Runs => Set<SyncRun>();
    public DbSet<ClockAnchorRow> ClockAnchors => Set<ClockAnchorRow>();
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class SyncDbContextFactory : IDesignTimeDbContextFactory<SyncDbContext>
{
    public SyncDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<SyncDbContext>)new DbContextOptionsBuilder<SyncDbContext>().UseModuleSchema(SyncDbContext.SchemaName).Options);
}
