using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.OnServer.Keeping;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Incidents.Persistence;
using ModularRace.Incidents.Persistence.S3;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Web;
using Quartz;

namespace ModularRace.Incidents;

/// <summary>What the module does in this host.</summary>
public enum IncidentsRole
{
    /// <summary>On the cloud: keeps what was seen; clips go when their competition has a rule that says so.</summary>
    KeepByRule,

    /// <summary>On a Pi: keeps all until it is cleared, films with the cameras of the course as well, and keeps their last minute.</summary>
    KeepAndFilm,
}

/// <summary>What was seen: incidents, the reports of them with their clips, and the history of every change.</summary>
public sealed class IncidentsModule(IncidentsRole role) : IModule
{
    public void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<IncidentsDbContext>(IncidentsDbContext.SchemaName, options => new IncidentsDbContext(options));
        services.AddScoped<IncidentChanges>();
        services.AddScoped<FilteredIncidents>();
        services.AddSingleton(ClipSettings.Read(configuration));
        AddClipStore(services, S3Settings.Read(configuration));
        services.AddSingleton(FilmPrograms.Read(configuration));
        services.AddSingleton<FilmLook>();
        services.AddSingleton<ClipWriters>();
        services.AddScoped<ClipAccess>();
        services.AddSingleton(CameraSettings.Read(configuration));
        services.AddSingleton<CameraFilm>();
        services.AddSingleton<CourseCameras>();
        services.AddHandlersFrom(typeof(IncidentsModule).Assembly, Plays);
        if (role == IncidentsRole.KeepAndFilm) services.AddHostedService(provider => provider.GetRequiredService<CourseCameras>());
        else services.AddScoped<ClipVerdicts>();
        services.AddQuartz(quartz =>
        {
            Every<SweepClipsJob>(quartz, new JobKey("clips", "incidents"), TimeSpan.FromHours(6));
            Every<MakePostersJob>(quartz, MakePostersJob.Key, TimeSpan.FromMinutes(10));
            if (role == IncidentsRole.KeepByRule) Every<RemoveDueClipsJob>(quartz, new JobKey("clip-rules", "incidents"), TimeSpan.FromHours(1));
        });
    }

    private bool Plays(Type type) => role == IncidentsRole.KeepAndFilm
        ? !type.Namespace!.Contains(".OnServer", StringComparison.Ordinal)
        : !type.Namespace!.EndsWith(".Features.Cameras", StringComparison.Ordinal);

    /// <summary>A Pi has its card, whatever is set.</summary>
    private static void AddClipStore(IServiceCollection services, S3Settings? s3)
    {
        services.AddSingleton<ClipFolder>();
        if (s3 is null)
        {
            services.AddSingleton<IClipStore>(made => made.GetRequiredService<ClipFolder>());
            return;
        }

        services.AddSingleton(s3);
        services.AddSingleton<S3Bucket>();
        services.AddSingleton<S3ClipStore>();
        services.AddSingleton<IClipStore>(made => made.GetRequiredService<ISystemIdentity>().Origin == CloudIdentity.Cloud ? made.GetRequiredService<S3ClipStore>() : made.GetRequiredService<ClipFolder>());
        services.AddHostedService<S3Look>();
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
        if (role == IncidentsRole.KeepAndFilm) api.MapCameras();
        else api.MapClipRetention();
    }
}
