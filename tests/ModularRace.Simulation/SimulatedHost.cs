using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModularRace.Host;
using ModularRace.Host.Access;
using ModularRace.Host.Http;
using ModularRace.Host.Starting;
using ModularRace.Shared;
using ModularRace.Shared.Access;
using Npgsql;

namespace ModularRace.Simulation;

/// <summary>
/// A running system in this process: its modules and all that they keep in memory. What runs by timers does not run: the
/// simulator sends what timers would send.
/// </summary>
internal sealed class SimulatedHost : IAsyncDisposable
{
    private readonly IHostedService[] started;

    private SimulatedHost(ServiceProvider services, IHostedService[] started) => (Services, this.started) = (services, started);

    public ServiceProvider Services { get; }

    public static async Task<SimulatedHost> StartAsync(
        FrontDoor door, string connectionString, TimeProvider clock, IDataProtectionProvider keys, Action<IServiceCollection> configure, params (string Name, string? Value)[] settings)
    {
        var builder = FrontDoor.Compose(door.Mode, [("ConnectionStrings:ModularRace", connectionString), .. settings]);
        builder.Services.Replace(ServiceDescriptor.Singleton(clock));
        builder.Services.AddSingleton(keys);
        builder.Services.RemoveAll<IHostedService>();
        configure(builder.Services);
        var services = builder.Services.BuildServiceProvider();
        IHostedService[] toStart = [.. services.GetServices<IHostedService>()];
        foreach (var service in toStart) await service.StartAsync(CancellationToken.None);
        return new SimulatedHost(services, toStart);
    }

    /// <summary>The power is gone: what runs stays where it is for ever, and only its connections to the database end.</summary>
    public ValueTask LosePowerAsync() => Services.GetRequiredService<NpgsqlDataSource>().DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in started.Reverse()) await service.StopAsync(CancellationToken.None);
        await Services.DisposeAsync();
    }
}

/// <summary>
/// The way of a request into the hosts of a mode, with the real routes, filters and answers, and memory in the place of
/// sockets. It is built once and outlives restarts, since building it costs more than all else of a start. People are
/// signed in by a header; devices show their real tokens.
/// </summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    /// <summary>"Name;role": who a person is.</summary>
    public const string PersonHeader = "X-Simulated-Person";

    private const string HostHeader = "X-Simulated-Host";
    private readonly ConcurrentDictionary<string, IServiceProvider> within = new(StringComparer.Ordinal);
    private readonly WebApplication app;
    private HttpMessageInvoker? client;
    private long requests;

    private FrontDoor(SystemMode mode)
    {
        Mode = mode;
        var builder = Compose(mode, [("ConnectionStrings:ModularRace", "Host=nowhere")]);
        builder.WebHost.UseTestServer();
        var web = builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "GenericWebHostService").ToList();
        builder.Services.RemoveAll<IHostedService>();
        foreach (var service in web) builder.Services.Add(service);
        app = builder.Build();
        app.Use(async (context, next) =>
        {
            await using var scope = within[context.Request.Headers[HostHeader].ToString()].CreateAsyncScope();
            context.RequestServices = scope.ServiceProvider;
            await next(context);
        });
        app.UseHttp(mode);
        var api = app.MapGroup("/api/v1");
        foreach (var module in Composition.Modules(mode)) module.Map(api);
    }

    public SystemMode Mode { get; }

    public static async Task<FrontDoor> OpenAsync(SystemMode mode)
    {
        var door = new FrontDoor(mode);
        await door.app.StartAsync();
        door.client = new HttpMessageInvoker(door.app.GetTestServer().CreateHandler());
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await app.DisposeAsync();
    }

    public async Task<HttpResponseMessage> SendAsync(SimulatedHost host, HttpRequestMessage request)
    {
        var key = Interlocked.Increment(ref requests).ToString(CultureInfo.InvariantCulture);
        within[key] = host.Services;
        request.Headers.Add(HostHeader, key);
        try
        {
            return await client!.SendAsync(request, CancellationToken.None);
        }
        finally
        {
            within.TryRemove(key, out _);
        }
    }

    /// <summary>What a host registers, as its program does.</summary>
    public static WebApplicationBuilder Compose(SystemMode mode, IEnumerable<(string Name, string? Value)> settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"], EnvironmentName = Environments.Production, ApplicationName = typeof(SystemModes).Assembly.GetName().Name });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings.Append(("SYSTEM_MODE", mode.OnTheWire())).Select(s => KeyValuePair.Create(s.Item1, s.Item2)));
        builder.AddDatabase();
        builder.AddClockAndIdentity();
        builder.AddAccess(mode);
        builder.AddHttp(mode);
        var services = builder.Services;
        services.AddShared();
        foreach (var module in Composition.Modules(mode)) module.Add(services, builder.Configuration);

        // One for all hosts of the process: EF keeps its models by it, so that a restart costs milliseconds.
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(Log.Factory));
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, SimulatedPerson>(SimulatedPerson.Name, null);
        services.PostConfigure<PolicySchemeOptions>(Schemes.Any, options =>
        {
            var select = options.ForwardDefaultSelector!;
            options.ForwardDefaultSelector = context => context.Request.Headers.ContainsKey(PersonHeader) ? SimulatedPerson.Name : select(context);
        });
        return builder;
    }

    private sealed class SimulatedPerson(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public const string Name = "simulated";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var parts = Request.Headers[PersonHeader].ToString().Split(';');
            ClaimsPrincipal user = Principals.OfKey(Guid.Empty, parts[0], [new RoleGrant(parts[1], null)]);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
        }
    }
}
