using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Features.OnServer.Devices;
using ModularRace.Sync.Features.OnServer.Metrics;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Dashboard;

/// <summary>The figures of success with what they are made of: each run, each incident and each device, for plots and for the cases behind a figure.</summary>
/// <param name="CompetitionUuid">Null: all, for those with rights everywhere.</param>
/// <param name="From">The first day at the venue; null: from the beginning.</param>
internal sealed record ReadDashboard(Guid? CompetitionUuid, DateOnly? From) : IQuery<DashboardView>;

/// <param name="Metrics">As <c>GET /sync/metrics</c> has them.</param>
/// <param name="Runs">Those that reached the cloud, oldest first; the newest of many.</param>
/// <param name="Failed">Runs that reached the cloud and did not end well, newest first; the newest of many.</param>
/// <param name="Incidents">When the cloud first had each incident that a device sent, oldest first.</param>
/// <param name="Devices">Those that serve the competition and are not revoked.</param>
internal sealed record DashboardView(
    SyncMetrics Metrics, IReadOnlyList<RunPoint> Runs, IReadOnlyList<FailedRun> Failed, IReadOnlyList<IncidentPoint> Incidents, IReadOnlyList<DashboardDevice> Devices);

/// <param name="Ms">Without clips; null: not known.</param>
internal sealed record RunPoint(Guid DeviceUuid, DateTimeOffset At, double? Ms, bool Well, double? OfflineHours);

/// <param name="DeviceName">Null: the device is gone.</param>
/// <param name="Error">Why it broke off; null: it went through, and some records did not.</param>
internal sealed record FailedRun(Guid DeviceUuid, string? DeviceName, DateTimeOffset At, string? Error, int Failed, int Deferred);

internal sealed record IncidentPoint(DateTimeOffset At, bool InConflict);

/// <param name="Item">As the list of devices has it.</param>
/// <param name="LongestOffline">Hours; null: it took no report without the cloud.</param>
/// <param name="Contacts">When it reached the cloud, oldest first.</param>
internal sealed record DashboardDevice(DeviceItem Item, double? LongestOffline, IReadOnlyList<DateTimeOffset> Contacts);

internal sealed class ReadDashboardHandler(SyncDbContext db, IMediator mediator, ICurrentActor current, TimeProvider time) : IRequestHandler<ReadDashboard, DashboardView>
{
    /// <summary>More than a plot can show apart.</summary>
    private const int MostRuns = 5_000, MostIncidents = 20_000, MostFailed = 20;

    public async Task<DashboardView> Handle(ReadDashboard request, CancellationToken cancellationToken)
    {
        var competition = request.CompetitionUuid;
        current.Actor.Require(competition, Roles.JuryPresident);
        var competitions = await mediator.Send(new FindCompetitions(), cancellationToken);
        var asked = competition is { } uuid ? competitions.FirstOrDefault(c => c.ClientUuid == uuid) ?? throw Problem.NotFound("competition") : null;
        var practice = competitions.Where(c => c.Practice).Select(c => c.ClientUuid).ToArray();
        var from = request.From is { } day ? new VenueTime(asked?.TimeZone).From(day.ToDateTime(TimeOnly.MinValue)) : (DateTimeOffset?)null;

        var metrics = await mediator.Send(new ReadMetrics(competition, request.From?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), null), cancellationToken);
        var runs = await RunsAsync(competition, practice, from, cancellationToken);
        var names = await db.Devices.ToDictionaryAsync(d => d.DeviceUuid, d => d.Name, cancellationToken);
        var failed = runs.Where(r => !r.Well).Take(MostFailed).Select(r => new FailedRun(r.DeviceUuid, names.GetValueOrDefault(r.DeviceUuid), r.At, r.Error, r.Failed, r.Deferred)).ToList();
        var rule = await mediator.Send(new MeasureDuplicates(competition, practice, from, null), cancellationToken);
        runs.Reverse();
        return new DashboardView(
            metrics, [.. runs.Select(r => new RunPoint(r.DeviceUuid, r.At, r.Ms, r.Well, r.OfflineHours))], failed,
            await IncidentsAsync(competition, practice, from, rule.InConflict, cancellationToken), await DevicesAsync(competition, runs, cancellationToken));
    }

    /// <summary>What the figures count (<see cref="ReadMetricsHandler"/>), one by one, newest first.</summary>
    private Task<List<RunRow>> RunsAsync(Guid? competition, Guid[] practice, DateTimeOffset? from, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<RunRow>(
            $"""
             SELECT device_uuid, ended_at AS at, duration_ms::double precision AS ms, error IS NULL AND failed = 0 AND deferred = 0 AS well, offline_hours, error, failed, deferred
             FROM sync.device_runs
             WHERE reached AND ({competition}::uuid IS NULL OR competition_uuid = {competition}) AND (competition_uuid IS NULL OR NOT competition_uuid = ANY({practice}))
                 AND ({from}::timestamptz IS NULL OR ended_at >= {from})
             UNION ALL
             SELECT device_uuid, received_at, duration_ms::double precision, NOT outcomes ?| ARRAY['rejected', 'deferred'], NULL, NULL,
                 COALESCE((outcomes ->> 'rejected')::int, 0), COALESCE((outcomes ->> 'deferred')::int, 0)
             FROM sync.uploads
             WHERE NOT tells_runs AND ({competition}::uuid IS NULL OR {competition} = ANY(competition_uuids)) AND (competition_uuids = ARRAY[]::uuid[] OR NOT competition_uuids <@ {practice})
                 AND ({from}::timestamptz IS NULL OR received_at >= {from})
             ORDER BY at DESC LIMIT {MostRuns}
             """).ToListAsync(cancellationToken);

    private async Task<List<IncidentPoint>> IncidentsAsync(Guid? competition, Guid[] practice, DateTimeOffset? from, IReadOnlyList<Guid> conflicts, CancellationToken cancellationToken)
    {
        var ever = conflicts.ToArray();
        var incidents = await db.Database.SqlQuery<IncidentPoint>(
            $"""
             SELECT min(v.made_at) AS at, v.client_uuid = ANY({ever}) AS in_conflict FROM sync.record_versions v
             WHERE v.type = {RecordTypes.Incident} AND v.competition_uuid IS NOT NULL AND NOT v.competition_uuid = ANY({practice})
                 AND ({competition}::uuid IS NULL OR v.competition_uuid = {competition})
                 AND EXISTS (SELECT 1 FROM sync.record_edits e WHERE e.client_uuid = v.client_uuid AND e.type = v.type AND e.device_uuid IS NOT NULL)
             GROUP BY v.client_uuid HAVING {from}::timestamptz IS NULL OR min(v.made_at) >= {from}
             ORDER BY at DESC LIMIT {MostIncidents}
             """).ToListAsync(cancellationToken);
        incidents.Reverse();
        return incidents;
    }

    private async Task<List<DashboardDevice>> DevicesAsync(Guid? competition, List<RunRow> runs, CancellationToken cancellationToken)
    {
        var devices = await db.Devices.AsNoTracking()
            .Where(d => d.RevokedAt == null && (competition == null || d.AllCompetitions || db.DeviceGrants.Any(g => g.DeviceUuid == d.DeviceUuid && g.CompetitionUuid == competition)))
            .ToListAsync(cancellationToken);
        var uuids = devices.Select(d => d.DeviceUuid).ToArray();
        var grants = (await db.DeviceGrants.AsNoTracking().Where(g => uuids.Contains(g.DeviceUuid)).ToListAsync(cancellationToken)).ToLookup(g => g.DeviceUuid, g => g.CompetitionUuid);
        var of = runs.ToLookup(r => r.DeviceUuid);
        var now = time.GetUtcNow();
        return [.. devices
            .Select(d => new DashboardDevice(DeviceItem.Of(d, grants[d.DeviceUuid], now), of[d.DeviceUuid].Max(r => r.OfflineHours), [.. of[d.DeviceUuid].Select(r => r.At)]))
            .OrderByDescending(d => DevicesDeskModel.NeedsSomebody(d.Item)).ThenBy(d => d.Item.Name, StringComparer.OrdinalIgnoreCase)];
    }

    internal sealed record RunRow(Guid DeviceUuid, DateTimeOffset At, double? Ms, bool Well, double? OfflineHours, string? Error, int Failed, int Deferred);
}
