using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>A clip that was taken here is to go to the cloud: noted in the very commit that took it.</summary>
internal sealed class QueueClip(SyncDbContext db, DatabaseSession session, LinkSignal signal, IMediator mediator, TimeProvider time) : INotificationHandler<ClipStored>
{
    public async Task Handle(ClipStored notification, CancellationToken cancellationToken)
    {
        var held = (await mediator.Send(new FindHeldClips([notification.Sha256]), cancellationToken)).Single();
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.clip_transfers (sha256, report_uuid, size_bytes, sent_bytes, status, retry_count, ask_again, created_at)
             VALUES ({held.Sha256}, {notification.ReportUuid}, {held.SizeBytes}, 0, {QueueStatuses.Pending}, 0, false, {time.GetUtcNow()}) ON CONFLICT (sha256) DO NOTHING
             """, cancellationToken);
        session.AfterCommit(() =>
        {
            signal.Changed();
            return Task.CompletedTask;
        });
    }
}
