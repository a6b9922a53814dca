using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Healing;

/// <summary>The feed of a restored cloud was read to its end: what was not in it goes back, but for conflicts, which end. Answers how many records are to be sent.</summary>
internal sealed record ReturnMissing : ICommand<int>;

internal sealed class ReturnMissingHandler(SyncDbContext db, LostVersions lost) : IRequestHandler<ReturnMissing, int>
{
    public async Task<int> Handle(ReturnMissing request, CancellationToken cancellationToken) =>
        await lost.ReturnMissingAsync(await db.ThisDevice.Select(d => d.CompetitionUuid).SingleAsync(cancellationToken), cancellationToken);
}
