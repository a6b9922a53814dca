using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

internal sealed class FindRemovedClipsHandler(IncidentsDbContext db) : IRequestHandler<FindRemovedClips, IReadOnlyList<string>>
{
    public async Task<IReadOnlyList<string>> Handle(FindRemovedClips request, CancellationToken cancellationToken) => await db.WhereNobodyNeeds(request.Sha256).ToListAsync(cancellationToken);
}
