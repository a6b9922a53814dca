using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Dedup.Features.Regrouping;

internal sealed class RegroupRecordsHandler(DedupDbContext db, Regrouper regrouper) : IRequestHandler<RegroupRecords, Done>
{
    public async Task<Done> Handle(RegroupRecords request, CancellationToken cancellationToken)
    {
        var records = request.RecordUuids.ToArray();
        var ofReports = await db.Observations.Where(o => o.ReportUuid != null && records.Contains(o.ReportUuid.Value)).Select(o => o.IncidentUuid).ToListAsync(cancellationToken);
        await regrouper.AroundAsync([.. records.Concat(ofReports).Distinct()], cancellationToken);
        return default;
    }
}
