using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Healing;

/// <summary>What this Pi sent and the cloud does not hold, or holds otherwise. Answers how many records go again.</summary>
/// <param name="Faults">As the verification found them; null: the cloud does not know the competition, and so nothing.</param>
internal sealed record SendAgain(IReadOnlyList<VerifyFault>? Faults) : ICommand<int>;

internal sealed class SendAgainHandler(SyncDbContext db) : IRequestHandler<SendAgain, int>
{
    public async Task<int> Handle(SendAgain request, CancellationToken cancellationToken)
    {
        var uuids = request.Faults?.Select(f => f.ClientUuid).OfType<Guid>().ToArray();
        // What failed waits for a person as before, and what is pending goes anyway.
        var entries = await db.Queue
            .Where(e => (uuids == null || uuids.Contains(e.ClientUuid)) && (e.Status == QueueStatuses.Synced || e.Status == QueueStatuses.Conflict)).ToListAsync(cancellationToken);
        foreach (var entry in entries) entry.SendAgain();
        if (uuids is null)
            await db.ClipTransfers.Where(t => t.Status == QueueStatuses.Synced)
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.Status, QueueStatuses.Pending).SetProperty(t => t.SentBytes, 0), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return entries.Count;
    }
}
