using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Clearing;

/// <summary>What stands in the way of clearing this Pi, as far as it can tell by itself.</summary>
internal sealed record ReadClearance : IQuery<Clearance>;

/// <param name="Names">What a person may type to confirm: the competition's name, as it was downloaded and as it is called now. None: there is nothing to clear.</param>
/// <param name="Reasons">None: nothing but the proof is missing.</param>
/// <param name="Receipt">A receipt kept here that covers exactly what is here now; null: none.</param>
internal sealed record Clearance(IReadOnlyList<string> Names, int Records, int Clips, IReadOnlyList<ClearReason> Reasons, Receipt? Receipt);

/// <param name="Code"><c>pending, failed, conflict, clips_pending, clips_failed, not_paired, server_unreachable, receipt_invalid, receipt_outdated, missing_on_cloud, different_on_cloud</c>, or what the cloud said.</param>
/// <param name="Message">For a referee.</param>
/// <param name="Count">How many records it is about; 0: none in particular.</param>
internal sealed record ClearReason(string Code, string Message, int Count);

internal sealed class ReadClearanceHandler(SyncDbContext db, DeviceRow row, IMediator mediator) : IRequestHandler<ReadClearance, Clearance>
{
    public async Task<Clearance> Handle(ReadClearance request, CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        var holdings = await mediator.Send(new ReadHoldings(), cancellationToken);
        return new Clearance(
            await NamesAsync(device, holdings, cancellationToken), holdings.Records.Count, holdings.Clips.Count, await ReasonsAsync(cancellationToken),
            await mediator.Send(new FindReceipt(holdings), cancellationToken));
    }

    /// <summary>A competition that was made here in an emergency was never downloaded, and is cleared all the same.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync(ThisDevice device, Holdings holdings, CancellationToken cancellationToken)
    {
        var uuid = device.CompetitionUuid ?? holdings.CompetitionUuid;
        var known = await mediator.Send(new FindCompetitions(uuid is null ? null : [uuid.Value]), cancellationToken);
        var names = device.CompetitionUuid is null ? [] : new[] { device.CompetitionName };
        return [.. names.Append(known.Count > 0 ? known[0].Name : null).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<ClearReason>> ReasonsAsync(CancellationToken cancellationToken)
    {
        var pending = await db.Queue.CountAsync(e => e.Status == QueueStatuses.Pending, cancellationToken);
        // R14: what is in quarantine does not stand in the way; the cloud has it whole.
        var failed = await db.Queue.CountAsync(e => e.Status == QueueStatuses.Failed && e.QuarantineUuid == null, cancellationToken);
        var conflicts = await db.Queue.CountAsync(e => e.Status == QueueStatuses.Conflict, cancellationToken);
        var clips = await db.ClipTransfers.CountAsync(t => t.Status == QueueStatuses.Pending, cancellationToken);
        var failedClips = await db.ClipTransfers.CountAsync(t => t.Status == QueueStatuses.Failed, cancellationToken);
        ClearReason[] all =
        [
            new("pending", "Not sent yet.", pending),
            new("failed", "The cloud could not take it, and does not keep it in quarantine.", failed),
            new("conflict", "In review: a person decides at the desk.", conflicts),
            new("clips_pending", "Clips that are not sent yet.", clips),
            new("clips_failed", "Clips that the cloud could not take.", failedClips),
        ];
        return [.. all.Where(r => r.Count > 0)];
    }
}
