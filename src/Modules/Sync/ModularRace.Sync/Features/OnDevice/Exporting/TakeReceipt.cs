using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Exporting;

/// <summary>Takes back the cloud's answer to an archive: the outcomes as an upload's answers would be, and the receipts. Again: unchanged.</summary>
internal sealed record TakeReceipt(ImportReceipt File) : ICommand<TakenReceipt>;

/// <param name="Uploaded">Now synced.</param>
/// <param name="Conflicts">Wait for a person.</param>
/// <param name="Failed">Were rejected.</param>
/// <param name="Covers">All that is here now is confirmed: this Pi may be cleared without a link.</param>
/// <param name="Receipt">The receipt that says so; null: none.</param>
internal sealed record TakenReceipt(int Uploaded, int Conflicts, int Failed, bool Covers, Receipt? Receipt);

internal sealed class TakeReceiptValidator : AbstractValidator<TakeReceipt>
{
    public TakeReceiptValidator()
    {
        RuleFor(t => t.File.Version).Equal(ImportReceipt.Current).WithMessage($"It is {ImportReceipt.Current}.");
        RuleFor(t => t.File.Results).NotNull().Must(r => r is not null && r.All(one => one is not null && UploadStatuses.All.Contains(one.Status) && Guid.TryParse(one.ClientUuid, out _))).WithMessage("Each names a record and its status.");
        RuleFor(t => t.File.Receipts).NotNull().Must(r => r is not null && r.All(one => one is { Counts: not null, Digest: not null, Signature: not null })).WithMessage("Each is a receipt of the cloud.");
        RuleFor(t => t.File.Clips).Must(c => c is null || c.All(one => one is { Sha256: not null })).WithMessage("Each names a clip.");
        RuleFor(t => t.File.Missing).NotNull();
        RuleFor(t => t.File.Different).NotNull();
        RuleFor(t => t.File.Signature).NotNull();
    }
}

internal sealed class TakeReceiptHandler(SyncDbContext db, DeviceRow row, IMediator mediator) : IRequestHandler<TakeReceipt, TakenReceipt>
{
    public async Task<TakenReceipt> Handle(TakeReceipt request, CancellationToken cancellationToken)
    {
        var (file, device) = (request.File, await row.ReadAsync(cancellationToken));
        if (file.DeviceUuid != device.DeviceUuid) throw new Problem(409, "receipt_of_another_device", $"This receipt is for another device{(file.DeviceName is { } name ? $", {name}" : "")}.");
        if (device.ReceiptKey is not { } key || !ReceiptKeys.Holds(key, file.Signed(), file.Signature) || file.Receipts.Any(r => r.DeviceUuid != device.DeviceUuid || !ReceiptKeys.Holds(key, r.Signed(), r.Signature)))
            throw new Problem(409, "receipt_invalid", "This receipt was changed, or is not of this Pi's cloud: its signature does not hold.");

        var figures = await SettleAsync(file, cancellationToken);
        await SettleClipsAsync(file, cancellationToken);
        Guid? earlier = null;
        foreach (var receipt in file.Receipts)
        {
            await mediator.Send(new KeepReceipt(receipt, earlier), cancellationToken);
            earlier = receipt.ReceiptUuid;
        }

        var covering = await mediator.Send(new FindReceipt(await mediator.Send(new ReadHoldings(), cancellationToken)), cancellationToken);
        return new TakenReceipt(figures.Uploaded, figures.Conflicts, figures.Failed, covering is not null, covering);
    }

    private async Task SettleClipsAsync(ImportReceipt file, CancellationToken cancellationToken)
    {
        var there = await db.ClipTransfers.Where(t => t.Status == QueueStatuses.Synced).Select(t => t.Sha256).ToListAsync(cancellationToken);
        foreach (var clip in (file.Clips ?? []).ExceptBy(there, c => c.Sha256, StringComparer.Ordinal))
            if (clip.Error is { } error) await mediator.Send(new PutOffClip(clip.Sha256, error.Code, error.Message), cancellationToken);
            else await mediator.Send(new ClipArrived(clip.Sha256), cancellationToken);

        // The cloud has lost what it once had: it goes again, by the link or the next file.
        if (file.Missing.Where(f => f.Type == VerifyFault.Clip).Select(f => f.ContentSha256).ToList() is { Count: > 0 } missing) await mediator.Send(new SendClipsAgain(missing), cancellationToken);
    }

    /// <summary>What an upload was answered for meanwhile is the later word.</summary>
    private async Task<BatchFigures> SettleAsync(ImportReceipt file, CancellationToken cancellationToken)
    {
        var uuids = file.Results.Select(r => Guid.Parse(r.ClientUuid!)).ToArray();
        var answered = (await db.Queue.AsNoTracking().Where(e => uuids.Contains(e.ClientUuid) && e.Status == QueueStatuses.Synced).Select(e => new { e.ClientUuid, e.AnsweredEdit }).ToListAsync(cancellationToken))
            .ToDictionary(e => e.ClientUuid, e => e.AnsweredEdit);
        // A journal has each edit of a record: the last of them counts.
        var results = file.Results.Where(r => !answered.TryGetValue(Guid.Parse(r.ClientUuid!), out var edit) || edit < r.Edit)
            .GroupBy(r => Guid.Parse(r.ClientUuid!)).Select(g => (Uuid: g.Key, Result: g.MaxBy(r => r.Edit)!)).ToList();
        return await mediator.Send(new SettleBatch(
            new UploadRequest(Guid.Empty, null, file.ImportedAt, null, null, [.. results.Select(r => new UploadRecord(r.Result.Type!, r.Uuid, r.Result.Edit, null, []))]),
            new UploadAnswer(file.ImportedAt, [.. results.Select(r => new UploadResult(
                r.Result.Type, r.Uuid.ToString(), r.Result.Status, r.Result.Revision, r.Result.MergedInto, r.Result.ConflictUuid, r.Result.QuarantineUuid, r.Result.Error))])), cancellationToken);
    }
}
