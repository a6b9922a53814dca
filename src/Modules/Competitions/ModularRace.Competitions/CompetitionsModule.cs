using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Competitions.Features.Merging;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions;

/// <summary>What the module does in this host.</summary>
public enum CompetitionsRole
{
    /// <summary>On a Pi: keeps what it was given, and what is made there in an emergency.</summary>
    Keep,

    /// <summary>On the cloud: keeps all of it, and makes one of two that are the same.</summary>
    KeepAndMerge,
}

/// <summary>Reference data: competitions, races, locations, start lists, catalogues.</summary>
public sealed class CompetitionsModule(CompetitionsRole role) : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<CompetitionsDbContext>(CompetitionsDbContext.SchemaName, options => new CompetitionsDbContext(options));
        services.AddScoped<ReferenceAccess>();
        services.AddHandlersFrom(typeof(CompetitionsModule).Assembly, type => role == CompetitionsRole.KeepAndMerge || !type.Namespace!.Contains(".Merging", StringComparison.Ordinal));
        if (role != CompetitionsRole.KeepAndMerge) return;
        services.AddScoped<ReferenceMerger>();
        services.AddScoped<Rehanging>();
        services.AddSingleton<UsualPhrases>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapCompetitions();
        if (role == CompetitionsRole.KeepAndMerge) api.MapMerging();
    }
}
