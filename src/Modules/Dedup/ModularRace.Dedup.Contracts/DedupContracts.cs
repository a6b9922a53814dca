using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Contracts;

/// <summary>One side's last edit of a record, as R7 needs it. The sides of a record are the cloud and each device (with its store) that sent it.</summary>
/// <param name="Side"><c>cloud</c>, or the device's and its store's UUID.</param>
/// <param name="Edit">The side's count of its edits, from 1.</param>
/// <param name="Content">The whole version.</param>
/// <param name="Base">The content of the cloud's version that the side had seen; null: none.</param>
/// <param name="BaseNumber">That version's number; 0: none.</param>
/// <param name="TakenNumber">The number of the cloud's version that first took account of this edit.</param>
/// <param name="Inherited">Fields that the side said in an earlier edit and says still, with the number at which that was taken.</param>
public sealed record SideEdit(
    string Side, long Edit, JsonObject Content, JsonObject? Base, long BaseNumber, long TakenNumber, IReadOnlyDictionary<string, long> Inherited)
{
    /// <summary>Values on which an earlier edit is the side's word still: the later ones left them as a conflict showed them.</summary>
    public IReadOnlyDictionary<string, SideEdit> Earlier { get; init; } = new Dictionary<string, SideEdit>(StringComparer.Ordinal);

    /// <summary>A person let it in out of quarantine: what the device wrote before it heard of that, it wrote without it (R14).</summary>
    public bool LetIn { get; init; }

    /// <summary>Of an edit that arrives the side's last one before it; null: none, or it does not arrive.</summary>
    public SideEdit? Last { get; init; }
}

/// <summary>A record with everything that its sides say of it.</summary>
/// <param name="Current">What the cloud has now; null: nothing.</param>
/// <param name="Sides">The last edit of each side, the arriving one among them.</param>
/// <param name="DeviceUuid">The device whose edit arrives; null: a person edits on the cloud.</param>
/// <param name="Origin">Of the record; for reference data the only side that may change it.</param>
/// <param name="Repeated">A second content came under a number that was taken already (R2): a conflict by itself.</param>
/// <param name="StoredRevision">What a person's edit on the cloud has become already; null: what the sides say is stored only after the judgement.</param>
public sealed record RecordSides(
    string Type, Guid ClientUuid, Guid? CompetitionUuid, Guid? RaceUuid, string Origin, string? CurrentRevision, JsonObject? Current,
    IReadOnlyList<SideEdit> Sides, Guid? DeviceUuid, string? DeviceName, SideEdit? Repeated = null, string? StoredRevision = null);

/// <summary>What R6 and R7 make of a record's sides.</summary>
/// <param name="Content">The record as it stands: what nobody disputes, and of what is disputed the value that stays meanwhile.</param>
/// <param name="Disputed">The fields on which the sides say different things, in order; empty: none.</param>
/// <param name="ConflictUuid">The conflict that waits for a person; null: none.</param>
/// <param name="Says">For each side the fields that it says, with the number at which that was taken.</param>
/// <param name="Earlier">For each side the values that it says by an earlier edit than its last.</param>
public sealed record RecordJudgement(
    string Type, Guid ClientUuid, JsonObject Content, IReadOnlyList<string> Disputed, Guid? ConflictUuid,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Says, IReadOnlyDictionary<string, IReadOnlyList<string>> Earlier);

/// <summary>Tells what people call a device: sentences name it, and this module stands before the one that keeps the devices. Told again with every upload.</summary>
public sealed record NameDevice(Guid DeviceUuid, string Name) : ICommand<Done>;

/// <summary>
/// Layer 1: merges what the sides of each record say by field (R7, R6), and raises, changes or closes the conflict that a
/// person must look at. A function of the sides alone: the order in which they arrived plays no part (R3).
/// </summary>
public sealed record JudgeRecords(IReadOnlyList<RecordSides> Records) : ICommand<IReadOnlyList<RecordJudgement>>;

/// <summary>
/// Which fields a person settled with these versions of records, by type, UUID and the version's number; one that settled
/// nothing is not answered. Such a version is the cloud's word on these fields, made on itself: whatever the conflict held
/// gives way to it (R7).
/// </summary>
public sealed record FindSettledFields(IReadOnlyCollection<(string Type, Guid ClientUuid, long Number)> Versions)
    : IQuery<IReadOnlyDictionary<(string Type, Guid ClientUuid), IReadOnlyList<string>>>;

/// <summary>
/// Keeps what the cloud says of conflicts (on a Pi): a record in one takes no part in the rule there either (R4), so that both
/// come to the same groups (R3). The caller holds the lock of every race concerned.
/// </summary>
public sealed record KeepConflicts(IReadOnlyList<IncomingRecord> Records) : ICommand<IReadOnlyList<KeptConflict>>;

/// <summary>
/// Forgets conflicts that the cloud, restored from an older backup, no longer has (on a Pi, R9): nobody will ever resolve them,
/// and what they kept out of the rule takes part again. Those of another competition stay: its feed was not read. Answers the
/// records that they were over. The caller holds the lock of every race of the competition.
/// </summary>
public sealed record ForgetConflicts(Guid CompetitionUuid, IReadOnlyCollection<Guid> Uuids) : ICommand<IReadOnlyCollection<Guid>>;

/// <param name="Open">It waits for a person still.</param>
/// <param name="RecordUuids">The record that it is over, and the other incident where it is between two.</param>
public sealed record KeptConflict(Guid ConflictUuid, bool Open, IReadOnlyList<Guid> RecordUuids);

/// <summary>
/// Works the groups out anew around these incidents and the incidents of these reports, whose conflicts opened or closed while
/// their content stayed (R4). The caller holds the lock of every race concerned.
/// </summary>
public sealed record RegroupRecords(IReadOnlyCollection<Guid> RecordUuids) : ICommand<Done>;

/// <summary>How an incident stands among the others, for the answer to an upload.</summary>
/// <param name="StandsFor">The incident that stands for it; itself where it stands.</param>
/// <param name="ConflictUuid">The open conflict over its record or over its decision against a near one; null: none.</param>
public sealed record IncidentStanding(Guid IncidentUuid, Guid StandsFor, Guid? ConflictUuid);

/// <summary>How these incidents stand; one that is unknown is not answered.</summary>
public sealed record FindStandings(IReadOnlyCollection<Guid> IncidentUuids) : IQuery<IReadOnlyList<IncidentStanding>>;

/// <summary>Said within the transaction in which conflicts opened, changed or were resolved; on a Pi, in which it heard so from the cloud.</summary>
public sealed record ConflictsChanged(IReadOnlyList<ChangedConflict> Conflicts) : INotification;

/// <param name="CompetitionUuid">Null: the record belongs to none.</param>
/// <param name="OtherRecordUuid">The other incident where it is between two.</param>
/// <param name="Open">It waits for a person.</param>
public sealed record ChangedConflict(Guid ConflictUuid, Guid? CompetitionUuid, Guid? RaceUuid, string RecordType, Guid RecordUuid, Guid? OtherRecordUuid, bool Open);

/// <summary>The open conflicts over these records, by record UUID; those between two incidents count for both.</summary>
public sealed record FindOpenConflicts(IReadOnlyCollection<Guid> RecordUuids) : IQuery<IReadOnlyDictionary<Guid, Guid>>;

/// <summary>The groupings with these UUIDs that exist, whole, in the order of their making.</summary>
public sealed record ReadGroupingRecords(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<RecordVersion>>;

/// <summary>Checks grouping records on their way in, without storing anything; outcomes in the records' order.</summary>
public sealed record CheckGroupingRecords(IReadOnlyList<IncomingRecord> Records) : IQuery<IReadOnlyList<RecordOutcome>>;

/// <summary>Stores people's groupings that came in, and works the groups out anew. The caller holds the lock of every race concerned.</summary>
public sealed record ApplyGroupingRecords(IReadOnlyList<IncomingRecord> Records) : ICommand<IReadOnlyList<RecordOutcome>>;

/// <summary>Why incidents stand together: an entry of the merge log that still holds.</summary>
public sealed record MergeReason(Guid ClientUuid, IReadOnlyList<Guid> IncidentUuids, Guid IntoUuid, string By, string Reason, decimal? SecondsApart, DateTimeOffset MadeAt);

/// <summary>The merges that hold among the members of the groups that these incidents stand for.</summary>
public sealed record FindMergeReasons(IReadOnlyCollection<Guid> IncidentUuids) : IQuery<IReadOnlyList<MergeReason>>;

/// <summary>How many conflicts are open in each competition.</summary>
public sealed record CountOpenConflicts : IQuery<IReadOnlyDictionary<Guid, int>>;

/// <summary>What waits for whoever asks: for the bar of the desk.</summary>
public sealed record CountWaiting : IQuery<WaitingCounts>;

/// <param name="Conflicts">Open, where they may resolve; null: they may nowhere.</param>
/// <param name="Suggestions">Open, where they may merge; never counted among the conflicts (R5). Null: they may nowhere.</param>
public sealed record WaitingCounts(int? Conflicts, int? Suggestions);

/// <summary>How well the duplicate rule did, by an independent look at the observations.</summary>
/// <param name="CompetitionUuid">Null: all.</param>
/// <param name="Except">Competitions that do not count.</param>
/// <param name="From">Of incidents that happened then or later, by corrected time; null: from the beginning.</param>
/// <param name="To">And before that; null: until now.</param>
public sealed record MeasureDuplicates(Guid? CompetitionUuid, IReadOnlyCollection<Guid> Except, DateTimeOffset? From, DateTimeOffset? To) : IQuery<DuplicateFigures>;

/// <param name="Standing">Incidents that stand.</param>
/// <param name="Duplicates">Of those, the ones with a twin that the rule should have joined, neither told apart nor in an open conflict.</param>
/// <param name="MissedDuplicates">Pairs that a person put together and that lie in no chain of the rule.</param>
/// <param name="FalseMerges">Pairs that the rule joined and a person told apart.</param>
/// <param name="InConflict">Incidents that ever were in a conflict.</param>
public sealed record DuplicateFigures(int Standing, int Duplicates, int MissedDuplicates, int FalseMerges, IReadOnlyList<Guid> InConflict);

/// <summary>How many conflicts were raised since then, by competition.</summary>
public sealed record CountConflictsSince(DateTimeOffset Since) : IQuery<IReadOnlyDictionary<Guid, int>>;

/// <summary>
/// On a Pi, at the end of its day (R13): groups, the merge log and people's groupings go, but those of the incidents given.
/// Sync alone asks for it. Answers which grouping records stay. The caller holds the lock of every race.
/// </summary>
public sealed record ClearGroups(IReadOnlyCollection<Guid> KeepIncidents) : ICommand<IReadOnlyCollection<Guid>>;
