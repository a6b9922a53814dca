using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ModularRace.Host.Tests;

public sealed class CloudInProcess() : InProcessHost("cloud");

public sealed class PiInProcess() : InProcessHost("offline_device");

/// <summary>The real host in the test's own process, on real sockets: its endpoints and their metadata can be looked at.</summary>
public abstract class InProcessHost(string mode) : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string AdminEmail = "ada@example.org", AdminPassword = "correct horse battery staple 1";
    private TestDatabase? database;

    public TestDatabase Database => database!;

    public string Mode { get; } = mode;

    public HttpClient Client { get; private set; } = null!;

    public IReadOnlyList<RouteEndpoint> Endpoints => [.. Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct()];

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.MigratedAsync();
        UseKestrel(0);
        StartServer();
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = ClientOptions.BaseAddress };
    }

    public override async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await base.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("SYSTEM_MODE", Mode);
        builder.UseSetting("ConnectionStrings:ModularRace", database!.ConnectionString);
        builder.UseSetting("Admin:Email", AdminEmail);
        builder.UseSetting("Admin:Password", AdminPassword);
        builder.UseSetting("Sync:Interval", "12:00:00");
        builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
    }
}
