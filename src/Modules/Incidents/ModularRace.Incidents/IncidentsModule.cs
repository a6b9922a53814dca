using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents;

/// <summary>What was seen: incidents, the reports of them, and the history of every change.</summary>
public sealed class IncidentsModule : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<IncidentsDbContext>(IncidentsDbContext.SchemaName, options => new IncidentsDbContext(options));
        services.AddScoped<IncidentChanges>();
        services.AddHandlersFrom(typeof(IncidentsModule).Assembly);
    }

    public void Map(IEndpointRouteBuilder api) => api.MapIncidents();
}
