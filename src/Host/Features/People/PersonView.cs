using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.People;

/// <summary>Somebody who may sign in, as an admin sees them.</summary>
/// <param name="Revision">For <c>If-Match</c>.</param>
/// <param name="HasPassword">A password was chosen; before that nobody signs in as them.</param>
/// <param name="LinkExpiresAt">Until when a link to choose a password is open; null: none is.</param>
/// <param name="DisabledAt">Since when they may not sign in; null: they may.</param>
/// <param name="Sessions">How many are open.</param>
/// <param name="LastSeenAt">When one of them was last used, to within a few minutes; null: never.</param>
internal sealed record PersonView(
    Guid ClientUuid, string Revision, string Name, string Email, IReadOnlyList<RoleOn> Roles, DateTimeOffset CreatedAt, bool HasPassword, DateTimeOffset? LinkExpiresAt, DateTimeOffset? DisabledAt,
    int Sessions, DateTimeOffset? LastSeenAt);

/// <summary>A role and where it is held.</summary>
/// <param name="Role">Each role once.</param>
/// <param name="CompetitionUuids">Null: on all competitions, also later ones.</param>
internal sealed record RoleOn([property: Required, AllowedValues("admin", "jury_president", "var_operator", "referee", "viewer")] string? Role, IReadOnlyList<Guid>? CompetitionUuids)
{
    /// <summary>The weightiest first.</summary>
    public static IReadOnlyList<RoleOn> Of(IEnumerable<PersonRole> rows) =>
        [.. rows.GroupBy(r => r.Role, StringComparer.Ordinal).OrderBy(g => Roles.All.Index().FirstOrDefault(r => r.Item == g.Key).Index)
            .Select(g => new RoleOn(g.Key, g.Any(r => r.CompetitionUuid is null) ? null : [.. g.Select(r => r.CompetitionUuid!.Value).Order()]))];

    [JsonIgnore]
    public IEnumerable<RoleGrant> Grants => CompetitionUuids is { } some ? some.Distinct().Select(c => new RoleGrant(Role!, c)) : [new RoleGrant(Role!, null)];
}

internal static class PersonViews
{
    public static async Task<PersonView> ReadAsync(IdentityDbContext db, Guid uuid, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await OfAsync(db, db.People.Where(p => p.Id == uuid), now, cancellationToken)).SingleOrDefault() ?? throw Problem.NotFound("person");

    /// <summary>In the order of the query.</summary>
    public static async Task<IReadOnlyList<PersonView>> OfAsync(IdentityDbContext db, IQueryable<Person> people, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = db.StillOpen(now);
        var rows = await people.AsNoTracking()
            .Select(p => new
            {
                p.Id, p.ConcurrencyStamp, p.Name, p.Email, Roles = p.Roles.ToList(), p.CreatedAt, HasPassword = p.PasswordHash != null, p.DisabledAt,
                Link = db.PasswordLinks.Where(l => l.PersonId == p.Id && l.UsedAt == null && l.ExpiresAt > now).Max(l => (DateTimeOffset?)l.ExpiresAt),
                Sessions = open.Count(s => s.PersonId == p.Id),
                Seen = db.Sessions.Where(s => s.PersonId == p.Id).Max(s => (DateTimeOffset?)s.LastSeenAt),
            })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(r => new PersonView(r.Id, r.ConcurrencyStamp!, r.Name, r.Email!, RoleOn.Of(r.Roles), r.CreatedAt, r.HasPassword, r.Link, r.DisabledAt, r.Sessions, r.Seen))];
    }
}
