using ModularRace.Shared.Access;

namespace ModularRace.Dedup.Domain;

/// <summary>Who may say what belongs together, beside the endpoint's policy: the role must be held on the competition.</summary>
internal static class GroupingAccess
{
    /// <summary>On a Pi its referee, who has the two before his eyes, may too.</summary>
    public static void RequireGrouping(this ICurrentActor current, ISystemIdentity system, Guid competitionUuid)
    {
        if (system.Origin == CloudIdentity.Cloud) current.Actor.Require(competitionUuid, Roles.JuryPresident, Roles.VarOperator);
        else current.Actor.Require(competitionUuid, Roles.JuryPresident, Roles.VarOperator, Roles.Referee);
    }
}
