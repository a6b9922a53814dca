using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Access;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.People;

/// <summary>Ends every session of a person at once, pages and tokens alike; an admin anybody's, else one's own. Again: nothing more to end.</summary>
/// <param name="But">One that stays; null: none.</param>
internal sealed record EndSessions(Guid PersonUuid, Guid? But = null) : ICommand<EndedSessions>;

/// <param name="Ended">How many were open.</param>
internal sealed record EndedSessions(int Ended);

internal sealed class EndSessionsHandler(IdentityDbContext db, DatabaseSession session, UserManager<Person> people, ICurrentActor current, CurrentPerson me, AuditTrail audit, TimeProvider time)
    : IRequestHandler<EndSessions, EndedSessions>
{
    public async Task<EndedSessions> Handle(EndSessions request, CancellationToken cancellationToken)
    {
        if (request.PersonUuid != me.Uuid) current.Actor.Require(null);
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var person = await db.People.SingleOrDefaultAsync(p => p.Id == request.PersonUuid, cancellationToken) ?? throw Problem.NotFound("person");
        var ended = await db.StillOpen(time.GetUtcNow()).CountAsync(s => s.PersonId == person.Id && s.Id != request.But, cancellationToken);
        await EndAsync(db, people, person, request.But, time.GetUtcNow(), cancellationToken);
        if (ended > 0) await audit.NoteAsync(AuditActions.SessionsEnded, About.Of(person), $"{ended} {(ended == 1 ? "was" : "were")} open", cancellationToken);
        return new EndedSessions(ended);
    }

    /// <summary>By their rows, and by the stamp: one that is being opened this very moment carries the old one.</summary>
    public static async Task EndAsync(IdentityDbContext db, UserManager<Person> people, Person person, Guid? but, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (await people.UpdateSecurityStampAsync(person)).Check();
        await db.Sessions.Where(s => s.PersonId == person.Id && s.EndedAt == null && s.Id != but).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellationToken);
        await db.Sessions.Where(s => s.Id == but && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Stamp, person.SecurityStamp!), cancellationToken);
    }
}
