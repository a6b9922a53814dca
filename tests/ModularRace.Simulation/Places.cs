using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using ModularRace.Host;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Testing;
using Npgsql;

namespace ModularRace.Simulation;

/// <summary>What a system answered a person.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode Body)
{
    public bool Yes => (int)Status is >= 200 and < 300;

    public string? Code => Body is JsonObject o ? (string?)o["code"] : null;

    public override string ToString() => Yes ? $"{(int)Status}" : $"{(int)Status} {Code}";
}

/// <summary>A system at which people work: the cloud or a Pi.</summary>
internal abstract class Place(string name, TestDatabase database, TrueTime time, FrontDoor door) : IAsyncDisposable
{
    private SimulatedHost? host;

    public string Name { get; } = name;

    public TestDatabase Database { get; } = database;

    public WallClock Wall { get; } = new(time);

    /// <summary>For looking at what is stored; it outlives the host.</summary>
    public NpgsqlDataSource Sql { get; } = NpgsqlDataSource.Create(database.ConnectionString);

    /// <summary>What happens here in the middle of a command, before it commits.</summary>
    public Interruption Interruption { get; } = new();

    protected FrontDoor Door => door;

    /// <summary>How a person signs in here, unless something else is said.</summary>
    protected abstract string Person { get; }

    /// <summary>Starts on what the database holds.</summary>
    /// <param name="powerWasLost">Whatever ran before ends where it stood; else it had a stop signal.</param>
    public async Task StartAsync(bool powerWasLost = false)
    {
        if (powerWasLost && host is not null)
        {
            await host.LosePowerAsync();
            host = null;
        }

        await StopAsync();
        host = await ComposeAsync();
    }

    public async Task StopAsync()
    {
        if (host is not null) await host.DisposeAsync();
        host = null;
    }

    /// <summary>Any request, as it comes.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => door.SendAsync(host ?? throw new InvalidOperationException($"{Name} is off."), request);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, "http://localhost/api/v1" + path);
        request.Headers.Add(FrontDoor.PersonHeader, Person);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null) request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, body is string ? "text/csv" : "application/json");
        using var answer = await SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new Answer(answer.StatusCode, JsonNode.Parse(text.Length == 0 ? "{}" : text)!);
    }

    public Task<Answer> Post(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body ?? new { });

    public async Task<JsonNode> Must(HttpMethod method, string path, object? body = null)
    {
        var answer = await SendAsync(method, path, body);
        return answer.Yes ? answer.Body : throw new InvalidOperationException($"{Name}: {method} {path} answered {answer}: {answer.Body.ToJsonString()}");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sql.DisposeAsync();
    }

    protected abstract Task<SimulatedHost> ComposeAsync();

    protected void AddInterruption(IServiceCollection services)
    {
        services.AddSingleton(Interruption);
        services.AddScoped<MediatR.INotificationHandler<Shared.Records.RecordsChanged>, InterruptRecords>();
    }
}

internal sealed class Cloud(TestDatabase database, TrueTime time, FrontDoor door, IDataProtectionProvider keys) : Place("cloud", database, time, door)
{
    protected override string Person => "Ada;admin";

    protected override Task<SimulatedHost> ComposeAsync() => SimulatedHost.StartAsync(Door, Database.ConnectionString, Wall, keys, AddInterruption);
}

internal sealed class Pi : Place
{
    /// <summary>Where the cloud is, for all Pis.</summary>
    public const string ServerUrl = "https://cloud.example";

    private readonly IDataProtectionProvider keys = new EphemeralDataProtectionProvider();

    public Pi(string name, Guid uuid, TestDatabase database, TrueTime time, FrontDoor door, BootClock boot, BadLink link)
        : base(name, database, time, door) => (Uuid, Boot, Link) = (uuid, boot, link);

    public Guid Uuid { get; }

    /// <summary>Made with its database.</summary>
    public Guid StoreUuid { get; private set; }

    public BootClock Boot { get; }

    public BadLink Link { get; }

    /// <summary>The cloud's word on it, as the simulator arranged it.</summary>
    public bool Revoked { get; set; }

    public bool Granted { get; set; } = true;

    protected override string Person => $"Ref {Name};referee";

    /// <summary>"Sync now", to its end; null: the device lost its power meanwhile.</summary>
    public async Task<Answer?> SyncAsync()
    {
        var run = Post("/device/sync?wait=true");
        return await Task.WhenAny(run, Link.PowerLost.Task) == run ? await run : null;
    }

    public async Task ReadStoreAsync() => StoreUuid = (await Sql.QueryAsync<Guid>("SELECT store_uuid FROM sync.this_device"))[0];

    protected override Task<SimulatedHost> ComposeAsync() => SimulatedHost.StartAsync(
        Door, Database.ConnectionString, Wall, keys,
        services =>
        {
            AddInterruption(services);
            services.AddSingleton<IBootClock>(Boot);
            services.AddHostedService<DevicePreparation>();
            services.AddHostedService(provider => provider.GetRequiredService<SyncRunner>());
            services.ConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(
                builder => ((DelegatingHandler)builder.PrimaryHandler).InnerHandler = Link));
        },
        ("Sync:DeviceUuid", Uuid.ToString()));
}
