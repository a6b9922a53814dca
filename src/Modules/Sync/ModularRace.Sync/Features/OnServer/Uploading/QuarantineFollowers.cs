using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Uploading.TakingIn;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>R14: what refers to a record in quarantine goes there with it, and follows when it is accepted.</summary>
internal sealed class QuarantineFollowers(SyncDbContext db, DatabaseSession session, RecordIntake intake)
{
    /// <summary>Takes what waited for a parent, and what waited for that, for as long as something goes on.</summary>
    public async Task FollowAsync(Guid device, CancellationToken ct)
    {
        for (var progress = true; progress;)
        {
            progress = false;
            var waiting = await db.Quarantine.AsNoTracking()
                .Where(q => q.DeviceUuid == device && q.State == QuarantineStates.Open && q.Code == "parent_in_quarantine").OrderBy(q => q.Id).ToListAsync(ct);
            foreach (var store in waiting.GroupBy(q => q.StoreUuid))
            {
                var sender = await SenderAsync(store.First(), ct);
                // Each alone: one that breaks leaves the others to go on.
                foreach (var record in store.Select(q => ReceivedRecord.Read(q.Received)).OrderBy(r => Shared.Records.RecordTypes.Rank(r.Type)))
                    try
                    {
                        var results = await session.InSavepointAsync(() => intake.TakeAsync([record], sender, accepted: false, ct), ct);
                        progress |= results[record].Status is not (UploadStatuses.Rejected or UploadStatuses.Deferred);
                    }
                    catch (Exception e) when (Poison.IsPossible(e, ct))
                    {
                        // It stays where it is.
                    }
            }
        }
    }

    /// <summary>The sender of an entry; for what a person accepts nothing more is asked.</summary>
    public async Task<Sender> SenderAsync(QuarantinedRecord entry, CancellationToken ct)
    {
        var device = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.DeviceUuid == entry.DeviceUuid, ct);
        return new Sender(entry.DeviceUuid, entry.StoreUuid, device?.Name ?? "a device", MayDecide: device?.MayDecide ?? false, Grants: null);
    }
}
