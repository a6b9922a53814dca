using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Contracts;

/// <summary>
/// Which incident stands for which, as the duplicate rule has worked it out: each incident named here belongs to the one
/// given; an incident that is its own stands for itself. Incidents not named are left as they are.
/// </summary>
/// <param name="StandsFor">Incident to the incident that stands for it (itself where it stands).</param>
public sealed record SetIncidentGroups(IReadOnlyDictionary<Guid, Guid> StandsFor) : ICommand<Done>;

/// <summary>An incident, as other modules need to show it.</summary>
/// <param name="MergedInto">The incident that stands for it; null where it stands itself.</param>
public sealed record IncidentSummary(
    Guid ClientUuid, long Number, Guid CompetitionUuid, Guid RaceUuid, Guid? RaceLocationUuid, int? BibNumber, DateTimeOffset OccurredAt, string Status,
    string Decision, string? Description, string Origin, Guid? MergedInto, int Reports, string? ReporterName);

/// <summary>The incidents with these UUIDs that exist, in no order.</summary>
public sealed record FindIncidents(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<IncidentSummary>>;

/// <summary>How many incidents and reports a competition has; an alias counts with the one that stands.</summary>
public sealed record CountIncidents(IReadOnlyCollection<Guid> CompetitionUuids) : IQuery<IReadOnlyDictionary<Guid, IncidentCounts>>;

public sealed record IncidentCounts(int Standing, int Reports);

/// <summary>Checks incident, report and history_entry records on their way in, without storing anything; outcomes in the records' order.</summary>
public sealed record CheckIncidentRecords(IReadOnlyList<IncomingRecord> Records) : IQuery<IReadOnlyList<RecordOutcome>>;

/// <summary>
/// Stores incident, report and history_entry records that came in, by UUID: made where new, overwritten where known, and the
/// duplicate rule told once for all of them. The caller holds the lock of every race concerned.
/// </summary>
public sealed record ApplyIncidentRecords(IReadOnlyList<IncomingRecord> Records) : ICommand<IReadOnlyList<RecordOutcome>>;

/// <summary>
/// Writes what a person has settled of incident, report and history_entry records: as that person's edit here, with its
/// history, and with a new revision though nothing else may change. Where one cannot be taken none is; the outcomes tell.
/// </summary>
/// <param name="Records">Each is here already.</param>
/// <param name="How">Said in the history.</param>
public sealed record SettleIncidentRecords(IReadOnlyList<IncomingRecord> Records, string How) : ICommand<IReadOnlyList<RecordOutcome>>;

/// <summary>The lock that work which regroups holds for its race (R4); taken for several races in the order of their text.</summary>
public static class RaceLock
{
    public const string Scope = "race";
}

/// <summary>The incidents, reports and history entries with these UUIDs that exist, whole, each after what it refers to.</summary>
public sealed record ReadCaseRecords(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<RecordVersion>>;

/// <summary>The whole records of these incidents (not their reports), in no order.</summary>
public sealed record ReadIncidentRecords(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<RecordVersion>>;

/// <summary>
/// On a Pi, at the end of its day (R13): incidents with their reports and history go, but the groups that hold one of the
/// records given (of any type). Sync alone asks for it, for what the cloud has confirmed. Answers which records stay.
/// The caller holds the lock of every race.
/// </summary>
public sealed record ClearIncidentRecords(IReadOnlyCollection<Guid> Keep) : ICommand<KeptIncidentRecords>;

/// <param name="Incidents">The incidents that stay.</param>
/// <param name="Others">Their reports and the history of both.</param>
public sealed record KeptIncidentRecords(IReadOnlyCollection<Guid> Incidents, IReadOnlyCollection<Guid> Others);

/// <summary>The changes of these incidents and reports after their making, oldest first: who changed which fields when.</summary>
public sealed record FindRecordChanges(IReadOnlyCollection<Guid> RecordUuids) : IQuery<IReadOnlyList<RecordChange>>;

/// <param name="At">Corrected (R10); <paramref name="AtDevice"/> is the own time of the system where it was made.</param>
/// <param name="By">A name with role and system.</param>
/// <param name="Origin"><c>cloud</c> or the UUID of the device where it was made.</param>
public sealed record RecordChange(
    Guid RecordUuid, string Origin, string By, DateTimeOffset At, DateTimeOffset AtDevice, long? ClockOffsetMs, long? ClockUncertaintyMs, IReadOnlyList<string> Fields);

/// <summary>
/// Asked of the modules after this one, which know what people call a device: they add the names of these origins to
/// <see cref="Names"/>. One that nobody knows has none.
/// </summary>
/// <param name="Origins">Devices' UUIDs; <c>cloud</c> may be among them.</param>
public sealed record NamingDevices(IReadOnlyCollection<string> Origins) : INotification
{
    /// <summary>Origin to name.</summary>
    public IDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
