using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Dedup.Features.Regrouping;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup;

/// <summary>What the module does in this host.</summary>
public enum DedupRole
{
    /// <summary>On a Pi: the duplicate rule, not the review.</summary>
    Rule,

    /// <summary>On the cloud: the rule, and the review of what only a person can decide.</summary>
    RuleAndReview,
}

/// <summary>Decides: new, the same, or a person must look.</summary>
public sealed class DedupModule(DedupRole role) : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<DedupDbContext>(DedupDbContext.SchemaName, options => new DedupDbContext(options));
        services.AddScoped<Regrouper>();
        services.AddScoped<MergeLog>();
        services.AddScoped<DecisionClashes>();
        services.AddScoped<ConflictBook>();
        services.AddScoped<PeoplesWord>();
        services.AddScoped<ChosenContent>();
        services.AddScoped<RecordSettling>();
        services.AddScoped<DecisionSettling>();
        services.AddHandlersFrom(typeof(DedupModule).Assembly, type => role == DedupRole.RuleAndReview || !type.Namespace!.Contains(".Review", StringComparison.Ordinal));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        DedupEndpoints.MapGrouping(api);
        if (role == DedupRole.RuleAndReview) DedupEndpoints.MapReview(api);
    }
}
