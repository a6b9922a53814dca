using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Competitions.Persistence;

internal sealed class CompetitionsDbContext(DbContextOptions<CompetitionsDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "competitions";
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class CompetitionsDbContextFactory : IDesignTimeDbContextFactory<CompetitionsDbContext>
{
    public CompetitionsDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<CompetitionsDbContext>)new DbContextOptionsBuilder<CompetitionsDbContext>().UseModuleSchema(CompetitionsDbContext.SchemaName).Options);
}
