using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;

namespace ModularRace.Host.Features.Phones;

/// <summary>The next race has other referees: whoever was let in for the last one is not in for it (R15). By the clearing, and not by a Pi's clock (R10).</summary>
internal sealed class RemovePhonesOnClearing(IdentityDbContext db, TimeProvider time) : INotificationHandler<DeviceCleared>
{
    public async Task Handle(DeviceCleared notification, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = Instants.ToMilliseconds(time.GetUtcNow());
        await db.Phones.Where(p => p.RemovedAt == null).ExecuteUpdateAsync(set => set.SetProperty(p => p.RemovedAt, now), cancellationToken);
    }
}
