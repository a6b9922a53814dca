using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.People.PasswordLinks;

/// <summary>A person chooses a password by the link that an admin gave: it is used up, and whatever was signed in under the old password is not any more.</summary>
internal sealed record ChoosePassword(string? Code, string? Password) : ICommand<Person>;

internal sealed class ChoosePasswordValidator : AbstractValidator<ChoosePassword>
{
    public ChoosePasswordValidator() => RuleFor(r => r.Password).IsPassword();
}

/// <summary>Whose password a link lets choose; null: it is used up, too old or made up. A look takes nothing: mail programs look first.</summary>
internal sealed record FindPasswordLink(string? Code) : IQuery<string?>;

internal sealed class ChoosePasswordHandler(IdentityDbContext db, DatabaseSession session, UserManager<Person> people, AuditTrail audit, TimeProvider time)
    : IRequestHandler<ChoosePassword, Person>, IRequestHandler<FindPasswordLink, string?>
{
    public async Task<string?> Handle(FindPasswordLink request, CancellationToken cancellationToken) =>
        await Open(request.Code).Join(db.People, l => l.PersonId, p => p.Id, (_, p) => p.Email).SingleOrDefaultAsync(cancellationToken);

    public async Task<Person> Handle(ChoosePassword request, CancellationToken cancellationToken)
    {
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var link = await Open(request.Code).AsNoTracking().SingleOrDefaultAsync(cancellationToken) ?? throw UsedUp();
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        await db.PasswordLinks.Where(l => l.Id == link.Id).ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellationToken);
        var person = await db.People.SingleAsync(p => p.Id == link.PersonId, cancellationToken);
        await Passwords.SetAsync(people, person, request.Password!);
        await EndSessionsHandler.EndAsync(db, people, person, but: null, now, cancellationToken);
        await audit.NoteAsync(AuditActions.PasswordChosen, About.Of(person), $"made by {link.MadeBy}", cancellationToken, by: person);
        return person;
    }

    public static Problem UsedUp() => new(StatusCodes.Status410Gone, "link_used_up", "This link was used already, or is too old. Ask whoever gave it to you for another.");

    private IQueryable<PasswordLink> Open(string? code)
    {
        var (digest, now) = (Secrets.Digest(code ?? ""), time.GetUtcNow());
        return db.PasswordLinks.Where(l => l.Digest == digest && l.UsedAt == null && l.ExpiresAt > now && db.People.Any(p => p.Id == l.PersonId && p.DisabledAt == null));
    }
}
