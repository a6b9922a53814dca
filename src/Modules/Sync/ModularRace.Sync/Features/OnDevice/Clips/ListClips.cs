using System.ComponentModel.DataAnnotations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>The clips that were taken here, oldest first, and when they go.</summary>
internal sealed record ListClips : IQuery<ClipList>;

/// <param name="Send"><c>now</c>: after the records, whenever there is a link; <c>good_link</c>: where it carries so much; <c>by_hand</c>: when a person presses Sync now.</param>
/// <param name="DayLimitBytes">Of the bytes of clips that go in one day; null: none.</param>
/// <param name="Day">Today, by the venue's clock.</param>
/// <param name="DaySentBytes">Bytes of clips that went today, those that a break threw away among them.</param>
/// <param name="Wait">Why they do not go by themselves; null: nothing but the link holds them.</param>
/// <param name="LinkBytesPerSecond">What the link carried when it was last measured by a clip, 0 where it broke; null: not in the last quarter of an hour.</param>
/// <param name="GoodLinkBytesPerSecond">From here on it is good.</param>
internal sealed record ClipList(
    [property: AllowedValues("now", "good_link", "by_hand")] string Send, long? DayLimitBytes, DateOnly Day, long DaySentBytes,
    [property: AllowedValues("day_limit", "by_hand", "link_slow")] string? Wait, long? LinkBytesPerSecond, long GoodLinkBytesPerSecond, IReadOnlyList<ClipRow> Items);

internal sealed record ClipRow(
    string Sha256, Guid ReportUuid, long SizeBytes, long SentBytes, [property: AllowedValues("pending", "synced", "failed")] string Status, int RetryCount,
    DateTimeOffset? NextAttemptAt, string? ErrorCode, string? ErrorMessage, DateTimeOffset CreatedAt);

/// <summary>Chooses when clips go; both answer the same.</summary>
/// <param name="Send">As in <see cref="ClipList"/>.</param>
/// <param name="DayLimitBytes">A mebibyte at least; null or not there: no limit.</param>
internal sealed record ChooseClipSending([property: AllowedValues("now", "good_link", "by_hand")] string? Send, long? DayLimitBytes = null) : ICommand<ClipList>;

internal sealed class ChooseClipSendingValidator : AbstractValidator<ChooseClipSending>
{
    private const long Least = 1 << 20;

    public ChooseClipSendingValidator()
    {
        RuleFor(c => c.Send).NotNull().WithMessage("It is required.").IsOneOf(ClipSending.All);
        RuleFor(c => c.DayLimitBytes).GreaterThanOrEqualTo(Least).WithMessage("It is 1048576 at least, or null.");
    }
}

internal sealed class ListClipsHandler(SyncDbContext db, DeviceRow row, ClipTerms terms, LinkRate rate, DeviceSettings settings, DatabaseSession session, LinkSignal signal) : IRequestHandler<ListClips, ClipList>, IRequestHandler<ChooseClipSending, ClipList>
{
    /// <summary>More than a day has.</summary>
    private const int Most = 500;

    public async Task<ClipList> Handle(ListClips request, CancellationToken cancellationToken)
    {
        var now = await terms.ReadAsync(cancellationToken);
        var items = await db.ClipTransfers.AsNoTracking().OrderBy(t => t.Status == QueueStatuses.Synced).ThenBy(t => t.Id).Take(Most)
            .Select(t => new ClipRow(t.Sha256, t.ReportUuid, t.SizeBytes, t.SentBytes, t.Status, t.RetryCount, t.NextAttemptAt, t.ErrorCode, t.ErrorMessage, t.CreatedAt)).ToListAsync(cancellationToken);
        return new ClipList(now.Send, now.DayLimitBytes, now.Day, now.SentToday, now.Wait, rate.BytesPerSecond, settings.GoodLinkBytesPerSecond, items);
    }

    public async Task<ClipList> Handle(ChooseClipSending request, CancellationToken cancellationToken)
    {
        var device = await row.TakeAsync(cancellationToken);
        (device.ClipSending, device.ClipDayLimitBytes) = (request.Send!, request.DayLimitBytes);
        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            signal.Changed();
            return Task.CompletedTask;
        });
        return await Handle(new ListClips(), cancellationToken);
    }
}
