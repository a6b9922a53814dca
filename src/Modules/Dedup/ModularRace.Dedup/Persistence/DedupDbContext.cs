using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Dedup.Persistence;

internal sealed class DedupDbContext(DbContextOptions<DedupDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "dedup";
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class DedupDbContextFactory : IDesignTimeDbContextFactory<DedupDbContext>
{
    public DedupDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<DedupDbContext>)new DbContextOptionsBuilder<DedupDbContext>().UseModuleSchema(DedupDbContext.SchemaName).Options);
}
