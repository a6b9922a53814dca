using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.People;

/// <summary>What an admin says of a person.</summary>
internal sealed record PersonForm
{
    public string? Name { get; set; }

    public string? Email { get; set; }

    /// <summary>The revision that was seen; null: a new person.</summary>
    public string? Revision { get; set; }

    /// <summary>One for each role there is.</summary>
    public List<RoleForm> Roles { get; set; } = [.. ModularRace.Shared.Access.Roles.All.Select(r => new RoleForm { Role = r })];

    public static PersonForm Of(PersonView person) => new()
    {
        Name = person.Name,
        Email = person.Email,
        Revision = person.Revision,
        Roles =
        [
            .. ModularRace.Shared.Access.Roles.All.Select(role => person.Roles.FirstOrDefault(r => r.Role == role) is { } held
                ? new RoleForm { Role = role, Held = true, Scope = held.CompetitionUuids is null ? "all" : "some", CompetitionUuids = held.CompetitionUuids }
                : new RoleForm { Role = role }),
        ],
    };

    public MakePerson Making() => new(PageForms.Typed(Name), PageForms.Typed(Email), Held());

    public PersonPatch Patch() => new() { Name = PageForms.Typed(Name), Email = PageForms.Typed(Email), Roles = Held() };

    private IReadOnlyList<RoleOn> Held() => [.. Roles.Where(r => r.Held).Select(r => new RoleOn(r.Role, r.Scope == "some" ? r.CompetitionUuids ?? [] : null))];
}

internal sealed record RoleForm
{
    public string? Role { get; set; }

    public bool Held { get; set; }

    /// <summary><c>all</c>, also later ones, or <c>some</c>.</summary>
    public string? Scope { get; set; }

    public IReadOnlyList<Guid>? CompetitionUuids { get; set; }
}
