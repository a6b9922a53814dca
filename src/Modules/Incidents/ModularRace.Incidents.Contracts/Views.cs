using System.ComponentModel.DataAnnotations;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Contracts;

/// <summary>An incident with all its reports, for a caller who may see it; an alias answers the one that stands.</summary>
public sealed record ReadIncident(Guid IncidentUuid) : IQuery<IncidentView>;

/// <summary>An incident as answers have it: the one that stands, showing its whole group (R4).</summary>
/// <param name="ClientUuid">Of the one that stands; the other members are in <paramref name="MergedFrom"/>.</param>
/// <param name="Number">What people call it on this system ("No. 12").</param>
/// <param name="OccurredAt">Corrected (R10); <paramref name="OccurredAtDevice"/> is its system's own time.</param>
/// <param name="ClockOffsetMs">Milliseconds that were added; null: unknown.</param>
/// <param name="ClockUncertaintyMs">How far the corrected time may be off, milliseconds; null: unknown.</param>
/// <param name="Status"><c>unofficial, official</c>: the furthest of the group.</param>
/// <param name="Decision"><c>pending, penalty_applied, rejected, no_action</c>.</param>
/// <param name="Standing">False when all that was reported is withdrawn and nothing was decided.</param>
/// <param name="AllWithdrawn">Every report is withdrawn: where it stands all the same, this is the flag (R5).</param>
/// <param name="MergedInto">Always null here: an alias answers the one that stands.</param>
/// <param name="MergedFrom">The other members' UUIDs, which resolve for ever.</param>
/// <param name="Revision">For <c>If-Match</c>.</param>
/// <param name="Reports">Of all members, withdrawn ones too, by corrected time.</param>
public sealed record IncidentView(
    Guid ClientUuid, long Number, Guid CompetitionUuid, Guid RaceUuid, Guid? RaceLocationUuid, int? BibNumber, DateTimeOffset OccurredAt, DateTimeOffset OccurredAtDevice,
    long? ClockOffsetMs, long? ClockUncertaintyMs, [property: AllowedValues("monotonic", "wall", "none", null)] string? ClockSource, [property: AllowedValues("unofficial", "official")] string Status, [property: AllowedValues("pending", "penalty_applied", "rejected", "no_action")] string Decision, string? PenaltyCode, string? Description,
    DateTimeOffset? OfficializedAt, string? OfficializedBy, DateTimeOffset? DecidedAt, string? DecidedBy, string? DecisionNote,
    bool Standing, bool AllWithdrawn, Guid? MergedInto, IReadOnlyList<Guid> MergedFrom, string Revision, string Origin, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<ReportView> Reports);

/// <summary>A report as answers have it.</summary>
/// <param name="IncidentUuid">The incident that it was made on; a merge does not change it (R4).</param>
/// <param name="BibNumber">Its own, else the incident's.</param>
/// <param name="RaceLocationUuid">Its own, else the incident's.</param>
/// <param name="AthletePosition">Which of a team's athletes, 1 to 4.</param>
/// <param name="ReporterName">The name that the report gives.</param>
/// <param name="ReportedBy">Who was signed in; null for what came from another system.</param>
/// <param name="OccurredAt">Corrected (R10); <paramref name="OccurredAtDevice"/> is its system's own time.</param>
/// <param name="Revision">For <c>If-Match</c>.</param>
public sealed record ReportView(
    Guid ClientUuid, Guid IncidentUuid, int? BibNumber, Guid? RaceLocationUuid, int? AthletePosition, string? ReporterName, string? ReportedBy, string? Description,
    string? PenaltyCode, DateTimeOffset OccurredAt, DateTimeOffset OccurredAtDevice, long? ClockOffsetMs, long? ClockUncertaintyMs, string? ClockSource,
    DateTimeOffset? WithdrawnAt, string? WithdrawnBy, ClipView? Clip, string Revision, string Origin, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="DurationMs">Null: unknown.</param>
/// <param name="State"><c>pending, stored, failed</c>; what went by a rule was <c>stored</c>.</param>
/// <param name="Here">It is served by the system that was asked.</param>
/// <param name="Poster">So is a picture of it, at <c>/reports/{uuid}/clip/poster</c>.</param>
/// <param name="RemovedAt">When its bytes went by the competition's rule; null: they did not.</param>
public sealed record ClipView(string Sha256, long SizeBytes, string ContentType, long? DurationMs, string State, bool Here, bool Poster, DateTimeOffset? RemovedAt);
