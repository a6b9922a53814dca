using Quartz;

namespace ModularRace.Host.Features.Alerts.Delivering;

internal static class AlertsRegistration
{
    /// <summary>How often it is looked whether something that failed is due again.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    public static void AddAlerts(this WebApplicationBuilder builder, SystemMode mode)
    {
        // Nothing leaves a Pi but by its sync.
        var channels = mode == SystemMode.Cloud ? AlertChannels.Read(builder.Configuration) : new AlertChannels(null, null);
        builder.Services.AddSingleton(channels);
        if (mode != SystemMode.Cloud) return;
        builder.Services.AddScoped<AlertMail>();
        builder.Services.AddHttpClient<AlertWebhook>(client => client.Timeout = AlertWebhook.Patience)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddQuartz(quartz => quartz.ScheduleJob<DeliverAlertsJob>(
            trigger => trigger.WithIdentity(DeliverAlertsJob.Key.Name, DeliverAlertsJob.Key.Group).StartNow()
                .WithSimpleSchedule(s => s.WithInterval(Look).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity(DeliverAlertsJob.Key)));
    }
}
