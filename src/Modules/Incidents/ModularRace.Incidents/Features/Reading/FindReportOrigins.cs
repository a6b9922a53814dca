using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>Where the reports of a race's incidents come from: <c>cloud</c> and devices' UUIDs, in no order.</summary>
internal sealed record FindReportOrigins(Guid RaceUuid) : IQuery<IReadOnlyList<string>>;

internal sealed class FindReportOriginsHandler(IncidentsDbContext db) : IRequestHandler<FindReportOrigins, IReadOnlyList<string>>
{
    public async Task<IReadOnlyList<string>> Handle(FindReportOrigins request, CancellationToken cancellationToken) =>
        await db.Incidents.Where(i => i.RaceUuid == request.RaceUuid)
            .SelectMany(i => db.Reports.Where(r => r.IncidentUuid == i.ClientUuid && r.WithdrawnAt == null).Select(r => r.Origin)).Distinct().ToListAsync(cancellationToken);
}
