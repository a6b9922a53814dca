using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Access;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Features.People;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Account;

/// <summary>A person changes the own password; all sessions end but the one in which it is done. The old password was checked before (PasswordGate, which slows guessing down).</summary>
internal sealed record ChangePassword(string? Password) : ICommand<Done>;

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePassword>
{
    public ChangePasswordValidator() => RuleFor(r => r.Password).IsPassword();
}

internal sealed class ChangePasswordHandler(IdentityDbContext db, DatabaseSession session, UserManager<Person> people, CurrentPerson me, AuditTrail audit, TimeProvider time) : IRequestHandler<ChangePassword, Done>
{
    public async Task<Done> Handle(ChangePassword request, CancellationToken cancellationToken)
    {
        var uuid = me.Uuid ?? throw Problem.Forbidden("Only a person has a password.");
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var person = await db.People.SingleAsync(p => p.Id == uuid, cancellationToken);
        await Passwords.SetAsync(people, person, request.Password!);
        await EndSessionsHandler.EndAsync(db, people, person, me.SessionId, time.GetUtcNow(), cancellationToken);
        await audit.NoteAsync(AuditActions.PasswordChanged, About.Of(person), detail: null, cancellationToken);
        return default;
    }
}
