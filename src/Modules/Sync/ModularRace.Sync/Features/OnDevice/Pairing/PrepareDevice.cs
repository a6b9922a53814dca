using MediatR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Pairing;

/// <summary>At the start: the device has its row and its key for archives, and an imaged Pi (<c>Sync__DeviceToken</c>, <c>Sync__DeviceUuid</c>) is paired without a screen.</summary>
internal sealed record PrepareDevice : ICommand<Done>;

internal sealed class PrepareDeviceHandler(SyncDbContext db, DeviceRow row, SigningKey key, DeviceSettings settings, TimeProvider time, ILogger<PrepareDeviceHandler> logger)
    : IRequestHandler<PrepareDevice, Done>
{
    public async Task<Done> Handle(PrepareDevice request, CancellationToken cancellationToken)
    {
        var device = await row.TakeAsync(cancellationToken);
        if (key.Ensure(device))
        {
            // The cloud is told with the next question for the grants.
            device.GrantsReadAt = null;
            await db.SaveChangesAsync(cancellationToken);
        }

        // Pairing on the screen came later than the image, and its token replaced the image's.
        if (device.TokenProtected is not null) return default;
        if (ServerAddress.Read(settings.ServerUrl) is { } server) device.ServerUrl = server.AbsoluteUri.TrimEnd('/');
        else if (settings.ServerUrl is not null) logger.LogError("SYNC_SERVER_URL is '{Url}' and is not used. {Rule}", settings.ServerUrl, ServerAddress.Rule);
        if (settings.DeviceToken is { } token && device.ServerUrl is not null && device.DeviceUuid == settings.DeviceUuid)
            (device.TokenProtected, device.PairedAt) = (row.Protect(token), time.GetUtcNow());
        else if (settings.DeviceToken is not null)
            logger.LogError("Sync__DeviceToken is not used: it needs SYNC_SERVER_URL, and Sync__DeviceUuid on a Pi that has made nothing yet.");
        await db.SaveChangesAsync(cancellationToken);
        return default;
    }
}

/// <summary>Before anything else of this module runs.</summary>
internal sealed class DevicePreparation(ScopedSender sender) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => sender.SendAsync(new PrepareDevice(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
