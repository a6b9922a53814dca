using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using Quartz;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>One picture of each clip that has none, the newest first, and its length where its head did not tell. Answers how many got one.</summary>
internal sealed record MakePosters : IRequest<int>;

internal sealed class MakePostersHandler(IncidentsDbContext db, IClipStore store, FilmLook look, IMediator mediator) : IRequestHandler<MakePosters, int>
{
    /// <summary>A machine may have been busy; a film that cannot be looked into never can.</summary>
    private const int MostTries = 3;

    public async Task<int> Handle(MakePosters request, CancellationToken cancellationToken)
    {
        if (!look.MakesPosters) return 0;
        var made = 0;
        for (var before = long.MaxValue; ;)
        {
            var clip = await db.Clips.AsNoTracking().Where(c => c.Held && !c.HasPoster && c.PosterTries < MostTries && c.Id < before)
                .OrderByDescending(c => c.Id).FirstOrDefaultAsync(cancellationToken);
            if (clip is null) return made;
            before = clip.Id;
            await using var film = await store.TryFileAsync(clip.Sha256, cancellationToken);
            if (film is null) continue;
            // No transaction is open while the program runs.
            var length = clip.DurationMs ?? await look.MeasureAsync(film.Path, clip.ContentType, cancellationToken);
            var jpeg = await look.PosterAsync(film.Path, clip.ContentType, length, cancellationToken);
            if (await mediator.Send(new KeepPoster(clip.Sha256, jpeg, length), cancellationToken)) made++;
        }
    }
}

/// <summary>Puts it beside its clip, and says so after. True where there is one now.</summary>
internal sealed record KeepPoster(string Sha256, byte[]? Jpeg, long? DurationMs) : ICommand<bool>;

internal sealed class KeepPosterHandler(IncidentsDbContext db, DatabaseSession session, IClipStore store, IMediator mediator) : IRequestHandler<KeepPoster, bool>
{
    public async Task<bool> Handle(KeepPoster request, CancellationToken cancellationToken)
    {
        // The clip may have gone meanwhile: its picture does not stay behind.
        await session.LockAsync(ClipLock.Scope, ClipLock.Of(request.Sha256), cancellationToken);
        if (await db.Clips.SingleOrDefaultAsync(c => c.Sha256 == request.Sha256 && c.Held, cancellationToken) is not { } clip) return false;
        if (request.Jpeg is not null) await store.KeepPosterAsync(request.Sha256, request.Jpeg, cancellationToken);
        clip.HasPoster |= request.Jpeg is not null;
        clip.PosterTries++;
        clip.DurationMs ??= request.DurationMs;
        await db.SaveChangesAsync(cancellationToken);
        if (request.Jpeg is null) return false;
        var reports = await db.Reports.Where(r => r.Clip!.Sha256 == request.Sha256)
            .Join(db.Incidents, r => r.IncidentUuid, i => i.ClientUuid, (r, i) => new ClipPictured(r.ClientUuid, i.GroupUuid, i.RaceUuid, request.Sha256)).ToListAsync(cancellationToken);
        foreach (var pictured in reports) await mediator.Publish(pictured, cancellationToken);
        return true;
    }
}

/// <summary>Fired as soon as a clip is kept, and now and then for what was missed.</summary>
[DisallowConcurrentExecution]
internal sealed class MakePostersJob(IMediator mediator) : IJob
{
    public static readonly JobKey Key = new("posters", "incidents");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await mediator.Send(new MakePosters(), cancellationToken);
}
