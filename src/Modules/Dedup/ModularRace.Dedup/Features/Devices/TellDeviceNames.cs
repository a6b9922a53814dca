using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Dedup.Features.Devices;

/// <summary>Tells Incidents, which comes before, what people call the devices that reports come from.</summary>
internal sealed class TellDeviceNames(DedupDbContext db) : INotificationHandler<NamingDevices>
{
    public async Task Handle(NamingDevices notification, CancellationToken cancellationToken)
    {
        var asked = notification.Origins.Select(o => Guid.TryParse(o, out var device) ? device : Guid.Empty).Where(d => d != Guid.Empty).ToArray();
        if (asked.Length == 0) return;
        foreach (var device in await db.DeviceNames.AsNoTracking().Where(d => asked.Contains(d.DeviceUuid)).ToListAsync(cancellationToken))
            notification.Names[device.DeviceUuid.ToString()] = device.Name;
    }
}
