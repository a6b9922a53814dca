using System.ComponentModel.DataAnnotations;
using System.Globalization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Queueing;

/// <summary>The queue in the order of making.</summary>
/// <param name="Status"><c>pending, synced, conflict, failed</c>; null: all.</param>
internal sealed record ListQueue(string? Status, PageRequest Page) : IQuery<Page<QueueRow>>;

internal sealed record QueueRow(
    string RecordType, Guid ClientUuid, [property: AllowedValues("pending", "synced", "conflict", "failed")] string Status, int RetryCount, DateTimeOffset? NextAttemptAt, string? ErrorCode, string? ErrorMessage, DateTimeOffset CreatedAt,
    long Edit, Guid? ConflictUuid, Guid? QuarantineUuid);

internal sealed class ListQueueValidator : AbstractValidator<ListQueue>
{
    public ListQueueValidator() => RuleFor(q => q.Status).IsOneOf(QueueStatuses.All);
}

internal sealed class ListQueueHandler(SyncDbContext db) : IRequestHandler<ListQueue, Page<QueueRow>>
{
    public async Task<Page<QueueRow>> Handle(ListQueue request, CancellationToken cancellationToken)
    {
        var after = request.Page.AfterNumber ?? 0;
        var take = request.Page.Take;
        var rows = await db.Queue.AsNoTracking().Where(e => e.Id > after && (request.Status == null || e.Status == request.Status)).OrderBy(e => e.Id).Take(take + 1)
            .Select(e => new
            {
                e.Id,
                Row = new QueueRow(e.RecordType, e.ClientUuid, e.Status, e.RetryCount, e.NextAttemptAt, e.ErrorCode, e.ErrorMessage, e.CreatedAt, e.Edit, e.ConflictUuid, e.QuarantineUuid),
            })
            .ToListAsync(cancellationToken);
        var next = rows.Count > take ? Cursors.Write(rows[take - 1].Id.ToString(CultureInfo.InvariantCulture)) : null;
        return new Page<QueueRow>([.. rows.Take(take).Select(r => r.Row)], next);
    }
}

/// <summary>Tries one record again, now; of a report its clip too.</summary>
internal sealed record RetryQueued(Guid ClientUuid) : ICommand<QueueRow>;

internal sealed class RetryQueuedHandler(SyncDbContext db, Shared.Persistence.DatabaseSession session, LinkSignal signal) : IRequestHandler<RetryQueued, QueueRow>
{
    public async Task<QueueRow> Handle(RetryQueued request, CancellationToken cancellationToken)
    {
        var entry = await db.Queue.SingleOrDefaultAsync(e => e.ClientUuid == request.ClientUuid, cancellationToken) ?? throw Problem.NotFound("record in the queue");
        var clips = await db.ClipTransfers.Where(t => t.ReportUuid == request.ClientUuid && t.Status != QueueStatuses.Synced)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.Status, QueueStatuses.Pending).SetProperty(t => t.NextAttemptAt, (DateTimeOffset?)null), cancellationToken);
        if (entry.Status != QueueStatuses.Synced || clips > 0)
        {
            entry.NextAttemptAt = null;
            if (entry.Status == QueueStatuses.Conflict) entry.AskAgain = true;
            else if (entry.Status == QueueStatuses.Failed) entry.Status = QueueStatuses.Pending;
            await db.SaveChangesAsync(cancellationToken);
            session.AfterCommit(() =>
            {
                signal.Changed();
                return Task.CompletedTask;
            });
        }

        return new QueueRow(
            entry.RecordType, entry.ClientUuid, entry.Status, entry.RetryCount, entry.NextAttemptAt, entry.ErrorCode, entry.ErrorMessage, entry.CreatedAt, entry.Edit,
            entry.ConflictUuid, entry.QuarantineUuid);
    }
}
