using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Lookup;

/// <summary>Each incident as it is itself, whole, for those who must show or compare two.</summary>
internal sealed class ReadIncidentRecordsHandler(IncidentsDbContext db) : IRequestHandler<ReadIncidentRecords, IReadOnlyList<RecordVersion>>
{
    public async Task<IReadOnlyList<RecordVersion>> Handle(ReadIncidentRecords request, CancellationToken cancellationToken)
    {
        var incidents = await db.Incidents.AsNoTracking().Where(i => request.Uuids.Contains(i.ClientUuid)).ToListAsync(cancellationToken);
        return incidents.ConvertAll(i => i.ToRecord(new Standing(i.ClientUuid, i.SaidCompetitionUuid ?? i.CompetitionUuid, i.SaidRaceUuid ?? i.RaceUuid, i.MergedInto, i.Stands)));
    }
}
