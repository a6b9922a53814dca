using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Persistence;

namespace ModularRace.Incidents.Persistence;

internal sealed class IncidentsDbContext(DbContextOptions<IncidentsDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "incidents";

    public DbSet<Incident> Incidents => Set<Incident>();

    public DbSet<Report> Reports => Set<Report>();

    public DbSet<HistoryEntry> HistoryEntries => Set<HistoryEntry>();

    public DbSet<IncidentCounter> IncidentCounters => Set<IncidentCounter>();

    public DbSet<StoredClip> Clips => Set<StoredClip>();

    public DbSet<ClipUpload> ClipUploads => Set<ClipUpload>();

    public DbSet<ClipRule> ClipRules => Set<ClipRule>();

    public DbSet<ClipHold> ClipHolds => Set<ClipHold>();

    public DbSet<RemovedClip> RemovedClips => Set<RemovedClip>();
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class IncidentsDbContextFactory : IDesignTimeDbContextFactory<IncidentsDbContext>
{
    public IncidentsDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<IncidentsDbContext>)new DbContextOptionsBuilder<IncidentsDbContext>().UseModuleSchema(IncidentsDbContext.SchemaName).Options);
}
