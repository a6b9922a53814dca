using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;
using Quartz;

namespace ModularRace.Incidents;

/// <summary>What was seen: incidents, the reports of them with their clips, and the history of every change.</summary>
public sealed class IncidentsModule : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<IncidentsDbContext>(IncidentsDbContext.SchemaName, options => new IncidentsDbContext(options));
        services.AddScoped<IncidentChanges>();
        services.AddSingleton(ClipSettings.Read(configuration));
        services.AddSingleton<ClipFolder>();
        services.AddSingleton(FilmPrograms.Read(configuration));
        services.AddSingleton<FilmLook>();
        services.AddSingleton<ClipWriters>();
        services.AddScoped<ClipAccess>();
        services.AddHandlersFrom(typeof(IncidentsModule).Assembly);
        services.AddQuartz(quartz =>
        {
            Every<SweepClipsJob>(quartz, new JobKey("clips", "incidents"), TimeSpan.FromHours(6));
            Every<MakePostersJob>(quartz, MakePostersJob.Key, TimeSpan.FromMinutes(10));
        });
    }

    // What was missed while no host ran is not caught up on: the next look sees all.
    private static void Every<TJob>(IQuartzBuilder quartz, JobKey key, TimeSpan interval)
        where TJob : IJob =>
        quartz.ScheduleJob<TJob>(
            trigger => trigger.WithIdentity(key.Name, key.Group).StartNow().WithSimpleSchedule(s => s.WithInterval(interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity(key));

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapIncidents();
        api.MapClips();
    }
}
