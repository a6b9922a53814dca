using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions;

/// <summary>Reference data: competitions, races, locations, start lists, catalogues.</summary>
public sealed class CompetitionsModule : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<CompetitionsDbContext>(CompetitionsDbContext.SchemaName, options => new CompetitionsDbContext(options));
        services.AddScoped<ReferenceAccess>();
        services.AddHandlersFrom(typeof(CompetitionsModule).Assembly);
    }

    public void Map(IEndpointRouteBuilder api) => api.MapCompetitions();
}
