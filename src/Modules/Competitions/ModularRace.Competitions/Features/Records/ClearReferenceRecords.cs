using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Competitions.Features.Records;

internal sealed class ClearReferenceRecordsHandler(CompetitionsDbContext db, ISystemIdentity system) : IRequestHandler<ClearReferenceRecords, Done>
{
    public async Task<Done> Handle(ClearReferenceRecords request, CancellationToken cancellationToken)
    {
        if (system.Origin == CloudIdentity.Cloud) throw new InvalidOperationException("The cloud is never cleared.");
        await db.Phrases.ExecuteDeleteAsync(cancellationToken);
        await db.Penalties.ExecuteDeleteAsync(cancellationToken);
        await db.BibAssignments.ExecuteDeleteAsync(cancellationToken);
        await db.RaceLocations.ExecuteDeleteAsync(cancellationToken);
        await db.Races.ExecuteDeleteAsync(cancellationToken);
        await db.Competitions.ExecuteDeleteAsync(cancellationToken);
        await db.Athletes.ExecuteDeleteAsync(cancellationToken);
        return default;
    }
}
