using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Healing;

/// <summary>
/// The cloud is not where it was (a restored backup, R9): no version taken from there counts as known until it is seen again.
/// Without a cursor the next step is the proof of what was sent, then a new download; a link that breaks leaves it there.
/// </summary>
internal sealed record BeginHealing : ICommand<Done>;

internal sealed class BeginHealingHandler(SyncDbContext db) : IRequestHandler<BeginHealing, Done>
{
    public async Task<Done> Handle(BeginHealing request, CancellationToken cancellationToken)
    {
        await db.ThisDevice.ExecuteUpdateAsync(s => s.SetProperty(d => d.Cursor, (string?)null), cancellationToken);
        await db.RecordBases.ExecuteUpdateAsync(s => s.SetProperty(b => b.Lost, true), cancellationToken);
        return default;
    }
}
