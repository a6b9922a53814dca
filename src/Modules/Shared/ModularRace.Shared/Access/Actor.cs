using ModularRace.Shared.Problems;

namespace ModularRace.Shared.Access;

/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="CompetitionUuid">The competition that it is held on; null: on all.</param>
public sealed record RoleGrant(string Role, Guid? CompetitionUuid);

/// <summary>Who is acting: a person, an integration, a device, or the software itself.</summary>
/// <param name="Name">As shown to people.</param>
/// <param name="Grants">The roles that it holds, and where.</param>
/// <param name="DeviceUuid">For a device.</param>
public sealed record Actor(string Name, IReadOnlyList<RoleGrant> Grants, Guid? DeviceUuid = null)
{
    /// <summary>The software itself: jobs, and what is received from the other side.</summary>
    public static readonly Actor System = new("ModularRace", [new RoleGrant(Roles.Admin, null)]);

    public static readonly Actor Nobody = new("nobody", []);

    /// <summary>Whether it holds one of the roles on the competition; an admin of the competition may everything.</summary>
    public bool May(Guid? competitionUuid, params ReadOnlySpan<string> roles)
    {
        foreach (var grant in Grants)
        {
            if (grant.CompetitionUuid is not null && grant.CompetitionUuid != competitionUuid) continue;
            if (grant.Role == Roles.Admin || roles.Contains(grant.Role)) return true;
        }

        return false;
    }

    /// <summary>Refuses with 403 unless <see cref="May"/>.</summary>
    public void Require(Guid? competitionUuid, params ReadOnlySpan<string> roles)
    {
        if (!May(competitionUuid, roles)) throw Problem.Forbidden("Your role on this competition does not allow that.");
    }

    /// <summary>May see the competition at all.</summary>
    public bool Sees(Guid competitionUuid) => Grants.Any(g => g.CompetitionUuid is null || g.CompetitionUuid == competitionUuid);

    /// <summary>Sees official incidents only: holds no role on the competition but viewer.</summary>
    public bool SeesOfficialOnly(Guid competitionUuid) =>
        !May(competitionUuid, Roles.JuryPresident, Roles.VarOperator, Roles.Referee);

    /// <summary>The competitions that it may see; null: all.</summary>
    public IReadOnlyCollection<Guid>? Competitions =>
        Grants.Any(g => g.CompetitionUuid is null) ? null : [.. Grants.Select(g => g.CompetitionUuid!.Value).Distinct()];

    /// <summary>The weightiest role held anywhere.</summary>
    public string? Role => Roles.All.FirstOrDefault(r => Grants.Any(g => g.Role == r));

    /// <summary>The weightiest role held on the competition; null: none.</summary>
    public string? RoleOn(Guid competitionUuid) =>
        Roles.All.FirstOrDefault(r => Grants.Any(g => g.Role == r && (g.CompetitionUuid is null || g.CompetitionUuid == competitionUuid)));
}

/// <summary>The actor of this scope, and what it is called on the record.</summary>
public interface ICurrentActor
{
    Actor Actor { get; }

    /// <summary>The system that this is, as history tells it: <c>cloud</c> or the device's name.</summary>
    string System { get; }

    /// <summary>"A name with role and system as text: people do not sync." The role is the one that counted.</summary>
    /// <param name="competitionUuid">What it is about; null: none, or several, and the role is the weightiest held anywhere.</param>
    string SignatureOn(Guid? competitionUuid) =>
        (competitionUuid is { } on ? Actor.RoleOn(on) : Actor.Role) is { } role && !ReferenceEquals(Actor, Actor.System) ? $"{Actor.Name} ({role}, {System})" : $"{Actor.Name} ({System})";
}
