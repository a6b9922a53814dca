using MediatR;

namespace ModularRace.Incidents.Contracts;

/// <summary>What the duplicate rule needs to know of an incident; all of it, each time.</summary>
/// <param name="IncidentUuid">The incident.</param>
/// <param name="CompetitionUuid">Its competition: where its own was merged into another, that.</param>
/// <param name="SaidCompetitionUuid">The competition that its record names with its race: by that devices have it.</param>
/// <param name="RaceUuid">Its race: where its own was merged into another, that. So is each location.</param>
/// <param name="SaidRaceUuid">The race that its record names.</param>
/// <param name="Origin"><c>cloud</c> or the UUID of the device that made it.</param>
/// <param name="Status"><c>unofficial, official</c>.</param>
/// <param name="Decision"><c>pending, penalty_applied, rejected, no_action</c>.</param>
/// <param name="PenaltyCode">Part of the decision once there is one.</param>
/// <param name="Own">Its own bib, location and time.</param>
/// <param name="Reports">Its reports, withdrawn ones too.</param>
public sealed record IncidentFacts(
    Guid IncidentUuid, Guid CompetitionUuid, Guid SaidCompetitionUuid, Guid RaceUuid, Guid SaidRaceUuid, string Origin, string Status, string Decision, string? PenaltyCode,
    SightedAt Own, IReadOnlyList<ReportFacts> Reports);

/// <param name="ReportUuid">The report.</param>
/// <param name="Withdrawn">Taken back: counts no more.</param>
/// <param name="By">Who says so, for a sentence; null: no name was given.</param>
/// <param name="Origin"><c>cloud</c> or the UUID of the device that made it.</param>
/// <param name="At">Its bib, location and time (the incident's where it says none of its own).</param>
public sealed record ReportFacts(Guid ReportUuid, bool Withdrawn, string? By, string Origin, SightedAt At);

/// <param name="LocationUuid">The place; null: not said.</param>
/// <param name="Bib">1 to 9999; null: not read.</param>
/// <param name="OccurredAt">The corrected time.</param>
/// <param name="OccurredAtDevice">The device's own time.</param>
/// <param name="UncertaintyMs">How far the corrected time may be off, milliseconds; null: unknown.</param>
public sealed record SightedAt(Guid? LocationUuid, int? Bib, DateTimeOffset OccurredAt, DateTimeOffset OccurredAtDevice, long? UncertaintyMs);

/// <summary>
/// Said within the transaction whenever anything changed that the duplicate rule looks at. Handled by Dedup, which answers
/// with <see cref="SetIncidentGroups"/> before this returns.
/// </summary>
public sealed record IncidentsChanged(IReadOnlyList<IncidentFacts> Incidents) : INotification;

/// <summary>
/// Said before a decision, an officialisation or a reopening is written; whoever knows that it is not allowed here throws.
/// On a Pi Sync does, where the cloud has not granted decisions (R6).
/// </summary>
public sealed record DecidingOnIncident(Guid IncidentUuid, Guid CompetitionUuid) : INotification;
