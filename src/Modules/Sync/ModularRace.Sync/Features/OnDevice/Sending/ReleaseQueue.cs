using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// A person asked: what waits for its time is due now, what failed is tried again, and conflicts are asked after (R11).
/// </summary>
internal sealed record ReleaseQueue : ICommand<Done>;

internal sealed class ReleaseQueueHandler(SyncDbContext db) : IRequestHandler<ReleaseQueue, Done>
{
    public async Task<Done> Handle(ReleaseQueue request, CancellationToken cancellationToken)
    {
        await db.Queue.Where(e => (e.Status == QueueStatuses.Pending && e.NextAttemptAt != null) || e.Status == QueueStatuses.Failed || e.Status == QueueStatuses.Conflict)
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.AskAgain, true), cancellationToken);
        await db.ClipTransfers.Where(t => (t.Status == QueueStatuses.Pending && t.NextAttemptAt != null) || t.Status == QueueStatuses.Failed)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.AskAgain, true), cancellationToken);
        return default;
    }
}

/// <summary>The link is back: what the cloud put off is tried before its time, which is no try that counts (R11).</summary>
internal sealed record ReleaseWaiting : ICommand<Done>;

internal sealed class ReleaseWaitingHandler(SyncDbContext db) : IRequestHandler<ReleaseWaiting, Done>
{
    public async Task<Done> Handle(ReleaseWaiting request, CancellationToken cancellationToken)
    {
        await db.Queue.Where(e => e.Status == QueueStatuses.Pending && e.NextAttemptAt != null)
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.AskAgain, true), cancellationToken);
        await db.ClipTransfers.Where(t => t.Status == QueueStatuses.Pending && t.NextAttemptAt != null)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.AskAgain, true), cancellationToken);
        return default;
    }
}

/// <summary>One record that the cloud could not even be asked about, since its request was refused as a whole (R14).</summary>
internal sealed record FailRecord(Guid ClientUuid, long Edit, string Code, string Message) : ICommand<Done>;

internal sealed class FailRecordHandler(SyncDbContext db) : IRequestHandler<FailRecord, Done>
{
    public async Task<Done> Handle(FailRecord request, CancellationToken cancellationToken)
    {
        await db.Queue.Where(e => e.ClientUuid == request.ClientUuid && e.Edit == request.Edit)
            .ExecuteUpdateAsync(
                s => s.SetProperty(e => e.Status, QueueStatuses.Failed).SetProperty(e => e.AskAgain, false)
                    .SetProperty(e => e.ErrorCode, request.Code).SetProperty(e => e.ErrorMessage, request.Message),
                cancellationToken);
        return default;
    }
}
