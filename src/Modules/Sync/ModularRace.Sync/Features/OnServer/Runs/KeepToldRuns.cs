using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Json;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Runs;

/// <summary>Keeps the runs that an upload tells, each once, however often it is told (R2).</summary>
internal sealed class KeepToldRuns(SyncDbContext db) : INotificationHandler<UploadTaken>
{
    private const int LongestError = 1000;

    public async Task Handle(UploadTaken notification, CancellationToken ct)
    {
        if (notification.Runs is not { Count: > 0 } told) return;
        var grants = await DeviceAccess.GrantsAsync(db, notification.Device, ct);
        var runs = JsonSerializer.Serialize(told.Select(r => Kept(r, notification, grants)), ApiJson.Options);
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.device_runs (
                 run_uuid, device_uuid, competition_uuid, started_at, ended_at, manual, reached, error, uploaded, merged, conflicts, failed, deferred, downloaded,
                 bytes_sent, bytes_received, requests, duration_ms, clips_uploaded, clips_duration_ms, offline_hours, received_at)
             SELECT run_uuid, device_uuid, competition_uuid, started_at, ended_at, manual, reached, error, uploaded, merged, conflicts, failed, deferred, downloaded,
                 bytes_sent, bytes_received, requests, duration_ms, clips_uploaded, clips_duration_ms, offline_hours, received_at
             FROM jsonb_populate_recordset(NULL::sync.device_runs, {runs}::jsonb)
             ON CONFLICT (device_uuid, run_uuid) DO NOTHING
             """, ct);
    }

    /// <summary>With times that nobody knows, or that lie ahead, the run ended when it was told.</summary>
    private static DeviceRun Kept(RunReport r, UploadTaken upload, HashSet<Guid>? grants)
    {
        var ended = r.ClockUncertaintyMs is null || r.EndedAt > upload.At ? upload.At : r.EndedAt;
        return new DeviceRun
        {
            RunUuid = r.RunUuid,
            DeviceUuid = upload.Device.DeviceUuid,
            CompetitionUuid = r.CompetitionUuid is { } competition && grants?.Contains(competition) != false ? competition : null,
            StartedAt = Instants.ToMilliseconds(ended.AddMilliseconds(-r.DurationMs)),
            EndedAt = Instants.ToMilliseconds(ended),
            Manual = r.Manual,
            Reached = r.Reached,
            Error = Words(r.Error),
            Uploaded = r.Uploaded,
            Merged = r.Merged,
            Conflicts = r.Conflicts,
            Failed = r.Failed,
            Deferred = r.Deferred,
            Downloaded = r.Downloaded,
            BytesSent = r.BytesSent,
            BytesReceived = r.BytesReceived,
            Requests = r.Requests,
            DurationMs = r.DurationMs,
            ClipsUploaded = r.ClipsUploaded,
            ClipsDurationMs = r.ClipsDurationMs,
            OfflineHours = r.OfflineHours,
            ReceivedAt = upload.At,
        };
    }

    /// <summary>What can be kept of it: text of a device's making is shown to people, and jsonb refuses some characters.</summary>
    private static string? Words(string? error)
    {
        if (string.IsNullOrWhiteSpace(error)) return null;
        var clean = string.Concat(error.EnumerateRunes().Where(r => !System.Text.Rune.IsControl(r)).Take(LongestError));
        return clean.Length == 0 ? "An error." : clean;
    }
}
