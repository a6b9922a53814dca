using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>R13: what is said to be held lies here in its full length; its digest was taken from the disk when it came.</summary>
internal sealed class FindHeldClipsHandler(IncidentsDbContext db, ClipFolder folder) : IRequestHandler<FindHeldClips, IReadOnlyList<HeldClip>>
{
    public async Task<IReadOnlyList<HeldClip>> Handle(FindHeldClips request, CancellationToken cancellationToken)
    {
        var rows = await db.Clips.AsNoTracking().Where(c => c.Held && request.Sha256.Contains(c.Sha256)).ToListAsync(cancellationToken);
        return [.. rows.Where(c => folder.Holds(c.Sha256, c.SizeBytes)).Select(c => new HeldClip(c.Sha256, c.SizeBytes, c.ContentType, c.DurationMs))];
    }
}

internal sealed class OpenHeldClipHandler(ClipFolder folder) : IRequestHandler<OpenHeldClip, Stream?>
{
    public Task<Stream?> Handle(OpenHeldClip request, CancellationToken cancellationToken) => Task.FromResult<Stream?>(folder.TryOpen(request.Sha256));
}

internal sealed class SetClipStateHandler(IncidentsDbContext db, TimeProvider time) : IRequestHandler<SetClipState, Done>
{
    public async Task<Done> Handle(SetClipState request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await db.Clips.Where(c => c.Sha256 == request.Sha256 && c.State != request.State)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.State, request.State).SetProperty(c => c.ChangedAt, now), cancellationToken);
        return default;
    }
}
