using System.Globalization;
using System.Security.Cryptography;
using ModularRace.Host;
using ModularRace.Shared.Persistence;
using Npgsql;

namespace ModularRace.Testing;

/// <summary>A database of a test's own, dropped with it. Migrated ones are clones of a template that is migrated once for the process.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private TestDatabase(string name, string connectionString)
    {
        Name = name;
        ConnectionString = connectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>A database with all modules' schemas in it, and no rows.</summary>
    public static async Task<TestDatabase> MigratedAsync() => await CreateAsync($" TEMPLATE \"{await Template.Value}\"");

    /// <summary>One on a server that a test looks after itself; whoever made it drops it.</summary>
    public static TestDatabase At(string name, string connectionString) => new(name, connectionString);

    /// <summary>A database with nothing in it.</summary>
    public static Task<TestDatabase> EmptyAsync() => CreateAsync("");

    /// <summary>As this one is now: a backup. Nobody may be connected meanwhile.</summary>
    public async Task<TestDatabase> CloneAsync()
    {
        await using (var pool = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(pool);
        return await CreateAsync($" TEMPLATE \"{Name}\"");
    }

    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        return await dataSource.ExecuteAsync(sql, parameters);
    }

    /// <summary>The first column of each row.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, params object?[] parameters)
    {
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        return await dataSource.QueryAsync<T>(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pool = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(pool);
        await OnServerAsync($"DROP DATABASE IF EXISTS \"{Name}\" WITH (FORCE)");
    }

    private static async Task<TestDatabase> CreateAsync(string from)
    {
        // R1 has the host forbid what a template's own settings would allow, so nothing is set here but the encoding's order.
        var name = NewName("t");
        await OnServerAsync($"CREATE DATABASE \"{name}\"{from}");
        return new TestDatabase(name, await ConnectionStringAsync(name));
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var name = NewName("template");
        await OnServerAsync($"CREATE DATABASE \"{name}\"");
        var connectionString = await ConnectionStringAsync(name);
        await using (var services = ModuleHost.Compose(SystemMode.Cloud, connectionString, configure: null))
            await DatabaseMigrations.MigrateAsync(services, CancellationToken.None);
        await using (var pool = new NpgsqlConnection(connectionString)) NpgsqlConnection.ClearPool(pool);
        return name;
    }

    private static string NewName(string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"mr_{kind}_{Environment.ProcessId}_{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    private static async Task<string> ConnectionStringAsync(string database) =>
        new NpgsqlConnectionStringBuilder(await PostgresCluster.ConnectionStringAsync()) { Database = database, MaxPoolSize = 30 }.ConnectionString;

    private static async Task OnServerAsync(string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(await PostgresCluster.ConnectionStringAsync() + ";Pooling=false");
        await dataSource.ExecuteAsync(sql);
    }
}

/// <summary>Plain SQL for tests: to look at what is stored, and to arrange what no message can.</summary>
public static class PlainSql
{
    public static async Task<int> ExecuteAsync(this NpgsqlDataSource dataSource, string sql, params object?[] parameters)
    {
        await using var command = Command(dataSource, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of each row.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(this NpgsqlDataSource dataSource, string sql, params object?[] parameters)
    {
        await using var command = Command(dataSource, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(await reader.IsDBNullAsync(0) ? default! : await reader.GetFieldValueAsync<T>(0));
        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlDataSource dataSource, string sql, object?[] parameters)
    {
        var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter ?? DBNull.Value);
        return command;
    }
}
