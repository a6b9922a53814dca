using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Access;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Features.SigningIn;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Account;

/// <summary>Ends one of one's own sessions. Again: unchanged.</summary>
internal sealed record EndOwnSession(Guid SessionId) : ICommand<Done>;

internal sealed class EndOwnSessionHandler(IdentityDbContext db, IMediator mediator, CurrentPerson me) : IRequestHandler<EndOwnSession, Done>
{
    public async Task<Done> Handle(EndOwnSession request, CancellationToken cancellationToken)
    {
        if (!await db.Sessions.AnyAsync(s => s.Id == request.SessionId && s.PersonId == me.Uuid, cancellationToken)) throw Problem.NotFound("session");
        return await mediator.Send(new EndSession(request.SessionId, AuditActions.SessionEnded), cancellationToken);
    }
}
