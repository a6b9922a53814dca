using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Devices;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;
using Quartz;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>A device that is silent while a competition that it was granted is running.</summary>
internal sealed record WatchDevices : ICommand<Done>;

internal sealed class WatchDevicesHandler(SyncDbContext db, IMediator mediator, TimeProvider time) : IRequestHandler<WatchDevices, Done>
{
    public async Task<Done> Handle(WatchDevices request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var running = await RunningAsync(now, cancellationToken);
        await mediator.Publish(new AlertsHold(AlertKinds.DeviceSilent, running.Count == 0 ? [] : await SilentAsync(running, now, cancellationToken), now), cancellationToken);
        return default;
    }

    /// <summary>Today is one of its days at the venue, and its races of today are not all over.</summary>
    private async Task<List<CompetitionSummary>> RunningAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var running = new List<CompetitionSummary>();
        foreach (var competition in (await mediator.Send(new FindCompetitions(), cancellationToken)).Where(c => c.MergedInto is null))
        {
            var venue = new VenueTime(competition.TimeZone);
            var today = venue.Date(now);
            if (today < competition.StartDate || today > competition.EndDate) continue;
            var races = (await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken)).Where(r => r.ScheduledAt is not { } at || venue.Date(at) == today).ToList();
            if (races.Count == 0 || races.Any(r => r.Status is not ("completed" or "cancelled"))) running.Add(competition);
        }

        return running;
    }

    private async Task<List<AlertRaised>> SilentAsync(List<CompetitionSummary> running, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - DeviceItem.Silence;
        // One that proved after its last upload that everything is here has done its day (R13).
        var silent = await db.Devices.AsNoTracking()
            .Where(d => d.RevokedAt == null && d.LastSeenAt <= before && !db.GivenReceipts.Any(r => r.DeviceUuid == d.DeviceUuid && r.VerifiedAt >= d.LastSeenAt))
            .Select(d => new { d.DeviceUuid, d.Name, d.AllCompetitions, d.LastSeenAt }).ToListAsync(cancellationToken);
        var uuids = silent.Select(d => d.DeviceUuid).ToArray();
        // Who has one that was merged into another works in that.
        var merged = await mediator.Send(new FindMergedCompetitions(), cancellationToken);
        var grants = (await db.DeviceGrants.AsNoTracking().Where(g => uuids.Contains(g.DeviceUuid)).ToListAsync(cancellationToken)).ToLookup(g => g.DeviceUuid, g => merged.GetValueOrDefault(g.CompetitionUuid, g.CompetitionUuid));
        var causes = new List<AlertRaised>();
        foreach (var device in silent)
        {
            if (running.FirstOrDefault(c => device.AllCompetitions || grants[device.DeviceUuid].Contains(c.ClientUuid)) is not { } competition) continue;
            var venue = new VenueTime(competition.TimeZone);
            var heard = device.LastSeenAt!.Value;
            causes.Add(new AlertRaised(
                AlertKinds.DeviceSilent, DeviceCauses.Key(AlertKinds.DeviceSilent, device.DeviceUuid), competition.ClientUuid, device.DeviceUuid,
                $"{device.Name} has been silent since {venue.Minute(heard)}{(venue.Date(heard) == venue.Date(now) ? "" : $" on {venue.EnglishDay(heard)}")}, and {competition.Name} is running.", now));
        }

        return causes;
    }
}

/// <summary>What uploads is silent no more.</summary>
internal sealed class EndSilence(SyncDbContext db, IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (notification.Carried || notification.Device.LastSeenAt > notification.At - DeviceItem.Silence) return;
        var device = notification.Device;
        await mediator.Publish(new DeviceNews(DeviceNewsKinds.HeardAgain, device.DeviceUuid, device.Name, await DeviceAccess.OnlyGrantAsync(db, device, cancellationToken), null, notification.At), cancellationToken);
        await mediator.Publish(new AlertEnded(DeviceCauses.Key(AlertKinds.DeviceSilent, device.DeviceUuid), notification.At), cancellationToken);
    }
}

/// <summary>An upload says anew how its device is.</summary>
internal sealed class TellDeviceChanged(SyncDbContext db, IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (!notification.Carried) await DeviceAccess.TellChangedAsync(db, mediator, notification.Device, cancellationToken);
    }
}

[DisallowConcurrentExecution]
internal sealed class WatchDevicesJob(IMediator mediator, ILogger<WatchDevicesJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        await mediator.Send(new WatchDevices(), cancellationToken);
        logger.LogDebug("Devices looked at for {FireTime:O}", context.ScheduledFireTimeUtc);
    }
}
