using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Keeps a run's figures, and when the cloud was last there.</summary>
/// <param name="Error">Why it ended early; null: it ended well.</param>
/// <param name="Deferred">Records that the cloud put off.</param>
/// <param name="ClipsDurationMs">Of the clips that followed; null: there were none.</param>
internal sealed record FinishRun(DateTimeOffset StartedAt, bool Manual, bool Reached, string? Error, int Deferred, SyncFigures Figures, long? ClipsDurationMs = null) : ICommand<Done>;

internal sealed class FinishRunHandler(SyncDbContext db, DeviceRow row, AnchoredClock clock, IMediator mediator, TimeProvider time) : IRequestHandler<FinishRun, Done>
{
    /// <summary>More than two weeks of them at one every five minutes; counted, since a Pi's clock may say anything.</summary>
    private const int KeptRuns = 5_000;

    public async Task<Done> Handle(FinishRun request, CancellationToken cancellationToken)
    {
        var reading = clock.Read();
        var f = request.Figures;
        var device = await row.TakeAsync(cancellationToken);
        if (request.Error is null) device.LastSyncAt = time.GetUtcNow();
        var offline = request.Reached ? await ContactAsync(device, reading, cancellationToken) : null;
        var run = new SyncRun
        {
            RunUuid = Uuids.New(time),
            CompetitionUuid = device.CompetitionUuid,
            StartedAt = request.StartedAt,
            EndedAt = reading.Wall,
            BootId = reading.BootId,
            MonotonicMs = reading.MonotonicMs,
            Manual = request.Manual,
            ReachedServer = request.Reached,
            Error = request.Error,
            Uploaded = f.Uploaded,
            Merged = f.Merged,
            Conflicts = f.Conflicts,
            Failed = f.Failed,
            Deferred = request.Deferred,
            Downloaded = f.Downloaded,
            ClipsUploaded = f.ClipsUploaded,
            ClipsDurationMs = request.ClipsDurationMs,
            BytesSent = f.BytesSent,
            BytesReceived = f.BytesReceived,
            Requests = (int)f.Requests,
            DurationMs = f.DurationMs,
            OfflineHours = offline,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync(cancellationToken);
        await db.Runs.Where(r => r.Id <= run.Id - KeptRuns && r.Told).ExecuteDeleteAsync(cancellationToken);
        await mediator.Publish(new DeviceChanged(device.DeviceUuid, null), cancellationToken);
        return default;
    }

    /// <summary>
    /// The cloud was there. How long it had been away, where a report was taken meanwhile: told by the queue's own order, and
    /// from contact to contact on the cloud's clock, so that neither a reboot nor a clock that was set plays a part. A contact
    /// that did not tell the cloud's time leaves it to the next that does.
    /// </summary>
    private async Task<double?> ContactAsync(ThisDevice device, ClockReading reading, CancellationToken cancellationToken)
    {
        if (reading.UncertaintyMs is null) return null;
        var contact = reading.Corrected;
        double? hours = null;
        if (device.LastContactAt is { } last && contact > last
            && await db.Queue.AnyAsync(e => e.Id > device.QueuedAtContact && e.RecordType == RecordTypes.Report, cancellationToken))
            hours = Math.Round((contact - last).TotalHours, 3);
        device.LongestOfflineHours = Math.Max(device.LongestOfflineHours, hours ?? 0);
        device.LastContactAt = contact;
        device.QueuedAtContact = Math.Max(device.QueuedAtContact, await db.Queue.MaxAsync(e => (long?)e.Id, cancellationToken) ?? 0);
        return hours;
    }
}
