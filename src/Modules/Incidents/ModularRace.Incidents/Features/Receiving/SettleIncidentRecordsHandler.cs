using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Receiving;

internal sealed class SettleIncidentRecordsHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator)
    : IRequestHandler<SettleIncidentRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(SettleIncidentRecords request, CancellationToken cancellationToken)
    {
        var reception = await Reception.ReadAsync(db, mediator, request.Records, cancellationToken);
        if (reception.Outcomes.Any(o => o.Verdict != RecordVerdict.Acceptable)) return reception.Outcomes;

        var uuids = request.Records.Select(r => r.ClientUuid).ToArray();
        var entries = await db.HistoryEntries.Where(h => uuids.Contains(h.ClientUuid)).ToListAsync(cancellationToken);
        // A history entry is never changed: settled is only that it stays as it is.
        foreach (var entry in entries) entry.Revision = Revision.Next(entry.Revision);

        var edit = changes.Begin(reception.Incidents.Values.FirstOrDefault()?.CompetitionUuid);
        var revisions = entries.ToDictionary(e => e.ClientUuid, e => e.Revision);
        foreach (var (record, form) in request.Records.Zip(reception.Forms.Select(f => f.Form)))
            if (form is IncidentForm wanted)
            {
                var incident = reception.Incidents[record.ClientUuid];
                edit.Settle(incident, i => wanted.WriteTo(i, reception.Race(wanted), reception.Location(wanted.RaceLocationUuid)), request.How);
                revisions[record.ClientUuid] = incident.Revision;
            }
            else if (form is ReportForm saying)
            {
                var report = reception.Reports[record.ClientUuid];
                edit.Settle(report, r => saying.WriteTo(r, reception.Location(saying.RaceLocationUuid)), request.How);
                revisions[record.ClientUuid] = report.Revision;
            }

        db.AddRange(edit.Entries);
        await changes.SaveAsync(edit.Incidents, edit.Reports, [.. entries, .. edit.Entries], edit.Concerned, ChangeSource.Local, cancellationToken);
        return [.. reception.Outcomes.Select(o => o with { Verdict = RecordVerdict.Updated, Revision = revisions[o.ClientUuid] })];
    }
}
