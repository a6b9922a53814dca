using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync;

/// <summary>What the module does in this host.</summary>
public enum SyncRole
{
    /// <summary>On the cloud: devices, uploads, the feed.</summary>
    Server,

    /// <summary>On a Pi: the queue and the runs.</summary>
    Device,
}

/// <summary>Moves records; knows nothing of what they mean.</summary>
public sealed class SyncModule(SyncRole role) : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<SyncDbContext>(SyncDbContext.SchemaName, options => new SyncDbContext(options));
        services.AddHandlersFrom(typeof(SyncModule).Assembly, type => !type.Namespace!.Contains(role == SyncRole.Server ? ".OnDevice" : ".OnServer", StringComparison.Ordinal));
        if (role == SyncRole.Server)
        {
            services.AddServer(configuration);
        }
        else
        {
            services.AddDevice(configuration);
        }
    }

    public void Map(IEndpointRouteBuilder api)
    {
        ServerEndpoints.MapHealth(api, role);
        if (role == SyncRole.Server) ServerEndpoints.Map(api);
        else DeviceEndpoints.Map(api);
    }
}
