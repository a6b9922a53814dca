using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>What became of a try.</summary>
/// <param name="Error">Why it failed; null: it was sent.</param>
/// <param name="Last">It is not tried again.</param>
internal sealed record NoteDelivery(long Id, string? Error, bool Last) : ICommand<Done>;

internal sealed class NoteDeliveryHandler(IdentityDbContext db, TimeProvider time) : IRequestHandler<NoteDelivery, Done>
{
    public async Task<Done> Handle(NoteDelivery request, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        await db.AlertDeliveries.Where(d => d.Id == request.Id).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.LastError, request.Error)
                .SetProperty(d => d.SentAt, request.Error == null ? now : null)
                .SetProperty(d => d.GivenUpAt, request.Error != null && request.Last ? now : null),
            cancellationToken);
        return default;
    }
}
