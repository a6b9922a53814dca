using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ModularRace.Shared.Persistence;

/// <summary>
/// Migrates every module's schema at start. Several replicas may start at once: one migrates under an advisory lock, the
/// others wait and then find nothing to do (EF's own lock logs an error for each loser).
/// </summary>
public static class DatabaseMigrations
{
    private const long Lock = 0x4D6F64756C617252; // "ModularR"

    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DatabaseMigrations));
        await using var guard = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock($1)", guard) { Parameters = { new() { Value = Lock } } })
            await take.ExecuteNonQueryAsync(cancellationToken);

        await using var scope = services.CreateAsyncScope();
        foreach (var schema in services.GetServices<ModuleSchema>())
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(schema.ContextType);
            var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending.Count == 0) continue;
            logger.LogInformation("Schema {Schema}: applying {Migrations}", schema.Name, string.Join(", ", pending));
            await context.Database.MigrateAsync(cancellationToken);
        }

        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", guard) { Parameters = { new() { Value = Lock } } };
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
