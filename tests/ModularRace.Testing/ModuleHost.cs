using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ModularRace.Host;
using ModularRace.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Time;
using Npgsql;
using Xunit;

namespace ModularRace.Testing;

/// <summary>The modules as the cloud composes them, on a database of their own: a class fixture.</summary>
public class CloudModules() : ModuleHost(SystemMode.Cloud);

/// <summary>The modules as a Pi composes them, on a database of their own: a class fixture.</summary>
public class PiModules() : ModuleHost(SystemMode.OfflineDevice);

/// <summary>
/// All modules of a mode in their real registration, without the web around them: tests send the messages that endpoints
/// and jobs send. The clock stands still until a test turns it; hosted services and jobs do not run.
/// </summary>
public abstract class ModuleHost : IAsyncLifetime
{
    /// <summary>A morning before a race.</summary>
    public static readonly DateTimeOffset Morning = new(2026, 2, 8, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Who sends, where a test says nothing else.</summary>
    public static readonly Actor Admin = Person("Ada Admin", Roles.Admin);

    private readonly SystemMode mode;
    private ServiceProvider? provider;

    private protected ModuleHost(SystemMode mode) => this.mode = mode;

    public TestDatabase Database { get; private set; } = null!;

    public FakeTimeProvider Time { get; private set; } = null!;

    public IServiceProvider Services => provider ?? throw new InvalidOperationException("The fixture was not initialised.");

    /// <summary>For plain SQL (see <see cref="PlainSql"/>).</summary>
    public NpgsqlDataSource Sql => Services.GetRequiredService<NpgsqlDataSource>();

    /// <param name="name">As shown to people.</param>
    /// <param name="role">One of <see cref="Roles"/>.</param>
    /// <param name="competitions">Where it is held; none: on all.</param>
    public static Actor Person(string name, string role, params Guid[] competitions) =>
        new(name, competitions.Length == 0 ? [new RoleGrant(role, null)] : [.. competitions.Select(c => new RoleGrant(role, c))]);

    /// <summary>Sends a message in a scope of its own, as an HTTP request would, and as the actor given (default: <see cref="Admin"/>).</summary>
    public async Task<TResult> Send<TResult>(IRequest<TResult> message, Actor? actor = null, CancellationToken cancellationToken = default) =>
        await InScope(scoped => scoped.GetRequiredService<IMediator>().Send(message, cancellationToken), actor);

    /// <summary>Works in one scope: several messages on one connection, or a module's own services.</summary>
    public async Task<TResult> InScope<TResult>(Func<IServiceProvider, Task<TResult>> work, Actor? actor = null)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TestActor>().Actor = actor ?? Admin;
        return await work(scope.ServiceProvider);
    }

    public async Task InScope(Func<IServiceProvider, Task> work, Actor? actor = null) =>
        await InScope(async scoped =>
        {
            await work(scoped);
            return new Done();
        }, actor);

    /// <summary>What a test class puts in place of the real thing: only what stands for the outside (the link, the mail server).</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    /// <summary>The database of another host, beside which this one runs as a replica; null: one of its own.</summary>
    protected virtual TestDatabase? Shared => null;

    /// <summary>Runs once the services are there: what a host does at its start.</summary>
    protected virtual Task StartedAsync() => Task.CompletedTask;

    public virtual async ValueTask InitializeAsync()
    {
        Database = Shared ?? await TestDatabase.MigratedAsync();
        provider = Compose(mode, Database.ConnectionString, Configure);
        Time = provider.GetRequiredService<FakeTimeProvider>();
        await StartedAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (provider is not null) await provider.DisposeAsync();
        if (Database is not null && Shared is null) await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal static ServiceProvider Compose(SystemMode mode, string connectionString, Action<IServiceCollection>? configure)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:ModularRace"] = connectionString,
            ["SYSTEM_MODE"] = mode.OnTheWire(),
            // Whatever this machine has: a test that wants them names them.
            ["Clips:Ffmpeg"] = "off",
            ["Clips:Ffprobe"] = "off",
            ["Clips:Directory"] = Path.Combine(Path.GetTempPath(), "modularrace-tests", new NpgsqlConnectionStringBuilder(connectionString).Database!),
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddOptions();
        services.AddSingleton(new FakeTimeProvider(Morning));
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<FakeTimeProvider>());
        services.AddSingleton<IRaceClock, CloudClock>();
        services.AddSingleton<ISystemIdentity, CloudIdentity>();
        services.AddScoped<TestActor>();
        services.AddScoped<ICurrentActor>(provider => provider.GetRequiredService<TestActor>());
        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddShared();
        foreach (var module in Composition.Modules(mode)) module.Add(services, configuration);
        services.Replace(ServiceDescriptor.Scoped<ICurrentActor>(provider => provider.GetRequiredService<TestActor>()));
        configure?.Invoke(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    /// <summary>The actor of a scope, as the host takes it from the request; the software itself where nobody is set.</summary>
    private sealed class TestActor(ISystemIdentity identity) : ICurrentActor
    {
        public Actor Actor { get; set; } = Actor.System;

        public string System => identity.Name;
    }
}
