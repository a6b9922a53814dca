using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Runs;

/// <summary>The last runs of each of these devices, newest first; uploads where a device tells no runs.</summary>
internal sealed record ListDeviceRuns(IReadOnlyCollection<Guid> Devices) : IQuery<IReadOnlyList<DeviceRunLine>>;

/// <param name="DurationMs">Null: not known.</param>
/// <param name="Bytes">Sent and received; null: not told.</param>
internal sealed record DeviceRunLine(
    Guid DeviceUuid, DateTimeOffset EndedAt, bool Reached, string? Error, int Uploaded, int Downloaded, int Conflicts, int Failed, int Deferred, long? DurationMs, long? Bytes, int? Requests);

internal sealed class ListDeviceRunsHandler(SyncDbContext db) : IRequestHandler<ListDeviceRuns, IReadOnlyList<DeviceRunLine>>
{
    private const int Last = 5;

    public async Task<IReadOnlyList<DeviceRunLine>> Handle(ListDeviceRuns request, CancellationToken ct)
    {
        var devices = request.Devices.ToArray();
        return await db.Database.SqlQuery<DeviceRunLine>(
            $"""
             SELECT d.uuid AS device_uuid, r.*
             FROM unnest({devices}) AS d(uuid)
             CROSS JOIN LATERAL (
                 (SELECT ended_at, reached, error, uploaded, downloaded, conflicts, failed, deferred, duration_ms, bytes_sent + bytes_received AS bytes, requests
                  FROM sync.device_runs WHERE device_uuid = d.uuid ORDER BY ended_at DESC LIMIT {Last})
                 UNION ALL
                 (SELECT received_at, true, NULL, records - COALESCE((outcomes ->> 'rejected')::int, 0) - COALESCE((outcomes ->> 'deferred')::int, 0) - COALESCE((outcomes ->> 'conflict')::int, 0),
                      0, COALESCE((outcomes ->> 'conflict')::int, 0), COALESCE((outcomes ->> 'rejected')::int, 0), COALESCE((outcomes ->> 'deferred')::int, 0), duration_ms, NULL, NULL
                  FROM sync.uploads WHERE device_uuid = d.uuid AND NOT tells_runs ORDER BY received_at DESC LIMIT {Last})
                 ORDER BY ended_at DESC LIMIT {Last}) AS r
             ORDER BY d.uuid, r.ended_at DESC
             """).ToListAsync(ct);
    }
}
