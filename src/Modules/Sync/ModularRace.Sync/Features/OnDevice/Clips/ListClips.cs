using System.ComponentModel.DataAnnotations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>The clips that were taken here, oldest first, and when they go.</summary>
internal sealed record ListClips : IQuery<ClipList>;

/// <param name="Send"><c>now</c>: after the records, whenever there is a link; <c>by_hand</c>: when a person presses Sync now.</param>
internal sealed record ClipList([property: AllowedValues("now", "by_hand")] string Send, IReadOnlyList<ClipRow> Items);

internal sealed record ClipRow(
    string Sha256, Guid ReportUuid, long SizeBytes, long SentBytes, [property: AllowedValues("pending", "synced", "failed")] string Status, int RetryCount,
    DateTimeOffset? NextAttemptAt, string? ErrorCode, string? ErrorMessage, DateTimeOffset CreatedAt);

/// <summary>Chooses when clips go; both answer the same.</summary>
internal sealed record ChooseClipSending([property: AllowedValues("now", "by_hand")] string? Send) : ICommand<ClipList>;

internal sealed class ChooseClipSendingValidator : AbstractValidator<ChooseClipSending>
{
    public ChooseClipSendingValidator() => RuleFor(c => c.Send).NotNull().WithMessage("It is required.").IsOneOf(ClipSending.All);
}

internal sealed class ListClipsHandler(SyncDbContext db, DeviceRow row, DatabaseSession session, LinkSignal signal) : IRequestHandler<ListClips, ClipList>, IRequestHandler<ChooseClipSending, ClipList>
{
    /// <summary>More than a day has.</summary>
    private const int Most = 500;

    public async Task<ClipList> Handle(ListClips request, CancellationToken cancellationToken) => new(
        (await row.ReadAsync(cancellationToken)).ClipSending,
        await db.ClipTransfers.AsNoTracking().OrderBy(t => t.Status == QueueStatuses.Synced).ThenBy(t => t.Id).Take(Most)
            .Select(t => new ClipRow(t.Sha256, t.ReportUuid, t.SizeBytes, t.SentBytes, t.Status, t.RetryCount, t.NextAttemptAt, t.ErrorCode, t.ErrorMessage, t.CreatedAt)).ToListAsync(cancellationToken));

    public async Task<ClipList> Handle(ChooseClipSending request, CancellationToken cancellationToken)
    {
        (await row.TakeAsync(cancellationToken)).ClipSending = request.Send!;
        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            signal.Changed();
            return Task.CompletedTask;
        });
        return await Handle(new ListClips(), cancellationToken);
    }
}
