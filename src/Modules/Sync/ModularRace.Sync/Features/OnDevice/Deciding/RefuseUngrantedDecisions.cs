using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Deciding;

/// <summary>R6: a device changes status or decision only where the cloud granted it; said at the tap, not at the upload.</summary>
internal sealed class RefuseUngrantedDecisions(SyncDbContext db) : INotificationHandler<DecidingOnIncident>
{
    public async Task Handle(DecidingOnIncident notification, CancellationToken cancellationToken)
    {
        if (!await db.ThisDevice.AnyAsync(d => d.MayDecide, cancellationToken))
            throw new Problem(403, "decision_not_granted", "This Pi may not decide: the jury does, on the server.");
    }
}
