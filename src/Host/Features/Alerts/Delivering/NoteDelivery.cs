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
    private const int LongestError = 200;

    public async Task<Done> Handle(NoteDelivery request, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        var error = request.Error is { Length: > LongestError } much ? much[..LongestError] + "…" : request.Error;
        await db.AlertDeliveries.Where(d => d.Id == request.Id).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.LastError, error)
                .SetProperty(d => d.SentAt, request.Error == null ? now : null)
                .SetProperty(d => d.GivenUpAt, request.Error != null && request.Last ? now : null),
            cancellationToken);
        return default;
    }
}
