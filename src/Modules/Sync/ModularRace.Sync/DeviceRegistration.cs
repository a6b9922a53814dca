using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Features.OnDevice.Journaling;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Sending;
using Npgsql;
using Quartz;

namespace ModularRace.Sync;

/// <summary>What the module runs on a Pi.</summary>
internal static class DeviceRegistration
{
    public static IServiceCollection AddDevice(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = DeviceSettings.Read(configuration);
        services.AddSingleton(settings);
        services.AddDataProtection();

        // A Pi is not the cloud, and its clock is measured against it: what the host took as given is replaced.
        services.AddSingleton(provider => new DeviceIdentity(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>(), settings.DeviceUuid));
        services.Replace(ServiceDescriptor.Singleton<ISystemIdentity>(provider => provider.GetRequiredService<DeviceIdentity>()));
        services.TryAddSingleton<IBootClock, LinuxBootClock>();
        services.TryAddSingleton<IAnchorStore, AnchorStore>();
        services.AddSingleton<AnchoredClock>();
        services.Replace(ServiceDescriptor.Singleton<IRaceClock>(provider => provider.GetRequiredService<AnchoredClock>()));

        services.AddCloudLink();
        services.AddScoped<DeviceRow>();
        services.AddSingleton<SigningKey>();
        services.AddScoped<LostVersions>();
        services.AddSingleton<ScopedSender>();
        services.AddSingleton(provider => new DeviceProgress(provider.GetService<IHostApplicationLifetime>(), provider.GetRequiredService<LinkMeter>()));
        services.AddSingleton<BatchSize>();
        services.AddSingleton<ChunkSize>();
        services.AddSingleton<LinkRate>();
        services.AddScoped<ClipTerms>();
        services.AddSingleton<LinkSignal>();
        services.AddTransient<SyncPass>();
        services.AddTransient<ClipPass>();
        services.AddSingleton<SyncRunner>();
        services.AddSingleton<StickFolder>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<StickJournal>();

        services.AddHostedService<DevicePreparation>();
        services.AddHostedService(provider => provider.GetRequiredService<SyncRunner>());
        services.AddHostedService<LinkWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<StickJournal>());
        services.AddQuartz(quartz =>
        {
            quartz.UseInMemoryStore();
            quartz.ScheduleJob<SyncJob>(trigger => trigger.WithIdentity("sync", "device").StartNow().WithSimpleSchedule(s => s.WithInterval(settings.Interval).RepeatForever()));
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = false);
        return services;
    }
}
