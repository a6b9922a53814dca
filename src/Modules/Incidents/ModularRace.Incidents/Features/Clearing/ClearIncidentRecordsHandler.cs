using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Persistence;

namespace ModularRace.Incidents.Features.Clearing;

/// <summary>A group stays or goes whole: the one that stands is shown with the reports of all.</summary>
internal sealed class ClearIncidentRecordsHandler(IncidentsDbContext db, DatabaseSession session, IClipStore store, CourseCameras cameras, IMediator mediator, ISystemIdentity system) : IRequestHandler<ClearIncidentRecords, KeptIncidentRecords>
{
    public async Task<KeptIncidentRecords> Handle(ClearIncidentRecords request, CancellationToken cancellationToken)
    {
        if (system.Origin == CloudIdentity.Cloud) throw new InvalidOperationException("The cloud is never cleared.");
        Guid[] keep = [.. request.Keep];
        var incidents = await db.Database.SqlQuery<Guid>(
            $"""
             WITH named AS (
                 SELECT unnest({keep}) AS uuid
                 UNION SELECT record_uuid FROM incidents.history_entries WHERE client_uuid = ANY({keep})),
             members AS (
                 SELECT uuid FROM named
                 UNION SELECT r.incident_uuid FROM incidents.reports r JOIN named n ON n.uuid = r.client_uuid)
             SELECT i.client_uuid AS "Value" FROM incidents.incidents i
             WHERE i.group_uuid IN (SELECT g.group_uuid FROM incidents.incidents g JOIN members m ON m.uuid = g.client_uuid)
             """).ToArrayAsync(cancellationToken);
        var reports = await db.Reports.Where(r => incidents.Contains(r.IncidentUuid)).Select(r => r.ClientUuid).ToArrayAsync(cancellationToken);
        Guid[] stay = [.. incidents, .. reports];
        var history = await db.HistoryEntries.Where(h => stay.Contains(h.RecordUuid)).Select(h => h.ClientUuid).ToArrayAsync(cancellationToken);

        await db.HistoryEntries.Where(h => !stay.Contains(h.RecordUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Reports.Where(r => !incidents.Contains(r.IncidentUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.Incidents.Where(i => !incidents.Contains(i.ClientUuid)).ExecuteDeleteAsync(cancellationToken);
        await db.IncidentCounters.Where(c => !db.Incidents.Any(i => i.CompetitionUuid == c.CompetitionUuid)).ExecuteDeleteAsync(cancellationToken);
        await ClearClipsAsync(cancellationToken);
        return new KeptIncidentRecords(incidents, [.. reports, .. history]);
    }

    /// <summary>The clips of what is gone follow it, each looked at again by itself, and the card has their room back.</summary>
    private async Task ClearClipsAsync(CancellationToken cancellationToken)
    {
        var uploads = await db.ClipUploads.Where(u => !db.Reports.Any(r => r.ClientUuid == u.ReportUuid)).Select(u => u.UploadUuid).ToArrayAsync(cancellationToken);
        await db.ClipUploads.Where(u => uploads.Contains(u.UploadUuid)).ExecuteDeleteAsync(cancellationToken);
        var clips = await db.Clips.Where(c => !db.Reports.Any(r => r.Clip!.Sha256 == c.Sha256)).Select(c => c.Sha256).ToArrayAsync(cancellationToken);
        session.AfterCommit(async () =>
        {
            await cameras.EndAllAsync();
            foreach (var upload in uploads) await store.DropIncomingAsync(upload, CancellationToken.None);
            foreach (var clip in clips) await mediator.Send(new DropClip(clip), CancellationToken.None);
        });
    }
}
