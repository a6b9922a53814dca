using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Features.OnServer.Retention;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Features.OnServer.Uploading.TakingIn;
using ModularRace.Sync.Features.OnServer.Watching;
using Quartz;

namespace ModularRace.Sync;

/// <summary>What the module runs on the cloud. Where its jobs are kept, so that each runs once for all replicas, is the host's.</summary>
internal static class ServerRegistration
{
    public static void AddServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<RecordIntake>();
        services.AddScoped<QuarantineKeeper>();
        services.AddScoped<QuarantineFollowers>();
        services.AddScoped<ErasedOnes>();
        services.AddScoped<FeedReader>();
        services.AddScoped<OwnWord>();
        services.AddScoped<CloudArchiveKey>();
        var watch = Interval(configuration["Jobs:WatchInterval"]);
        services.AddQuartz(quartz =>
        {
            Every<WatchDevicesJob>(quartz, "devices", watch);
            Every<WatchConflictsJob>(quartz, "conflicts", watch);
            Every<WatchQuarantineJob>(quartz, "quarantine", watch);
            Every<DropOldRecordsJob>(quartz, "retention", TimeSpan.FromDays(1));
        });
    }

    // What was missed while no replica ran is not caught up on: the next look sees all.
    private static void Every<TJob>(IQuartzBuilder quartz, string name, TimeSpan interval)
        where TJob : IJob =>
        quartz.ScheduleJob<TJob>(
            trigger => trigger.WithIdentity(name, "sync").StartNow().WithSimpleSchedule(s => s.WithInterval(interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity(name, "sync"));

    private static TimeSpan Interval(string? text) =>
        string.IsNullOrWhiteSpace(text) ? TimeSpan.FromMinutes(1)
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && every >= TimeSpan.FromSeconds(1) ? every
        : throw new StartFailure($"Jobs__WatchInterval is '{text}'; it is a time of a second or more, such as 00:01:00.");
}
