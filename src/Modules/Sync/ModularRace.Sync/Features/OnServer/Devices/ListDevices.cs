using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Devices;

/// <summary>The devices that the admin reaches, in the order of their pairing.</summary>
internal sealed record ListDevices(PageRequest Page) : IQuery<Page<DeviceItem>>;

internal sealed class ListDevicesHandler(SyncDbContext db, ICurrentActor current, TimeProvider time) : IRequestHandler<ListDevices, Page<DeviceItem>>
{
    public async Task<Page<DeviceItem>> Handle(ListDevices request, CancellationToken ct)
    {
        var take = request.Page.Take;
        var after = request.Page.AfterNumber ?? 0;
        var everywhere = current.Actor.May(null, Roles.Admin);
        var mine = current.Actor.Grants.Where(g => g.Role == Roles.Admin).Select(g => g.CompetitionUuid).OfType<Guid>().ToArray();
        var devices = await db.Devices.AsNoTracking()
            .Where(d => d.Id > after && (everywhere || (!d.AllCompetitions && db.DeviceGrants.Any(g => g.DeviceUuid == d.DeviceUuid && mine.Contains(g.CompetitionUuid)))))
            .OrderBy(d => d.Id).Take(take + 1).ToListAsync(ct);
        var uuids = devices.Select(d => d.DeviceUuid).ToArray();
        var grants = (await db.DeviceGrants.AsNoTracking().Where(g => uuids.Contains(g.DeviceUuid)).ToListAsync(ct)).ToLookup(g => g.DeviceUuid, g => g.CompetitionUuid);
        var now = time.GetUtcNow();
        var rows = devices.Select(d => (d.Id, Item: DeviceItem.Of(d, grants[d.DeviceUuid], now))).ToList();
        var page = Page<(long Id, DeviceItem Item)>.Of(rows, take, r => r.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<DeviceItem>([.. page.Items.Select(r => r.Item)], page.NextCursor);
    }
}

/// <summary>Reads one device for an answer.</summary>
internal static class DeviceItems
{
    public static async Task<DeviceItem> ReadAsync(SyncDbContext db, Guid uuid, DateTimeOffset now, CancellationToken ct)
    {
        var device = await db.Devices.AsNoTracking().SingleAsync(d => d.DeviceUuid == uuid, ct);
        var grants = await db.DeviceGrants.Where(g => g.DeviceUuid == uuid).Select(g => g.CompetitionUuid).ToListAsync(ct);
        return DeviceItem.Of(device, grants, now);
    }
}
