using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>A report's clip, for a caller who may see its incident.</summary>
internal sealed record ServeClip(Guid ReportUuid) : IQuery<ServedClip>;

/// <param name="ContentType">As its content says.</param>
/// <param name="Bytes">To be closed by who serves it.</param>
internal sealed record ServedClip(string Sha256, string ContentType, DateTimeOffset ChangedAt, Stream Bytes)
{
    public string FileName => $"clip-{Sha256[..12]}.{(ContentType == ClipFormat.WebM ? "webm" : "mp4")}";
}

internal sealed class ServeClipHandler(IncidentsDbContext db, IClipStore store, ICurrentActor current) : IRequestHandler<ServeClip, ServedClip>
{
    public async Task<ServedClip> Handle(ServeClip request, CancellationToken cancellationToken)
    {
        var report = await FindSeenAsync(db, current, request.ReportUuid, cancellationToken);
        if (report.Clip is not null && await db.RemovedClips.AsNoTracking().SingleOrDefaultAsync(r => r.ReportUuid == report.ClientUuid && r.Sha256 == report.Clip.Sha256, cancellationToken) is { } removed)
            throw new Problem(404, "not_found", string.Create(CultureInfo.InvariantCulture, $"The report's clip went by the competition's rule on {removed.RemovedAt:d MMMM yyyy}."));
        var clip = report.Clip is null ? null : await db.Clips.AsNoTracking().SingleOrDefaultAsync(c => c.Sha256 == report.Clip.Sha256 && c.Held, cancellationToken);
        return clip is not null && await store.TryOpenAsync(clip.Sha256, cancellationToken) is { } bytes
            ? new ServedClip(clip.Sha256, clip.ContentType, clip.ChangedAt, bytes)
            : throw new Problem(404, "not_found", report.Clip is null ? "The report has no clip." : "The report's clip is not here.");
    }

    /// <summary>R15: the report, for a caller who may see its incident.</summary>
    public static async Task<Report> FindSeenAsync(IncidentsDbContext db, ICurrentActor current, Guid reportUuid, CancellationToken cancellationToken)
    {
        var report = await db.Reports.AsNoTracking().SingleOrDefaultAsync(r => r.ClientUuid == reportUuid, cancellationToken) ?? throw Problem.NotFound("report");
        current.RequireSeeing(await db.ReadIncidentAsync(report.IncidentUuid, cancellationToken));
        return report;
    }
}

/// <summary>A picture of a report's clip, for whoever may see the clip.</summary>
internal sealed record ServePoster(Guid ReportUuid) : IQuery<ServedPoster>;

/// <param name="Jpeg">To be closed by who serves it.</param>
internal sealed record ServedPoster(string Sha256, Stream Jpeg);

internal sealed class ServePosterHandler(IncidentsDbContext db, IClipStore store, ICurrentActor current) : IRequestHandler<ServePoster, ServedPoster>
{
    public async Task<ServedPoster> Handle(ServePoster request, CancellationToken cancellationToken)
    {
        var sha256 = (await ServeClipHandler.FindSeenAsync(db, current, request.ReportUuid, cancellationToken)).Clip?.Sha256;
        var has = sha256 is not null && !await db.RemovedClips.AnyAsync(r => r.ReportUuid == request.ReportUuid && r.Sha256 == sha256, cancellationToken) && await db.Clips.AnyAsync(c => c.Sha256 == sha256 && c.Held && c.HasPoster, cancellationToken);
        return has && await store.TryOpenPosterAsync(sha256!, cancellationToken) is { } jpeg ? new ServedPoster(sha256!, jpeg) : throw new Problem(404, "not_found", "There is no picture of a clip of this report.");
    }
}
