using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.People.PasswordLinks;

/// <summary>Makes the link by which a person chooses a password, once; the one before it is void. Until it is used the old password goes on.</summary>
internal sealed record GivePasswordLink(Guid PersonUuid) : ICommand<GivenLink>;

/// <param name="Code">Told this once.</param>
/// <param name="First">The person has no password yet.</param>
internal sealed record GivenLink(string Code, DateTimeOffset ExpiresAt, string Name, string Email, bool First, string GivenBy);

internal sealed class GivePasswordLinkHandler(IdentityDbContext db, DatabaseSession session, ICurrentActor current, AuditTrail audit, TimeProvider time) : IRequestHandler<GivePasswordLink, GivenLink>
{
    /// <summary>Over a weekend.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromDays(3);

    public async Task<GivenLink> Handle(GivePasswordLink request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var person = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == request.PersonUuid, cancellationToken) ?? throw Problem.NotFound("person");
        if (person.DisabledAt is not null) throw Problem.Conflict("person_disabled", "This person is disabled. Enable them first.");
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        await db.PasswordLinks.Where(l => l.PersonId == person.Id && l.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellationToken);
        var code = Secrets.New(Secrets.PasswordLink);
        db.PasswordLinks.Add(new PasswordLink { PersonId = person.Id, Digest = Secrets.Digest(code), MadeBy = current.SignatureOn(null), MadeAt = now, ExpiresAt = now + Holds });
        await db.SaveChangesAsync(cancellationToken);
        await audit.NoteAsync(AuditActions.PasswordLinkMade, About.Of(person), detail: null, cancellationToken);
        return new GivenLink(code, now + Holds, person.Name, person.Email!, person.PasswordHash is null, current.Actor.Name);
    }
}
