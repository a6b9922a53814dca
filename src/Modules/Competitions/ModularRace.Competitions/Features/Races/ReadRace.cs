using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Features.Races;

internal sealed record ReadRace(Guid RaceUuid) : IQuery<RaceView>;

internal sealed class ReadRaceHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ReadRace, RaceView>
{
    public async Task<RaceView> Handle(ReadRace request, CancellationToken cancellationToken)
    {
        var race = await db.Races.AsNoTracking().FirstOrDefaultAsync(r => r.ClientUuid == request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustSee(race.CompetitionUuid);
        return RaceView.Of(race);
    }
}
