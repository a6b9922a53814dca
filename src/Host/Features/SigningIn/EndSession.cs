using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>Signs out: the session and all its tokens end. Again: unchanged.</summary>
internal sealed record EndSession(Guid SessionId) : ICommand<Done>;

internal sealed class EndSessionHandler(IdentityDbContext db, TimeProvider time) : IRequestHandler<EndSession, Done>
{
    public async Task<Done> Handle(EndSession request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await db.Sessions.Where(s => s.Id == request.SessionId && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellationToken);
        return default;
    }
}
