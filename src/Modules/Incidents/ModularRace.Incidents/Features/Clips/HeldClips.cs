using System.Collections.Concurrent;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>R13: what is said to be held lies here in its full length; its digest was taken from the disk when it came.</summary>
internal sealed class FindHeldClipsHandler(IncidentsDbContext db, IClipStore store) : IRequestHandler<FindHeldClips, IReadOnlyList<HeldClip>>
{
    /// <summary>A bucket answers each question in its own time.</summary>
    private const int AtOnce = 8;

    public async Task<IReadOnlyList<HeldClip>> Handle(FindHeldClips request, CancellationToken cancellationToken)
    {
        var rows = await db.Clips.AsNoTracking().Where(c => c.Held && request.Sha256.Contains(c.Sha256)).ToListAsync(cancellationToken);
        var lying = new ConcurrentBag<StoredClip>();
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (clip, stop) =>
        {
            if (await store.HoldsAsync(clip.Sha256, clip.SizeBytes, stop)) lying.Add(clip);
        });
        return [.. lying.Select(c => new HeldClip(c.Sha256, c.SizeBytes, c.ContentType, c.DurationMs))];
    }
}

internal sealed class FindClipRoomHandler(IClipStore store, ClipSettings settings) : IRequestHandler<FindClipRoom, bool>
{
    public Task<bool> Handle(FindClipRoom request, CancellationToken cancellationToken) => Task.FromResult(!(store.Free() < settings.LeastFree));
}

internal sealed class OpenHeldClipHandler(IClipStore store) : IRequestHandler<OpenHeldClip, Stream?>
{
    public Task<Stream?> Handle(OpenHeldClip request, CancellationToken cancellationToken) => store.TryOpenAsync(request.Sha256, cancellationToken);
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
