using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Metrics;

/// <summary>The five figures of success, with their targets. Practice competitions never count.</summary>
/// <param name="CompetitionUuid">Null: all, for those with rights everywhere.</param>
/// <param name="From">A time, or a day at the venue (UTC without a competition); null: from the beginning.</param>
/// <param name="To">Before this time, or to the end of this day; null: until now.</param>
internal sealed record ReadMetrics(Guid? CompetitionUuid, string? From, string? To) : IQuery<SyncMetrics>;

internal sealed class ReadMetricsHandler(SyncDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ReadMetrics, SyncMetrics>
{
    public async Task<SyncMetrics> Handle(ReadMetrics request, CancellationToken ct)
    {
        current.Actor.Require(request.CompetitionUuid, Roles.JuryPresident);
        var competitions = await mediator.Send(new FindCompetitions(), ct);
        var asked = request.CompetitionUuid is { } uuid ? competitions.FirstOrDefault(c => c.ClientUuid == uuid) ?? throw Problem.NotFound("competition") : null;
        var venue = new VenueTime(asked?.TimeZone);
        var from = Moment("from", request.From, venue, days: 0);
        var to = Moment("to", request.To, venue, days: 1);
        if (from >= to) throw Problem.Validation("to", "It lies after from.");

        var practice = competitions.Where(c => c.Practice).Select(c => c.ClientUuid).ToArray();
        var runs = await RunsAsync(request.CompetitionUuid, practice, from, to, ct);
        var rule = await mediator.Send(new MeasureDuplicates(request.CompetitionUuid, practice, from, to), ct);
        var incidents = await IncidentsAsync(request.CompetitionUuid, practice, from, to, rule.InConflict, ct);

        var success = Rate(runs.WithoutError, runs.Reached);
        var duplicates = Rate(rule.Duplicates, rule.Standing);
        var conflicts = Rate(incidents.InConflict, incidents.Uploaded);
        var known = rule.Standing > 0;
        return new SyncMetrics(
            request.CompetitionUuid, from, to, success, duplicates, known ? rule.MissedDuplicates : null, known ? rule.FalseMerges : null, conflicts,
            new Spread(Seconds(runs.P50), Seconds(runs.P95), Seconds(runs.Longest)), new Spread(Seconds(runs.ClipsP50), Seconds(runs.ClipsP95), Seconds(runs.ClipsLongest)),
            runs.OfflineHours, MetricTargets.Of(success, duplicates, conflicts, Seconds(runs.Longest), runs.OfflineHours),
            new MetricCounts(runs.Total, runs.Reached, runs.WithoutError, runs.Derived, runs.ClipRuns, rule.Standing, rule.Duplicates, incidents.Uploaded, incidents.InConflict));
    }

    /// <summary>
    /// Runs that devices told, and for those that tell none their uploads; an upload of a device that tells its runs is part of
    /// one of them and not counted again.
    /// </summary>
    private async Task<RunFigures> RunsAsync(Guid? competition, Guid[] practice, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct) =>
        await db.Database.SqlQuery<RunFigures>(
            $"""
             WITH run AS (
                 SELECT reached, error IS NULL AND failed = 0 AND deferred = 0 AS well, duration_ms::double precision AS ms, clips_duration_ms::double precision AS clips_ms, offline_hours, false AS derived
                 FROM sync.device_runs
                 WHERE ({competition}::uuid IS NULL OR competition_uuid = {competition}) AND (competition_uuid IS NULL OR NOT competition_uuid = ANY({practice}))
                     AND ({from}::timestamptz IS NULL OR ended_at >= {from}) AND ({to}::timestamptz IS NULL OR ended_at < {to})
                 UNION ALL
                 SELECT true, NOT outcomes ?| ARRAY['rejected', 'deferred'], u.duration_ms::double precision, NULL,
                     CASE WHEN jsonb_typeof(d.status -> 'longest_offline_hours') = 'number' THEN (d.status ->> 'longest_offline_hours')::double precision END, true
                 FROM sync.uploads u JOIN sync.devices d USING (device_uuid)
                 WHERE NOT u.tells_runs
                     AND ({competition}::uuid IS NULL OR {competition} = ANY(u.competition_uuids)) AND (u.competition_uuids = ARRAY[]::uuid[] OR NOT u.competition_uuids <@ {practice})
                     AND ({from}::timestamptz IS NULL OR u.received_at >= {from}) AND ({to}::timestamptz IS NULL OR u.received_at < {to}))
             SELECT count(*)::int AS total, count(*) FILTER (WHERE reached)::int AS reached, count(*) FILTER (WHERE reached AND well)::int AS without_error,
                 count(*) FILTER (WHERE derived)::int AS derived, count(clips_ms)::int AS clip_runs,
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE reached) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE reached) AS p95,
                 max(ms) FILTER (WHERE reached) AS longest,
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY clips_ms) AS clips_p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY clips_ms) AS clips_p95, max(clips_ms) AS clips_longest,
                 max(offline_hours) AS offline_hours
             FROM run
             """).SingleAsync(ct);

    /// <summary>Incidents that a device sent, by the time at which the cloud first had them.</summary>
    private async Task<IncidentFigures> IncidentsAsync(
        Guid? competition, Guid[] practice, DateTimeOffset? from, DateTimeOffset? to, IReadOnlyList<Guid> conflicts, CancellationToken ct)
    {
        var ever = conflicts.ToArray();
        return await db.Database.SqlQuery<IncidentFigures>(
            $"""
             WITH uploaded AS (
                 SELECT v.client_uuid FROM sync.record_versions v
                 WHERE v.type = {RecordTypes.Incident} AND v.competition_uuid IS NOT NULL AND NOT v.competition_uuid = ANY({practice})
                     AND ({competition}::uuid IS NULL OR v.competition_uuid = {competition})
                     AND EXISTS (SELECT 1 FROM sync.record_edits e WHERE e.client_uuid = v.client_uuid AND e.type = v.type AND e.device_uuid IS NOT NULL)
                 GROUP BY v.client_uuid
                 HAVING ({from}::timestamptz IS NULL OR min(v.made_at) >= {from}) AND ({to}::timestamptz IS NULL OR min(v.made_at) < {to}))
             SELECT count(*)::int AS uploaded, count(*) FILTER (WHERE client_uuid = ANY({ever}))::int AS in_conflict FROM uploaded
             """).SingleAsync(ct);
    }

    private static DateTimeOffset? Moment(string name, string? text, VenueTime venue, int days)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and <= 9998)
            return venue.From(day.AddDays(days).ToDateTime(TimeOnly.MinValue));
        return InstantConverter.TryRead(text, out var at) ? at : throw Problem.Validation(name, "It is a day (2026-02-08), or a time of RFC 3339 with an offset.");
    }

    private static double? Rate(int part, int whole) => whole == 0 ? null : Math.Round((double)part / whole, 6);

    private static double? Seconds(double? milliseconds) => milliseconds is { } ms ? Math.Round(ms / 1000, 3) : null;

    internal sealed record RunFigures(
        int Total, int Reached, int WithoutError, int Derived, int ClipRuns, double? P50, double? P95, double? Longest, double? ClipsP50, double? ClipsP95, double? ClipsLongest,
        double? OfflineHours);

    internal sealed record IncidentFigures(int Uploaded, int InConflict);
}
