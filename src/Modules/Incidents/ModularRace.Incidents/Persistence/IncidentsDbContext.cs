using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Incidents.Persistence;

internal sealed class IncidentsDbContext(DbContextOptions<IncidentsDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "incidents";
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class IncidentsDbContextFactory : IDesignTimeDbContextFactory<IncidentsDbContext>
{
    public IncidentsDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<IncidentsDbContext>)new DbContextOptionsBuilder<IncidentsDbContext>().UseModuleSchema(IncidentsDbContext.SchemaName).Options);
}
