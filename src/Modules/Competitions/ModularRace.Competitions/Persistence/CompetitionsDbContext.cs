using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Persistence;

namespace ModularRace.Competitions.Persistence;

internal sealed class CompetitionsDbContext(DbContextOptions<CompetitionsDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "competitions";

    public DbSet<Competition> Competitions => Set<Competition>();

    public DbSet<Race> Races => Set<Race>();

    public DbSet<RaceLocation> RaceLocations => Set<RaceLocation>();

    public DbSet<Athlete> Athletes => Set<Athlete>();

    public DbSet<BibAssignment> BibAssignments => Set<BibAssignment>();

    public DbSet<Penalty> Penalties => Set<Penalty>();

    public DbSet<Phrase> Phrases => Set<Phrase>();

    public DbSet<MergeEntry> Merges => Set<MergeEntry>();

    public DbSet<Erasure> Erasures => Set<Erasure>();

    public DbSet<RetentionRule> RetentionRules => Set<RetentionRule>();
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class CompetitionsDbContextFactory : IDesignTimeDbContextFactory<CompetitionsDbContext>
{
    public CompetitionsDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<CompetitionsDbContext>)new DbContextOptionsBuilder<CompetitionsDbContext>().UseModuleSchema(CompetitionsDbContext.SchemaName).Options);
}
