using System.Net.Mail;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.People;

/// <summary>What holds of a person however they are made or changed.</summary>
internal static class PersonRules
{
    /// <summary>Changes of people go one after the other: two admins who disable each other at once must not both have their way.</summary>
    public const string Lock = "people";

    private const int LongestEmail = 254, MostCompetitions = 500;

    public static IRuleBuilderOptionsConditions<T, string?> IsEmail<T>(this IRuleBuilder<T, string?> rule) => rule.Custom((text, context) =>
    {
        if (string.IsNullOrWhiteSpace(text)) context.AddFailure("It is required.");
        else if (Texts.Fault(text, LongestEmail) is { } fault) context.AddFailure(fault);
        else if (!MailAddress.TryCreate(text.Trim(), out var address) || address.Address != text.Trim()) context.AddFailure("It is an email address, such as ada@example.org.");
    });

    public static IRuleBuilderOptionsConditions<T, IReadOnlyList<RoleOn>?> AreRoles<T>(this IRuleBuilder<T, IReadOnlyList<RoleOn>?> rule) => rule.Custom((roles, context) =>
    {
        if (roles is null or { Count: 0 } || roles.Any(r => r?.Role is null)) context.AddFailure("It is a list of at least one role.");
        else if (roles.FirstOrDefault(r => !Roles.All.Contains(r.Role, StringComparer.Ordinal)) is not null) context.AddFailure($"Each is one of {string.Join(", ", Roles.All)}.");
        else if (roles.DistinctBy(r => r.Role, StringComparer.Ordinal).Count() < roles.Count) context.AddFailure("Each role is named once.");
        else if (roles.Any(r => r.CompetitionUuids is { } some && (some.Count is 0 or > MostCompetitions || some.Contains(Guid.Empty))))
            context.AddFailure("A role is held on 1 to 500 competitions, or, without competition_uuids, on all.");
    });

    public static async Task RequireCompetitionsAsync(IMediator mediator, IReadOnlyList<RoleOn> roles, CancellationToken cancellationToken)
    {
        var named = roles.SelectMany(r => r.CompetitionUuids ?? []).Distinct().ToList();
        if (named.Count == 0) return;
        var known = await mediator.Send(new FindCompetitions(named), cancellationToken);
        if (named.Except(known.Select(k => k.ClientUuid)).Any()) throw Problem.Validation("roles", "One of the competitions does not exist.");
    }

    public static bool IsAdminOfAll(this Person person) => person.Roles.Exists(r => r.Role == Roles.Admin && r.CompetitionUuid is null);

    /// <summary>"jury_president on 2 competitions, viewer"</summary>
    public static string Words(IEnumerable<PersonRole> roles) =>
        string.Join(", ", RoleOn.Of(roles).Select(r => r.CompetitionUuids is { } some ? $"{r.Role} on {some.Count} competition{(some.Count == 1 ? "" : "s")}" : r.Role!));

    /// <summary>Somebody must be left who may do everything and can sign in.</summary>
    public static async Task RequireAnAdminAsync(IdentityDbContext db, CancellationToken cancellationToken)
    {
        if (!await db.People.AnyAsync(p => p.DisabledAt == null && p.PasswordHash != null && p.Roles.Any(r => r.Role == Roles.Admin && r.CompetitionUuid == null), cancellationToken))
            throw Problem.Conflict("last_admin", "Nobody would be left who is admin of every competition and can sign in.");
    }
}
