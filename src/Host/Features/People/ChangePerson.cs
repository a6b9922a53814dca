using FluentValidation;
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
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.People;

/// <summary>What is to be changed of a person, as a JSON merge patch: what is absent stays.</summary>
internal sealed record PersonPatch
{
    private readonly HashSet<string> said = new(StringComparer.Ordinal);

    public string? Name { get; init => field = Say(value, nameof(Name)); }

    public string? Email { get; init => field = Say(value, nameof(Email)); }

    /// <summary>All of them: a role that is not in the list is taken away.</summary>
    public IReadOnlyList<RoleOn>? Roles { get; init => field = Say(value, nameof(Roles)); }

    /// <summary>True: they may not sign in any more, and all their sessions end.</summary>
    public bool? Disabled { get; init => field = Say(value, nameof(Disabled)); }

    public bool Says(string field) => said.Contains(field);

    private T Say<T>(T value, string field)
    {
        said.Add(field);
        return value;
    }
}

/// <summary>Changes a person; what they may counts from their next request on.</summary>
/// <param name="IfMatch">The revision that was seen; null: whatever it is.</param>
internal sealed record ChangePerson(Guid PersonUuid, PersonPatch Patch, string? IfMatch = null) : ICommand<PersonView>
{
    public string? Name => Patch.Name;

    public string? Email => Patch.Email;

    public IReadOnlyList<RoleOn>? Roles => Patch.Roles;

    public bool? Disabled => Patch.Disabled;
}

internal sealed class ChangePersonValidator : AbstractValidator<ChangePerson>
{
    public ChangePersonValidator()
    {
        When(r => r.Patch.Says(nameof(PersonPatch.Name)), () => RuleFor(r => r.Name).IsRequiredText(Texts.Name));
        When(r => r.Patch.Says(nameof(PersonPatch.Email)), () => RuleFor(r => r.Email).IsEmail());
        When(r => r.Patch.Says(nameof(PersonPatch.Roles)), () => RuleFor(r => r.Roles).AreRoles());
        When(r => r.Patch.Says(nameof(PersonPatch.Disabled)), () => RuleFor(r => r.Disabled).NotNull().WithMessage("It is true or false."));
    }
}

internal sealed class ChangePersonHandler(
    IdentityDbContext db, DatabaseSession session, UserManager<Person> people, IMediator mediator, ICurrentActor current, CurrentPerson me, AuditTrail audit, TimeProvider time)
    : IRequestHandler<ChangePerson, PersonView>
{
    public async Task<PersonView> Handle(ChangePerson request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        await session.LockAsync(PersonRules.Lock, Guid.Empty, cancellationToken);
        var person = await db.People.Include(p => p.Roles).SingleOrDefaultAsync(p => p.Id == request.PersonUuid, cancellationToken) ?? throw Problem.NotFound("person");
        if (request.IfMatch?.Trim() is { Length: > 0 } tag and not "*" && !tag.Split(',').Any(t => t.Trim().Trim('"') == person.ConcurrencyStamp)) throw Problem.StaleRevision();

        var (patch, now) = (request.Patch, Instants.ToMilliseconds(time.GetUtcNow()));
        var (nameBefore, emailBefore, rolesBefore, disabledBefore) = (person.Name, person.Email, PersonRules.Words(person.Roles), person.DisabledAt);
        var held = person.Roles.Select(r => (r.Role, r.CompetitionUuid)).ToHashSet();
        var reached = person.IsAdminOfAll() && person.DisabledAt is null;
        if (patch.Name is { } name) person.Name = name.Trim();
        if (patch.Email is { } email && email.Trim() != person.Email)
        {
            person.UserName = person.Email = email.Trim();
            // A link went to the address before, which may be the mistake that is mended here.
            await VoidLinksAsync(person.Id, now, cancellationToken);
        }

        if (patch.Roles is { } roles) await HoldAsync(person, roles, cancellationToken);
        if (patch.Disabled is { } disabled && disabled != person.DisabledAt is not null)
        {
            person.DisabledAt = disabled ? now : null;
            if (disabled)
            {
                await VoidLinksAsync(person.Id, now, cancellationToken);
                await mediator.Send(new EndSessions(person.Id), cancellationToken);
            }
        }

        if (reached && person.Id == me.Uuid && (person.DisabledAt is not null || !person.IsAdminOfAll()))
            throw Problem.Conflict("own_admin_role", "You cannot take your own admin role away or disable yourself. Another admin can.");
        (await people.UpdateAsync(person)).Check();
        if (reached) await PersonRules.RequireAnAdminAsync(db, cancellationToken);
        var changes = new List<string>();
        if (person.Name != nameBefore) changes.Add($"name was {nameBefore}");
        if (person.Email != emailBefore) changes.Add($"email {emailBefore} → {person.Email}");
        if (!held.SetEquals(person.Roles.Select(r => (r.Role, r.CompetitionUuid)))) changes.Add($"roles {rolesBefore} → {PersonRules.Words(person.Roles)}");
        if (changes.Count > 0) await audit.NoteAsync(AuditActions.PersonChanged, About.Of(person), string.Join("; ", changes), cancellationToken);
        if (person.DisabledAt is null != disabledBefore is null) await audit.NoteAsync(person.DisabledAt is null ? AuditActions.PersonEnabled : AuditActions.PersonDisabled, About.Of(person), detail: null, cancellationToken);
        return await PersonViews.ReadAsync(db, person.Id, time.GetUtcNow(), cancellationToken);
    }

    private async Task HoldAsync(Person person, IReadOnlyList<RoleOn> roles, CancellationToken cancellationToken)
    {
        // What was merged or is gone since stays held; only what is new must be there.
        var held = person.Roles.Select(r => new RoleGrant(r.Role, r.CompetitionUuid)).ToHashSet();
        var wanted = roles.SelectMany(r => r.Grants).ToHashSet();
        await PersonRules.RequireCompetitionsAsync(mediator, [.. wanted.Except(held).Select(g => new RoleOn(g.Role, g.CompetitionUuid is { } c ? [c] : null))], cancellationToken);
        person.Roles.RemoveAll(r => !wanted.Contains(new RoleGrant(r.Role, r.CompetitionUuid)));
        foreach (var grant in wanted.Except(held)) person.Roles.Add(new PersonRole { Role = grant.Role, CompetitionUuid = grant.CompetitionUuid });
    }

    private Task<int> VoidLinksAsync(Guid person, DateTimeOffset? now, CancellationToken cancellationToken) =>
        db.PasswordLinks.Where(l => l.PersonId == person && l.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellationToken);
}
