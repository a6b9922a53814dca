using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Records;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Showing;

/// <summary>For the strip at the foot of every touch page.</summary>
internal sealed class ReadDeviceStateHandler(SyncDbContext db, DeviceRow row, LinkState link, SyncRunner runner, AnchoredClock clock)
    : IRequestHandler<ReadDeviceState, DeviceState>
{
    public async Task<DeviceState> Handle(ReadDeviceState request, CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        var counts = await db.Queue.GroupBy(e => e.Status)
            .Select(g => new { g.Key, Count = g.Count(), Reports = g.Count(e => e.RecordType == RecordTypes.Report), Oldest = g.Min(e => e.CreatedAt) })
            .ToDictionaryAsync(g => g.Key, cancellationToken);
        var pending = counts.GetValueOrDefault(QueueStatuses.Pending);
        return new DeviceState(
            await row.AccessAsync(cancellationToken) is not null, device.Name, device.CompetitionUuid, device.CompetitionName, device.ReadyForOfflineAt is not null,
            pending?.Count ?? 0, pending?.Reports ?? 0, pending?.Oldest, counts.GetValueOrDefault(QueueStatuses.Failed)?.Count ?? 0,
            counts.GetValueOrDefault(QueueStatuses.Conflict)?.Count ?? 0, link.Online, link.Since, device.LastSyncAt, link.LastError, runner.Syncing,
            clock.Read().UncertaintyMs, CardSpace.Read() is { TotalBytes: > 0 } card ? (double)card.FreeBytes / card.TotalBytes : 1);
    }
}
