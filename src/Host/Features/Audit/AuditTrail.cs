using ModularRace.Host.Access;
using ModularRace.Host.Features.SigningIn;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.Audit;

/// <summary>Who or what an entry is about.</summary>
internal sealed record AuditSubject(string Kind, Guid? Uuid, string Name);

/// <summary>
/// Writes down who did what, when and from where, in the transaction of what was done: what was rolled back did not happen.
/// Nothing that is written is changed or removed; the database refuses it.
/// </summary>
internal sealed class AuditTrail(IdentityDbContext db, IHttpContextAccessor http, ICurrentActor current, TimeProvider time)
{
    /// <param name="action">Of <see cref="AuditActions"/>.</param>
    /// <param name="subject">About whom or what; null: about nobody known.</param>
    /// <param name="detail">What more there is to say: never a secret, nor what somebody typed as one.</param>
    /// <param name="cancellationToken">Of the command.</param>
    /// <param name="by">Who did it, where the request is not signed in yet; null: whoever sends it.</param>
    public async Task NoteAsync(string action, AuditSubject? subject, string? detail, CancellationToken cancellationToken, Person? by = null)
    {
        var context = http.HttpContext;
        var user = context?.User;
        var (kind, uuid) = by is not null ? ("person", by.Id) : user is null ? ("system", null) : user.Who();
        db.Audit.Add(new AuditEntry
        {
            ClientUuid = Uuids.New(time), At = Instants.ToMilliseconds(time.GetUtcNow()), Action = action,
            ActorKind = kind, ActorUuid = uuid, Actor = by?.Name ?? current.Actor.Name, Address = context is null ? null : PasswordGate.AddressOf(context),
            SubjectKind = subject?.Kind, SubjectUuid = subject?.Uuid, Subject = subject?.Name, Detail = detail,
        });
        await db.SaveChangesAsync(cancellationToken);
    }
}
