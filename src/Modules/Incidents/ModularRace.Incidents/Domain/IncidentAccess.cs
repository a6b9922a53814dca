using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Domain;

/// <summary>Who may do what to an incident, beside the endpoint's policy: the role must be held on its competition.</summary>
internal static class IncidentAccess
{
    public static void RequireReporting(this ICurrentActor current, Guid competitionUuid) =>
        current.Actor.Require(competitionUuid, Roles.JuryPresident, Roles.VarOperator, Roles.Referee);

    /// <summary>A referee edits what is the referee's own; on a Pi there is but one referee.</summary>
    public static void RequireEditing(this ICurrentActor current, ISystemIdentity system, Guid competitionUuid, IReadOnlyCollection<Report> reports)
    {
        current.RequireReporting(competitionUuid);
        if (system.Origin != CloudIdentity.Cloud || current.Actor.May(competitionUuid, Roles.JuryPresident, Roles.VarOperator)) return;
        if (reports.Count == 0 || reports.Any(r => r.ReportedBy != current.SignatureOn(competitionUuid))) throw Problem.Forbidden("A referee may change own reports only.");
    }

    /// <summary>The jury president decides; on a Pi that may decide (R6) its referee does.</summary>
    public static void RequireDeciding(this ICurrentActor current, ISystemIdentity system, Guid competitionUuid)
    {
        if (system.Origin == CloudIdentity.Cloud) current.Actor.Require(competitionUuid, Roles.JuryPresident);
        else current.Actor.Require(competitionUuid, Roles.JuryPresident, Roles.Referee);
    }

    /// <summary>May see the incident: viewers see official ones only, and others are to them as if they were not.</summary>
    public static IncidentView RequireSeeing(this ICurrentActor current, IncidentView? incident)
    {
        if (incident is null) throw Problem.NotFound("incident");
        if (!current.Actor.Sees(incident.CompetitionUuid)) throw Problem.Forbidden("Your role is not on this competition.");
        return current.Actor.SeesOfficialOnly(incident.CompetitionUuid) && incident.Status != Statuses.Official ? throw Problem.NotFound("incident") : incident;
    }
}
