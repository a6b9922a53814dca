using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using Quartz;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>
/// Nothing that nobody names stays, and nothing that somebody names goes: uploads that were given up, clips whose report is
/// gone, files without a row. Each goes under its own lock, looked at again there.
/// </summary>
internal sealed record SweepClips : IRequest<SweptClips>;

internal sealed record SweptClips(int Uploads, int Clips);

internal sealed class SweepClipsHandler(IncidentsDbContext db, IClipStore store, IMediator mediator, TimeProvider time) : IRequestHandler<SweepClips, SweptClips>
{
    private const int AtOnce = 500;

    /// <summary>An upload waits for its sender over a weekend without a link; one that is finished only for a repeated question.</summary>
    private static readonly TimeSpan GivenUp = TimeSpan.FromDays(14), Answered = TimeSpan.FromDays(1);

    /// <summary>A clip waits for its report, as long as an upload that named it would.</summary>
    private static readonly TimeSpan Unnamed = TimeSpan.FromDays(1);

    public async Task<SweptClips> Handle(SweepClips request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var uploads = await SweepUploadsAsync(now, cancellationToken);
        var clips = 0;
        for (long after = 0; ;)
        {
            var rows = await db.Clips.AsNoTracking().Where(c => c.Id > after && c.ChangedAt < now - Unnamed && !db.Reports.Any(r => r.Clip!.Sha256 == c.Sha256))
                .OrderBy(c => c.Id).Take(AtOnce).Select(c => new { c.Id, c.Sha256 }).ToListAsync(cancellationToken);
            if (rows.Count == 0) break;
            after = rows[^1].Id;
            foreach (var row in rows)
                if (await mediator.Send(new DropClip(row.Sha256), cancellationToken)) clips++;
        }

        // A host that died between the file and its row, or between the row's end and the file's.
        await foreach (var lying in store.AllAsync(now - Unnamed, cancellationToken).Chunk(AtOnce))
        {
            var known = await db.Clips.AsNoTracking().Where(c => lying.Contains(c.Sha256) && c.Held).Select(c => c.Sha256).ToListAsync(cancellationToken);
            foreach (var sha256 in lying.Except(known, StringComparer.Ordinal))
                if (await mediator.Send(new DropClip(sha256), cancellationToken)) clips++;
        }

        return new SweptClips(uploads, clips);
    }

    private async Task<int> SweepUploadsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var gone = await db.ClipUploads.Where(u => u.FinishedAt == null ? u.TouchedAt < now - GivenUp : u.TouchedAt < now - Answered).ExecuteDeleteAsync(cancellationToken);
        await foreach (var incoming in store.AllIncomingAsync(cancellationToken).Chunk(AtOnce))
        {
            var known = await db.ClipUploads.AsNoTracking().Where(u => incoming.Contains(u.UploadUuid) && u.FinishedAt == null).Select(u => u.UploadUuid).ToListAsync(cancellationToken);
            foreach (var upload in incoming.Except(known)) await store.DropIncomingAsync(upload, cancellationToken);
        }

        return gone;
    }
}

/// <summary>True where it is gone.</summary>
internal sealed record DropClip(string Sha256) : ICommand<bool>;

internal sealed class DropClipHandler(IncidentsDbContext db, DatabaseSession session, IClipStore store, IMediator mediator) : IRequestHandler<DropClip, bool>
{
    public async Task<bool> Handle(DropClip request, CancellationToken cancellationToken)
    {
        await session.LockAsync(ClipLock.Scope, ClipLock.Of(request.Sha256), cancellationToken);
        if (!await IsRemovedAsync(request.Sha256, cancellationToken) && await IsNamedAsync(request.Sha256, cancellationToken)) return false;
        await db.Clips.Where(c => c.Sha256 == request.Sha256).ExecuteDeleteAsync(cancellationToken);
        // Under the lock still: whoever brings the same content again waits for this. A commit that fails leaves a row without bytes, as a lost disk does.
        await store.DropAsync(request.Sha256, CancellationToken.None);
        return true;
    }

    /// <summary>It went by a rule, and lies here by a host that died when it came again.</summary>
    private async Task<bool> IsRemovedAsync(string sha256, CancellationToken cancellationToken) =>
        await db.WhereNobodyNeeds([sha256]).AnyAsync(cancellationToken) && !await db.Clips.AnyAsync(c => c.Sha256 == sha256 && c.Held, cancellationToken);

    private async Task<bool> IsNamedAsync(string sha256, CancellationToken cancellationToken)
    {
        if (await db.Reports.AnyAsync(r => r.Clip!.Sha256 == sha256, cancellationToken)) return true;
        if (await db.ClipUploads.AnyAsync(u => u.Sha256 == sha256, cancellationToken)) return true;
        var leaving = new ClipsLeaving([sha256]);
        await mediator.Publish(leaving, cancellationToken);
        return leaving.InUse.Count > 0;
    }
}

[DisallowConcurrentExecution]
internal sealed class SweepClipsJob(IMediator mediator, ILogger<SweepClipsJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var swept = await mediator.Send(new SweepClips(), cancellationToken);
        if (swept is not { Uploads: 0, Clips: 0 }) logger.LogInformation("Swept {Uploads} uploads and {Clips} clips that nobody names", swept.Uploads, swept.Clips);
    }
}
