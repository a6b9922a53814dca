using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ModularRace.Testing;

/// <summary>The real cloud within the test's process: a class fixture.</summary>
public sealed class InProcessCloud() : InProcessHost("cloud");

/// <summary>The real Pi within the test's process: a class fixture.</summary>
public sealed class InProcessPi() : InProcessHost("offline_device");

/// <summary>
/// The real host in the test's own process, on a database of its own: to look at what it registers and serves. What is
/// tried over real sockets, or stopped and killed, runs in a <see cref="RunningHost"/>.
/// </summary>
public abstract class InProcessHost : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly string mode;

    private protected InProcessHost(string mode) => this.mode = mode;

    public TestDatabase Database { get; private set; } = null!;

    /// <summary>Everything that the host serves.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    public virtual async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.MigratedAsync();
        _ = Server; // starts it
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseEnvironment("Production")
        .UseSetting("SYSTEM_MODE", mode)
        .UseSetting("ConnectionStrings:ModularRace", Database.ConnectionString)
        .UseSetting("Admin:Email", RunningHost.AdminEmail)
        .UseSetting("Admin:Password", RunningHost.AdminPassword)
        .UseSetting("Sync:Interval", "12:00:00");
}
