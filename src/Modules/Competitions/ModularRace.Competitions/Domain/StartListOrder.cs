using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Competitions.Domain;

internal static class StartListOrder
{
    /// <summary>Whoever changes a start list or makes athletes holds this lock, so that two imports do not make one bib or one person twice.</summary>
    public const string LockScope = "start_lists";

    /// <summary>
    /// One assignment for each bib, in the order of bibs. Two sides may each have given out the same bib: the living one before the
    /// deleted, then the race's own before those of a race that was merged into it, then the cloud's, then the lower UUID is shown, so that every system shows the same.
    /// </summary>
    public static IReadOnlyList<BibAssignment> OnePerBib(this IEnumerable<BibAssignment> assignments) =>
    [
        .. assignments.GroupBy(b => b.BibNumber).OrderBy(g => g.Key).Select(g => g
            .OrderBy(b => b.Deleted)
            .ThenBy(b => b.SaidRaceUuid is not null)
            .ThenBy(b => string.Equals(b.Origin, CloudIdentity.Cloud, StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(b => b.ClientUuid, Comparer<Guid>.Create(Uuids.CompareAsText))
            .First()),
    ];
}
