using ModularRace.Host.Features.Webhooks.Delivering;
using ModularRace.Host.Features.Webhooks.Telling;
using Quartz;

namespace ModularRace.Host.Features.Webhooks;

internal static class WebhooksRegistration
{
    /// <summary>How often it is looked whether something that failed is due again.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    public static void AddWebhooks(this WebApplicationBuilder builder, SystemMode mode)
    {
        // Nothing leaves a Pi but by its sync.
        var targets = WebhookTargets.Read(builder.Configuration, mode);
        builder.Services.AddSingleton(targets);
        builder.Services.AddSingleton<WebhookSecrets>();
        builder.Services.AddScoped<WebhookOutbox>();
        builder.Services.AddScoped<IncidentNews>();
        if (mode != SystemMode.Cloud) return;
        builder.Services.AddHttpClient<WebhookCaller>(client => client.Timeout = WebhookCaller.Patience)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false, // it would connect in our stead, unchecked
                ConnectCallback = targets.ConnectAsync,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxResponseHeadersLength = 64,
            });
        builder.Services.AddQuartz(quartz => quartz.ScheduleJob<DeliverWebhooksJob>(
            trigger => trigger.WithIdentity(DeliverWebhooksJob.Key.Name, DeliverWebhooksJob.Key.Group).StartNow()
                .WithSimpleSchedule(s => s.WithInterval(Look).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)),
            job => job.WithIdentity(DeliverWebhooksJob.Key)));
    }
}
