using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModularRace.Shared.Persistence;

namespace ModularRace.Host.Identity;

/// <summary>The host's own schema: people, what they may, and how they signed in. None of it syncs.</summary>
internal sealed class IdentityDbContext(DbContextOptions<IdentityDbContext> options) : ModuleDbContext(options, SchemaName)
{
    public const string SchemaName = "identity";

    public DbSet<Person> People => Set<Person>();

    public DbSet<PersonRole> Roles => Set<PersonRole>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SessionToken> Tokens => Set<SessionToken>();

    public DbSet<PasswordLink> PasswordLinks => Set<PasswordLink>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<ToldIncident> ToldIncidents => Set<ToldIncident>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<Phone> Phones => Set<Phone>();

    public DbSet<OwnCertificateRow> OwnCertificates => Set<OwnCertificateRow>();

    public DbSet<Alert> Alerts => Set<Alert>();

    public DbSet<AlertDelivery> AlertDeliveries => Set<AlertDelivery>();
}

/// <summary>For <c>dotnet ef</c> only: it writes migrations without a host and without a database.</summary>
internal sealed class IdentityDbContextFactory : IDesignTimeDbContextFactory<IdentityDbContext>
{
    public IdentityDbContext CreateDbContext(string[] args) =>
        new((DbContextOptions<IdentityDbContext>)new DbContextOptionsBuilder<IdentityDbContext>().UseModuleSchema(IdentityDbContext.SchemaName).Options);
}
