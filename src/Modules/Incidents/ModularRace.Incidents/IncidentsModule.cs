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
        services.AddSingleton<ClipWriters>();
        services.AddScoped<ClipAccess>();
        services.AddHandlersFrom(typeof(IncidentsModule).Assembly);
        services.AddQuartz(quartz => quartz.ScheduleJob<SweepClipsJob>(
            trigger => trigger.WithIdentity("clips", "incidents").StartNow()
                .WithSimpleSchedule(s => s.WithInterval(TimeSpan.FromHours(6)).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity("clips", "incidents")));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapIncidents();
        api.MapClips();
    }
}
