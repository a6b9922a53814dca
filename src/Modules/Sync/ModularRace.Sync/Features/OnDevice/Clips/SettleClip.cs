using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>The cloud has the clip, whole.</summary>
internal sealed record ClipArrived(string Sha256) : ICommand<Done>;

/// <summary>R11: the cloud would not take it; it is tried again after the queue's times, then waits as failed, in plain sight.</summary>
/// <param name="ForGood">Trying again makes no sense: the bytes are gone.</param>
internal sealed record PutOffClip(string Sha256, string Code, string Message, bool ForGood = false) : ICommand<Done>;

/// <summary>How far it is, for whoever looks on.</summary>
internal sealed record NoteClipSent(string Sha256, long SentBytes) : ICommand<Done>;

internal sealed class SettleClipHandler(SyncDbContext db, AnchoredClock clock, IMediator mediator)
    : IRequestHandler<ClipArrived, Done>, IRequestHandler<PutOffClip, Done>, IRequestHandler<NoteClipSent, Done>
{
    public async Task<Done> Handle(ClipArrived request, CancellationToken cancellationToken)
    {
        if (await TakeAsync(request.Sha256, cancellationToken) is not { } transfer) return default;
        (transfer.Status, transfer.SentBytes, transfer.RetryCount, transfer.NextAttemptAt, transfer.AskAgain) = (QueueStatuses.Synced, transfer.SizeBytes, 0, null, false);
        (transfer.ErrorCode, transfer.ErrorMessage) = (null, null);
        await db.SaveChangesAsync(cancellationToken);
        return await mediator.Send(new SetClipState(request.Sha256, ClipStates.Stored), cancellationToken);
    }

    public async Task<Done> Handle(PutOffClip request, CancellationToken cancellationToken)
    {
        if (await TakeAsync(request.Sha256, cancellationToken) is not { } transfer) return default;
        var now = clock.Read().Corrected;
        var early = transfer.Status == QueueStatuses.Pending && transfer.NextAttemptAt > now && !RetryTimes.IsBeyond(transfer.NextAttemptAt.Value, now);
        (transfer.AskAgain, transfer.ErrorCode, transfer.ErrorMessage) = (false, request.Code, request.Message);
        if (!early || request.ForGood)
        {
            var wait = request.ForGood ? null : RetryTimes.After(++transfer.RetryCount);
            transfer.NextAttemptAt = wait is { } pause ? now + pause : null;
            transfer.Status = wait is null ? QueueStatuses.Failed : QueueStatuses.Pending;
        }

        await db.SaveChangesAsync(cancellationToken);
        return await mediator.Send(new SetClipState(request.Sha256, transfer.Status == QueueStatuses.Failed ? ClipStates.Failed : ClipStates.Pending), cancellationToken);
    }

    public async Task<Done> Handle(NoteClipSent request, CancellationToken cancellationToken)
    {
        await db.ClipTransfers.Where(t => t.Sha256 == request.Sha256).ExecuteUpdateAsync(set => set.SetProperty(t => t.SentBytes, request.SentBytes), cancellationToken);
        return default;
    }

    private Task<ClipTransfer?> TakeAsync(string sha256, CancellationToken cancellationToken) =>
        db.ClipTransfers.FromSql($"SELECT * FROM sync.clip_transfers WHERE sha256 = {sha256} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
}

/// <summary>The cloud does not hold these (any more): they go again.</summary>
internal sealed record SendClipsAgain(IReadOnlyCollection<string> Sha256) : ICommand<Done>;

internal sealed class SendClipsAgainHandler(SyncDbContext db, IMediator mediator) : IRequestHandler<SendClipsAgain, Done>
{
    public async Task<Done> Handle(SendClipsAgain request, CancellationToken cancellationToken)
    {
        foreach (var sha256 in request.Sha256)
            if (await db.ClipTransfers.Where(t => t.Sha256 == sha256 && t.Status == QueueStatuses.Synced)
                    .ExecuteUpdateAsync(set => set.SetProperty(t => t.Status, QueueStatuses.Pending).SetProperty(t => t.SentBytes, 0), cancellationToken) > 0)
                await mediator.Send(new SetClipState(sha256, ClipStates.Pending), cancellationToken);
        return default;
    }
}
