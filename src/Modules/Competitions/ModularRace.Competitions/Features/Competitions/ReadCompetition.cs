using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Features.Competitions;

internal sealed record ReadCompetition(Guid CompetitionUuid) : IQuery<CompetitionView>;

internal sealed class ReadCompetitionHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ReadCompetition, CompetitionView>
{
    public async Task<CompetitionView> Handle(ReadCompetition request, CancellationToken cancellationToken)
    {
        access.MustSee(request.CompetitionUuid);
        var competition = await db.Competitions.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken);
        return competition is null ? throw Problem.NotFound("competition") : CompetitionView.Of(competition);
    }
}
