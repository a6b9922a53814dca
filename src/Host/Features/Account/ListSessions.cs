using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Access;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Account;

/// <summary>A person's open sessions, the latest used first; an admin's look at anybody's, else one's own.</summary>
internal sealed record ListSessions(Guid PersonUuid) : IQuery<IReadOnlyList<SessionLine>>;

/// <param name="Kind"><see cref="Session.Pages"/> or <see cref="Session.Api"/>.</param>
/// <param name="LastSeenAt">To within a few minutes.</param>
/// <param name="Mine">It is the one that asks.</param>
internal sealed record SessionLine(Guid Id, string Kind, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Mine);

internal sealed class ListSessionsHandler(IdentityDbContext db, ICurrentActor current, CurrentPerson me, TimeProvider time) : IRequestHandler<ListSessions, IReadOnlyList<SessionLine>>
{
    private const int Most = 100;

    public async Task<IReadOnlyList<SessionLine>> Handle(ListSessions request, CancellationToken cancellationToken)
    {
        if (request.PersonUuid != me.Uuid) current.Actor.Require(null);
        var mine = me.SessionId;
        return await db.StillOpen(time.GetUtcNow()).AsNoTracking().Where(s => s.PersonId == request.PersonUuid)
            .OrderByDescending(s => s.Id == mine).ThenByDescending(s => s.LastSeenAt).Take(Most)
            .Select(s => new SessionLine(s.Id, s.Kind, s.Address, s.CreatedAt, s.LastSeenAt, s.Id == mine)).ToListAsync(cancellationToken);
    }
}
