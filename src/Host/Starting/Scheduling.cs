using System.Data.Common;
using Npgsql;
using Quartz;

namespace ModularRace.Host.Starting;

/// <summary>
/// Where the modules' jobs are kept: on a Pi in memory (its module says so), on the cloud in the database, so that each runs
/// once however many replicas there are. The tables are Quartz's own, in a schema of their own (docs/decisions/0011).
/// </summary>
internal static class Scheduling
{
    private const string Schema = "quartz";
    private const long Lock = 0x4D6F645175617274; // "ModQuart"

    public static void AddScheduling(this WebApplicationBuilder builder, SystemMode mode)
    {
        if (mode != SystemMode.Cloud) return;
        builder.Services.AddSingleton<DbDataSource>(provider => provider.GetRequiredService<NpgsqlDataSource>());
        builder.Services.AddQuartz(quartz => quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.UseRegisteredDataSource = true);
            store.ConfigureStore(options => options.TablePrefix = Schema + ".qrtz_");
            store.ProvisionSchema();
            store.UseClustering(cluster => cluster.CheckinInterval = TimeSpan.FromSeconds(5));
        }));

        // A replica that starts does not make the others' jobs run anew.
        builder.Services.Configure<QuartzOptions>(options => options.Scheduling.ScheduleTriggerRelativeToReplacedTrigger = true);
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = false);
    }

    /// <summary>Quartz makes its tables, and the schema is made before: one replica at a time.</summary>
    public static async Task PrepareSchedulingAsync(this WebApplication app, SystemMode mode)
    {
        if (mode != SystemMode.Cloud) return;
        await using var connection = await app.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(app.Lifetime.ApplicationStopping);
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = Lock } } })
            await take.ExecuteNonQueryAsync();
        await using (var make = new NpgsqlCommand($"CREATE SCHEMA IF NOT EXISTS {Schema}", connection, transaction))
            await make.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
