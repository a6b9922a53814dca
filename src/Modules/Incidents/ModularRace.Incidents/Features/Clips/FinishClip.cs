using System.Security.Cryptography;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using Quartz;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>The last byte is here: the whole is verified and judged, then kept. Nothing of it is shown before.</summary>
internal sealed record FinishClip(ClipUpload Upload, Guid Writer) : IRequest<Done>;

internal sealed class FinishClipHandler(IClipStore store, ClipSettings settings, ClipAccess access, FilmLook look, IMediator mediator) : IRequestHandler<FinishClip, Done>
{
    public async Task<Done> Handle(FinishClip request, CancellationToken cancellationToken)
    {
        var upload = request.Upload;
        await using var whole = await store.ReadIncomingAsync(upload.UploadUuid, cancellationToken);
        // The digest is of what lies there, not of what went by on its way.
        var sha256 = whole.Bytes.Length == upload.Length ? await DigestAsync(whole.Bytes, cancellationToken) : "";
        var judgement = ClipFormat.Judge(whole.Bytes);

        if (upload.Sha256 is not null && upload.Sha256 != sha256)
        {
            await mediator.Send(new RefuseClip(upload, request.Writer, Again: true), cancellationToken);
            throw Mismatch("What came is not the clip that was announced: it has another SHA-256. It is sent again from its beginning.");
        }

        // Of what a device has taken already nothing is asked that it could not know.
        if (judgement is { Fault: null, DurationMs: null } && access.Device is null)
            judgement = judgement with { DurationMs = await look.MeasureAsync(whole.Path, judgement.ContentType!, cancellationToken) };
        if (judgement.Fault is null && judgement.DurationMs > settings.Longest.TotalMilliseconds)
            judgement = ClipJudgement.Refused($"The video is longer than {settings.Longest.TotalSeconds:0} seconds. Send a shorter piece of it.");
        if (judgement.Fault is { } fault)
        {
            await mediator.Send(new RefuseClip(upload, request.Writer, Again: false), cancellationToken);
            throw new Problem(415, "clip_refused", fault);
        }

        await store.StageAsync(upload.UploadUuid, sha256, whole, cancellationToken);
        await mediator.Send(new KeepClip(upload, request.Writer, new Clip(sha256, upload.Length, judgement.ContentType!, judgement.DurationMs)), cancellationToken);
        return default;
    }

    private static async Task<string> DigestAsync(Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>460 is tus's own status.</summary>
    public static Problem Mismatch(string title) => new(460, "checksum_mismatch", title);
}

/// <summary>What came cannot be kept. Where it was announced with its digest, the report's clip shows as failed until it comes right.</summary>
/// <param name="Again">It may be sent again; else the upload is over.</param>
internal sealed record RefuseClip(ClipUpload Upload, Guid Writer, bool Again) : ICommand<Done>;

internal sealed class RefuseClipHandler(IncidentsDbContext db, DatabaseSession session, IClipStore store, TimeProvider time) : IRequestHandler<RefuseClip, Done>
{
    public async Task<Done> Handle(RefuseClip request, CancellationToken cancellationToken)
    {
        var (now, uuid) = (time.GetUtcNow(), request.Upload.UploadUuid);
        var own = db.ClipUploads.Where(u => u.UploadUuid == uuid && u.Writer == request.Writer && u.FinishedAt == null);
        var changed = request.Again
            ? await own.ExecuteUpdateAsync(set => set.SetProperty(u => u.Received, 0).SetProperty(u => u.TouchedAt, now), cancellationToken)
            : await own.ExecuteDeleteAsync(cancellationToken);
        if (changed == 0) return default;
        if (request.Upload.Sha256 is { } sha256)
            await db.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO incidents.clips (sha256, size_bytes, content_type, held, state, changed_at) VALUES ({sha256}, {request.Upload.Length}, '', false, {ClipStates.Failed}, {now})
                 ON CONFLICT (sha256) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at WHERE NOT clips.held
                 """, cancellationToken);
        session.AfterCommit(() => store.DropIncomingAsync(uuid, CancellationToken.None));
        return default;
    }
}

/// <summary>Puts the bytes at their place and says so, in this order: a row never names what is not there (R1).</summary>
internal sealed record KeepClip(ClipUpload Upload, Guid Writer, Clip Clip) : ICommand<Done>;

internal sealed class KeepClipHandler(
    IncidentsDbContext db, IncidentChanges changes, DatabaseSession session, IClipStore store, ClipAccess access, FilmLook look, ISchedulerFactory schedulers, IMediator mediator, ISystemIdentity system, TimeProvider time)
    : IRequestHandler<KeepClip, Done>
{
    public async Task<Done> Handle(KeepClip request, CancellationToken cancellationToken)
    {
        var (upload, clip) = (request.Upload, request.Clip);
        await AddToReportAsync(upload, clip, cancellationToken);
        await session.LockAsync(ClipLock.Scope, ClipLock.Of(clip.Sha256), cancellationToken);
        var now = time.GetUtcNow();
        var finished = await db.ClipUploads.Where(u => u.UploadUuid == upload.UploadUuid && u.Writer == request.Writer && u.FinishedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.Received, u => u.Length).SetProperty(u => u.FinishedAt, now).SetProperty(u => u.TouchedAt, now), cancellationToken);
        if (finished == 0) throw new Problem(409, "upload_superseded", "Another request goes on with this upload.");

        session.AfterCommit(() => store.DropIncomingAsync(upload.UploadUuid, CancellationToken.None));
        if (await db.FindRemovalAsync(upload.ReportUuid, clip.Sha256, cancellationToken) is not null)
        {
            // It was on its way when the rule took it: it does not come back by that, nor stay where it was laid already.
            if (!await db.Clips.AnyAsync(c => c.Sha256 == clip.Sha256 && c.Held, cancellationToken)) await store.DropAsync(clip.Sha256, CancellationToken.None);
            return default;
        }

        await store.KeepAsync(upload.UploadUuid, clip.Sha256, cancellationToken);
        // On a Pi it is to be sent yet; but what the cloud has said of it stays said.
        var state = system.Origin == CloudIdentity.Cloud ? ClipStates.Stored : ClipStates.Pending;
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO incidents.clips (sha256, size_bytes, content_type, duration_ms, held, state, changed_at)
             VALUES ({clip.Sha256}, {clip.SizeBytes}, {clip.ContentType}, {clip.DurationMs}, true, {state}, {now})
             ON CONFLICT (sha256) DO UPDATE SET size_bytes = excluded.size_bytes, content_type = excluded.content_type, duration_ms = COALESCE(excluded.duration_ms, clips.duration_ms), held = true,
                 state = CASE WHEN clips.state = {ClipStates.Stored} THEN clips.state ELSE excluded.state END, changed_at = excluded.changed_at
             """, cancellationToken);
        foreach (var stored in await NamedAsync(clip.Sha256, cancellationToken)) await mediator.Publish(stored, cancellationToken);
        if (look.MakesPosters) session.AfterCommit(async () => await (await schedulers.GetScheduler(CancellationToken.None)).TriggerJob(MakePostersJob.Key));
        return default;
    }

    /// <summary>A person's clip becomes the report's by an edit, with its history. A device's report says it already.</summary>
    private async Task AddToReportAsync(ClipUpload upload, Clip clip, CancellationToken cancellationToken)
    {
        if (access.Device is not null)
        {
            var said = await db.Reports.AsNoTracking().SingleOrDefaultAsync(r => r.ClientUuid == upload.ReportUuid, cancellationToken);
            var of = said is null ? null : await db.Incidents.AsNoTracking().SingleAsync(i => i.ClientUuid == said.IncidentUuid, cancellationToken);
            await access.RequireAsync(upload.ReportUuid, clip.Sha256, said, of, cancellationToken);
            return;
        }

        var (group, report) = await changes.LockReportAsync(upload.ReportUuid, cancellationToken);
        var incident = group.Members.Single(m => m.ClientUuid == report.IncidentUuid);
        await access.RequireAsync(upload.ReportUuid, clip.Sha256, report, incident, cancellationToken);
        if (report.Clip is not null) return;
        var edit = changes.Begin(incident.CompetitionUuid);
        edit.Change(report, r => r.Clip = clip);
        await changes.SaveAsync(edit, cancellationToken);
    }

    private async Task<List<ClipStored>> NamedAsync(string sha256, CancellationToken cancellationToken) =>
        await db.Reports.Where(r => r.Clip!.Sha256 == sha256)
            .Join(db.Incidents, r => r.IncidentUuid, i => i.ClientUuid, (r, i) => new ClipStored(r.ClientUuid, i.GroupUuid, i.RaceUuid, sha256)).ToListAsync(cancellationToken);
}
