using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Lookup;

internal sealed class ReadCaseRecordsHandler(IncidentsDbContext db) : IRequestHandler<ReadCaseRecords, IReadOnlyList<RecordVersion>>
{
    public async Task<IReadOnlyList<RecordVersion>> Handle(ReadCaseRecords request, CancellationToken cancellationToken)
    {
        var uuids = request.Uuids.Distinct().ToArray();
        var incidents = await db.Incidents.AsNoTracking().Where(i => uuids.Contains(i.ClientUuid)).OrderBy(i => i.Id).ToListAsync(cancellationToken);
        var reports = await db.Reports.AsNoTracking().Where(r => uuids.Contains(r.ClientUuid)).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        var entries = await db.HistoryEntries.AsNoTracking().Where(h => uuids.Contains(h.ClientUuid)).OrderBy(h => h.Id).ToListAsync(cancellationToken);

        // A history entry is of an incident, or of a report, which has one.
        var named = entries.Select(h => h.RecordUuid).Distinct().ToArray();
        var ofReports = await db.Reports.AsNoTracking().Where(r => named.Contains(r.ClientUuid)).ToDictionaryAsync(r => r.ClientUuid, r => r.IncidentUuid, cancellationToken);
        var parents = incidents.Select(i => i.ClientUuid).Concat(reports.Select(r => r.IncidentUuid)).Concat(named).Concat(ofReports.Values).Distinct().ToArray();
        var standings = await db.Incidents.AsNoTracking().Where(i => parents.Contains(i.ClientUuid))
            .ToDictionaryAsync(i => i.ClientUuid, i => new Standing(i.ClientUuid, i.SaidCompetitionUuid ?? i.CompetitionUuid, i.SaidRaceUuid ?? i.RaceUuid, i.MergedInto, i.Stands), cancellationToken);
        return
        [
            .. incidents.Select(i => i.ToRecord(standings[i.ClientUuid])), .. reports.Select(r => r.ToRecord(standings[r.IncidentUuid])),
            .. entries.Select(h => (Entry: h, Of: standings.GetValueOrDefault(ofReports.GetValueOrDefault(h.RecordUuid, h.RecordUuid)))).Where(h => h.Of is not null).Select(h => h.Entry.ToRecord(h.Of!)),
        ];
    }
}
