using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>How far a clip is that is on its way. Who asks is about to go on: a former connection that hangs is ended, so that all that came by it counts.</summary>
internal sealed record ReadClipUpload(Guid UploadUuid) : IRequest<ClipProgress>;

internal sealed class ReadClipUploadHandler(IncidentsDbContext db, ClipWriters writers, ClipAccess access) : IRequestHandler<ReadClipUpload, ClipProgress>
{
    public async Task<ClipProgress> Handle(ReadClipUpload request, CancellationToken cancellationToken)
    {
        await RequireOwnAsync(db, access, request.UploadUuid, cancellationToken);
        using var turn = await writers.TryTakeAsync(request.UploadUuid, cancellationToken);
        var upload = await RequireOwnAsync(db, access, request.UploadUuid, cancellationToken);
        return new ClipProgress(upload.UploadUuid, upload.ReportUuid, upload.Received, upload.Length, Created: false);
    }

    /// <summary>Of another's nothing is told, not even that it is.</summary>
    public static async Task<ClipUpload> RequireOwnAsync(IncidentsDbContext db, ClipAccess access, Guid uuid, CancellationToken cancellationToken) =>
        await db.ClipUploads.AsNoTracking().SingleOrDefaultAsync(u => u.UploadUuid == uuid && u.Owner == access.Owner, cancellationToken) ?? throw Problem.NotFound("upload");
}
