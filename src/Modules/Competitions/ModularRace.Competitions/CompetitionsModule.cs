using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Competitions.Features.Erasing;
using ModularRace.Competitions.Features.Erasing.OnServer;
using ModularRace.Competitions.Features.Merging;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;
using Quartz;

namespace ModularRace.Competitions;

/// <summary>What the module does in this host.</summary>
public enum CompetitionsRole
{
    /// <summary>On a Pi: keeps what it was given, and what is made there in an emergency.</summary>
    Keep,

    /// <summary>On the cloud: keeps all of it, makes one of two that are the same, and erases names when a season is over.</summary>
    KeepAndMerge,
}

/// <summary>Reference data: competitions, races, locations, start lists, catalogues.</summary>
public sealed class CompetitionsModule(CompetitionsRole role) : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<CompetitionsDbContext>(CompetitionsDbContext.SchemaName, options => new CompetitionsDbContext(options));
        services.AddScoped<ReferenceAccess>();
        services.AddHandlersFrom(typeof(CompetitionsModule).Assembly, type => role == CompetitionsRole.KeepAndMerge || !OnCloudOnly(type.Namespace!));
        if (role != CompetitionsRole.KeepAndMerge) return;
        services.AddScoped<ReferenceMerger>();
        services.AddScoped<Rehanging>();
        services.AddScoped<ReferenceEraser>();
        services.AddSingleton<UsualPhrases>();
        services.AddQuartz(quartz => quartz.ScheduleJob<EraseDueNamesJob>(
            trigger => trigger.WithIdentity("names", "competitions").StartNow()
                .WithSimpleSchedule(s => s.WithInterval(TimeSpan.FromDays(1)).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity("names", "competitions")));
    }

    private static bool OnCloudOnly(string space) => space.Contains(".Merging", StringComparison.Ordinal) || space.Contains(".Erasing", StringComparison.Ordinal);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapCompetitions();
        if (role != CompetitionsRole.KeepAndMerge) return;
        api.MapMerging();
        api.MapErasing();
    }
}
