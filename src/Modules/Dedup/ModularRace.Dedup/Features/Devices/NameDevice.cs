using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Dedup.Features.Devices;

internal sealed class NameDeviceHandler(DedupDbContext db) : IRequestHandler<NameDevice, Done>
{
    public async Task<Done> Handle(NameDevice request, CancellationToken cancellationToken)
    {
        // What is known already is neither written nor locked again: it comes with every upload.
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO dedup.device_names (device_uuid, name) SELECT {request.DeviceUuid}, {request.Name}
             WHERE NOT EXISTS (SELECT 1 FROM dedup.device_names WHERE device_uuid = {request.DeviceUuid} AND name = {request.Name})
             ON CONFLICT (device_uuid) DO UPDATE SET name = excluded.name
             """, cancellationToken);
        return default;
    }
}
