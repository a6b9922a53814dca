using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using Npgsql;

namespace ModularRace.Host.Http;

/// <summary>For whoever watches the host: the process runs; the database is reachable and migrated.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapHealth(this WebApplication app, IEndpointRouteBuilder api)
    {
        Map(app, string.Empty);
        Map(api, "Api");
    }

    private static void Map(IEndpointRouteBuilder routes, string name)
    {
        var health = routes.MapGroup("/health").WithTags("Health").AllowAnonymous();
        health.MapGet("/live", () => new HealthAnswer("ok")).WithName($"{name}HealthLive").WithSummary("The process runs.");
        health.MapGet("/ready", ReadyAsync).WithName($"{name}HealthReady").WithSummary("The database is reachable and migrated.").Produces<HealthAnswer>().ProducesProblem(503);
    }

    private static async Task<HealthAnswer> ReadyAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            foreach (var schema in services.GetServices<ModuleSchema>())
            {
                var context = (DbContext)services.GetRequiredService(schema.ContextType);
                if ((await context.Database.GetPendingMigrationsAsync(patience.Token)).Any()) throw Away($"The schema {schema.Name} is not migrated.");
            }

            return new HealthAnswer("ok");
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw Away("The database does not answer.");
        }
    }

    private static Problem Away(string why) => new(503, "database_unavailable", why) { RetryAfter = TimeSpan.FromSeconds(5) };
}

internal sealed record HealthAnswer(string Status);
