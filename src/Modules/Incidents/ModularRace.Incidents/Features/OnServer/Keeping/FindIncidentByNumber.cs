using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>The incident that people call by that number; null: there is none.</summary>
internal sealed record FindIncidentByNumber(Guid CompetitionUuid, long Number) : IQuery<Guid?>;

internal sealed class FindIncidentByNumberHandler(IncidentsDbContext db) : IRequestHandler<FindIncidentByNumber, Guid?>
{
    public async Task<Guid?> Handle(FindIncidentByNumber request, CancellationToken cancellationToken) =>
        await db.Incidents.Where(i => i.CompetitionUuid == request.CompetitionUuid && i.Number == request.Number).Select(i => (Guid?)i.ClientUuid).SingleOrDefaultAsync(cancellationToken);
}
