using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ModularRace.Shared.Persistence;

/// <summary>A module's tables: one schema, its own migrations and history table, names in snake case.</summary>
public abstract class ModuleDbContext(DbContextOptions options, string schema) : DbContext(options)
{
    public string Schema { get; } = schema;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.ApplyConfigurationsFromAssembly(GetType().Assembly, t => t.Namespace?.StartsWith(GetType().Namespace!, StringComparison.Ordinal) ?? false);
    }
}

public static class ModulePersistence
{
    /// <summary>Registers the module's DbContext on the scope's one connection.</summary>
    public static IServiceCollection AddModuleDatabase<TContext>(this IServiceCollection services, string schema, Func<DbContextOptions<TContext>, TContext> make)
        where TContext : ModuleDbContext
    {
        services.AddScoped(provider =>
        {
            var session = provider.GetRequiredService<DatabaseSession>();
            var options = new DbContextOptionsBuilder<TContext>()
                .UseModuleSchema(schema, session.Connection)
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>());
            var context = make((DbContextOptions<TContext>)options.Options);
            session.Enlist(context);
            return context;
        });
        services.AddSingleton(new ModuleSchema(schema, typeof(TContext)));
        return services;
    }

    /// <summary>The options that the running host and the design-time factory have in common.</summary>
    public static DbContextOptionsBuilder UseModuleSchema(this DbContextOptionsBuilder builder, string schema, NpgsqlConnection? connection = null)
    {
        void Options(Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.NpgsqlDbContextOptionsBuilder npgsql) =>
            npgsql.MigrationsHistoryTable("__ef_migrations_history", schema);

        return (connection is null ? builder.UseNpgsql(Options) : builder.UseNpgsql(connection, Options)).UseSnakeCaseNamingConvention();
    }
}

/// <summary>A schema and the DbContext that maps it: what the migration runner and the architecture tests walk over.</summary>
public sealed record ModuleSchema(string Name, Type ContextType);
