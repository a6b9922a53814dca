using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Sync.Persistence;

internal sealed class SyncDbContext(DbContextOptions<SyncDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "sync";
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class SyncDbContextFactory : IDesignTimeDbContextFactory<SyncDbContext>
{
    public SyncDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<SyncDbContext>)new DbContextOptionsBuilder<SyncDbContext>().UseModuleSchema(SyncDbContext.SchemaName).Options);
}
