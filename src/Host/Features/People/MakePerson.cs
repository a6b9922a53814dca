using System.ComponentModel.DataAnnotations;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Features.People.PasswordLinks;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.People;

/// <summary>Makes a person, without a password: a link that is told this once lets them choose one. The same <c>client_uuid</c> again finds them made.</summary>
internal sealed record MakePerson([property: Required] string? Name, [property: Required] string? Email, [property: Required] IReadOnlyList<RoleOn>? Roles, Guid? ClientUuid = null) : ICommand<MadePerson>;

/// <param name="Link">Null: the person was there already.</param>
internal sealed record MadePerson(PersonView Person, GivenLink? Link);

internal sealed class MakePersonValidator : AbstractValidator<MakePerson>
{
    public MakePersonValidator()
    {
        RuleFor(r => r.Name).IsRequiredText(Texts.Name);
        RuleFor(r => r.Email).IsEmail();
        RuleFor(r => r.Roles).AreRoles();
        RuleFor(r => r.ClientUuid).NotEqual(Guid.Empty).WithMessage("It is not the nil UUID.");
    }
}

internal sealed class MakePersonHandler(IdentityDbContext db, DatabaseSession session, UserManager<Person> people, IMediator mediator, ICurrentActor current, AuditTrail audit, TimeProvider time)
    : IRequestHandler<MakePerson, MadePerson>
{
    public async Task<MadePerson> Handle(MakePerson request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var email = request.Email!.Trim();
        if (request.ClientUuid is { } known && await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == known, cancellationToken) is { } made)
        {
            if (made.NormalizedEmail != people.NormalizeEmail(email)) throw Problem.Conflict("uuid_exists", "Another person was made with this client_uuid.");
            return new MadePerson(await PersonViews.ReadAsync(db, known, time.GetUtcNow(), cancellationToken), Link: null);
        }

        await PersonRules.RequireCompetitionsAsync(mediator, request.Roles!, cancellationToken);
        var person = new Person { Id = request.ClientUuid ?? Uuids.New(time), UserName = email, Email = email, Name = request.Name!.Trim(), CreatedAt = Instants.ToMilliseconds(time.GetUtcNow()) };
        foreach (var grant in request.Roles!.SelectMany(r => r.Grants)) person.Roles.Add(new PersonRole { Role = grant.Role, CompetitionUuid = grant.CompetitionUuid });
        (await people.CreateAsync(person)).Check();
        await audit.NoteAsync(AuditActions.PersonMade, About.Of(person), $"{person.Email}; {PersonRules.Words(person.Roles)}", cancellationToken);
        var link = await mediator.Send(new GivePasswordLink(person.Id), cancellationToken);
        return new MadePerson(await PersonViews.ReadAsync(db, person.Id, time.GetUtcNow(), cancellationToken), link);
    }
}
