using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Dedup.Persistence;

internal sealed class DedupDbContext(DbContextOptions<DedupDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "dedup";

    public DbSet<GroupMember> Members => Set<GroupMember>();

    public DbSet<ObservationRow> Observations => Set<ObservationRow>();

    public DbSet<GroupingRow> Groupings => Set<GroupingRow>();

    public DbSet<MergeRow> Merges => Set<MergeRow>();

    public DbSet<ConflictRow> Conflicts => Set<ConflictRow>();

    public DbSet<SettlementRow> Settlements => Set<SettlementRow>();

    public DbSet<SuggestionRow> Suggestions => Set<SuggestionRow>();

    public DbSet<DeviceNameRow> DeviceNames => Set<DeviceNameRow>();
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class DedupDbContextFactory : IDesignTimeDbContextFactory<DedupDbContext>
{
    public DedupDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<DedupDbContext>)new DbContextOptionsBuilder<DedupDbContext>().UseModuleSchema(DedupDbContext.SchemaName).Options);
}
