using MediatR;
using ModularRace.Shared.Messaging;

namespace ModularRace.Competitions.Contracts;

/// <summary>Every competition that was merged into another, to the one that stands for it: whoever has a role there has it here too.</summary>
public sealed record FindMergedCompetitions : IQuery<IReadOnlyDictionary<Guid, Guid>>;

/// <summary>
/// Said within the transaction when races were merged, or a merge was undone. A merge rewrites no record: what names one of
/// these races or locations goes on naming it, and hangs on the one that stands. The handlers hang theirs anew, and tell what
/// came of it.
/// </summary>
/// <param name="Races">All that hang elsewhere now, and those that were merged before.</param>
/// <param name="Locations">Of these races: location to the one that stands for it.</param>
public sealed record ReferenceMoved(IReadOnlyList<MovedRace> Races, IReadOnlyDictionary<Guid, Guid> Locations) : INotification
{
    /// <summary>How many incidents hang elsewhere now.</summary>
    public int Incidents { get; set; }

    /// <summary>Incidents that stood and do not stand any more.</summary>
    public IList<JoinedIncident> Joined { get; } = [];
}

/// <param name="IntoUuid">The one that it is shown with now.</param>
/// <param name="BibNumber">Null: not read.</param>
/// <param name="OccurredAt">Corrected.</param>
public sealed record JoinedIncident(Guid IncidentUuid, Guid IntoUuid, int? BibNumber, DateTimeOffset OccurredAt);

/// <param name="Uuid">The race as records name it.</param>
/// <param name="CompetitionUuid">The competition that its record names.</param>
/// <param name="StandsFor">The race that stands for it; itself where it stands.</param>
/// <param name="HangsOn">The competition of that.</param>
public sealed record MovedRace(Guid Uuid, Guid CompetitionUuid, Guid StandsFor, Guid HangsOn);

/// <summary>
/// The location of a race that a record may name so that the devices which have that race know it: the one that stands at the
/// same place. Where the race has none it gets one.
/// </summary>
/// <param name="RaceUuid">The race that the record names; it was merged into another.</param>
/// <param name="LocationUuid">A location that stands.</param>
public sealed record SayLocation(Guid RaceUuid, Guid LocationUuid) : ICommand<Guid>;
