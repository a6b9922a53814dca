using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Keeps a run's figures, and when the cloud was last there.</summary>
/// <param name="Error">Why it ended early; null: it ended well.</param>
internal sealed record FinishRun(DateTimeOffset StartedAt, bool Manual, bool Reached, string? Error, SyncFigures Figures) : ICommand<Done>;

internal sealed class FinishRunHandler(SyncDbContext db, DeviceRow row, AnchoredClock clock, TimeProvider time) : IRequestHandler<FinishRun, Done>
{
    public async Task<Done> Handle(FinishRun request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var f = request.Figures;
        db.Runs.Add(new SyncRun
        {
            StartedAt = request.StartedAt,
            EndedAt = now,
            Manual = request.Manual,
            ReachedServer = request.Reached,
            Error = request.Error,
            Uploaded = f.Uploaded,
            Merged = f.Merged,
            Conflicts = f.Conflicts,
            Failed = f.Failed,
            Downloaded = f.Downloaded,
            ClipsUploaded = f.ClipsUploaded,
            BytesSent = f.BytesSent,
            BytesReceived = f.BytesReceived,
            Requests = (int)f.Requests,
            DurationMs = f.DurationMs,
        });
        var device = await row.TakeAsync(cancellationToken);
        if (request.Error is null) device.LastSyncAt = now;
        if (request.Reached)
        {
            var contact = clock.Read().Corrected;
            if (f.Uploaded + f.Conflicts + f.Failed > 0 && device.LastContactAt is { } last)
                device.LongestOfflineHours = Math.Round(Math.Max(device.LongestOfflineHours, (contact - last).TotalHours), 3);
            device.LastContactAt = contact;
        }

        await db.SaveChangesAsync(cancellationToken);
        return default;
    }
}
