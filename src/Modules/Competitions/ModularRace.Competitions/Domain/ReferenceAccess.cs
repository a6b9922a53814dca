using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Domain;

/// <summary>Who may see and who may change reference data here.</summary>
internal sealed class ReferenceAccess(ICurrentActor current, ISystemIdentity here)
{
    private bool IsCloud => string.Equals(here.Origin, CloudIdentity.Cloud, StringComparison.Ordinal);

    /// <summary>The competitions that a list may show; null: all.</summary>
    public IReadOnlyCollection<Guid>? Visible => current.Actor.Competitions;

    public void MustSee(Guid competitionUuid)
    {
        if (!current.Actor.Sees(competitionUuid)) throw Problem.Forbidden("You have no role on this competition.");
    }

    /// <param name="competitionUuid">The competition; null for what makes a new one: a role on all is needed.</param>
    public void MustEdit(Guid? competitionUuid) => current.Actor.Require(competitionUuid, Editors);

    /// <summary>Whether it could be changed here by who asks: what only such a one needs is not shown to others.</summary>
    public bool MayEdit(Guid competitionUuid, ReferenceRecord record) => MadeHere(record) && current.Actor.May(competitionUuid, Editors);

    // On a Pi the referee may too, in an emergency.
    private string[] Editors => IsCloud ? [Roles.Admin] : [Roles.Referee];

    public bool MadeHere(ReferenceRecord record) => IsCloud || string.Equals(record.Origin, here.Origin, StringComparison.Ordinal);

    /// <summary>Reference data is made in one place and changed there: a Pi leaves alone what it did not make (R7).</summary>
    public void MustBeMadeHere(ReferenceRecord record)
    {
        if (!MadeHere(record)) throw Problem.Conflict("not_origin", "This was not made on this device: change it where it was made.");
    }
}
