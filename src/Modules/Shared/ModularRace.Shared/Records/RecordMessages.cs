using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Shared.Time;

namespace ModularRace.Shared.Records;

/// <summary>Where a change came from, so that what was received is not sent back.</summary>
public enum ChangeSource
{
    /// <summary>Made here, by a person at this system.</summary>
    Local,

    /// <summary>Taken from the other side: on the cloud from a device's upload, on a Pi from a download or the changes.</summary>
    Received,

    /// <summary>Nobody's edit: what the duplicate rule or another record made of it (which incident stands). Its content and revision are as before.</summary>
    Derived,

    /// <summary>Names of people were taken out of it: nobody's edit, but another content. What devices say of it from now on waits for a person.</summary>
    Erased,
}

/// <summary>A syncable record as its owner tells it, whole.</summary>
/// <param name="Type">The contract's record type, e.g. <c>incident</c>.</param>
/// <param name="ClientUuid">Its identity.</param>
/// <param name="Revision">Of the content; opaque.</param>
/// <param name="Origin"><c>cloud</c> or the device's UUID.</param>
/// <param name="CompetitionUuid">The competition that it belongs to; null for an athlete, who belongs to none.</param>
/// <param name="RaceUuid">Its race, where it has one.</param>
/// <param name="Deleted">A tombstone.</param>
/// <param name="Content">As in an upload's <c>data</c>: the device's own time with its clock figures.</param>
/// <param name="Answer">What answers have beside or instead of the content (those marked * in the contract, corrected times).</param>
/// <param name="Stamp">Where this machine's clocks stood at the record's time; null where another's told it (R10).</param>
public sealed record RecordVersion(
    string Type, Guid ClientUuid, string Revision, string Origin, Guid? CompetitionUuid, Guid? RaceUuid, bool Deleted, JsonObject Content, JsonObject? Answer = null,
    ClockStamp? Stamp = null);

/// <summary>
/// Said by the owner within the transaction that changed them: Sync queues or feeds them. Records are in the order of their
/// making, each after what it refers to.
/// </summary>
public sealed record RecordsChanged(IReadOnlyList<RecordVersion> Records, ChangeSource Source) : INotification;

/// <summary>A record on its way in: what its owner is asked to check or to take. The content is whole: what the sender left out is filled in already.</summary>
/// <param name="Type">The record's type.</param>
/// <param name="ClientUuid">The record's identity.</param>
/// <param name="Content">As in an upload's <c>data</c>.</param>
/// <param name="Origin">For one that is not here yet.</param>
/// <param name="Deleted">A tombstone.</param>
/// <param name="Settled">A person here has settled what the sides say of it: its revision rises, though nothing else may change.</param>
public sealed record IncomingRecord(string Type, Guid ClientUuid, JsonObject Content, string Origin, bool Deleted = false, bool Settled = false);

/// <summary>What the owner says of a record that came in.</summary>
public enum RecordVerdict
{
    /// <summary>Checked only: it can be taken.</summary>
    Acceptable,
    Created,
    Updated,
    Unchanged,

    /// <summary>It refers to something that is not here (yet).</summary>
    MissingParent,

    /// <summary>It can never be accepted as it is.</summary>
    Invalid,
}

/// <param name="Code">Stable, snake case, e.g. <c>validation_failed</c>.</param>
/// <param name="Message">For a person.</param>
/// <param name="Field">The field at fault, as on the wire.</param>
public sealed record RecordError(string Code, string Message, string? Field = null);

/// <param name="Type">The record's type.</param>
/// <param name="ClientUuid">The record's identity.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="CompetitionUuid">The competition that it belongs to, where that is known; null for an athlete.</param>
/// <param name="RaceUuid">The race that it belongs to, where it has one.</param>
/// <param name="Revision">Of what is stored.</param>
/// <param name="Error">For <see cref="RecordVerdict.Invalid"/> and <see cref="RecordVerdict.MissingParent"/>.</param>
/// <param name="MissingParentUuid">For <see cref="RecordVerdict.MissingParent"/>.</param>
public sealed record RecordOutcome(
    string Type, Guid ClientUuid, RecordVerdict Verdict, Guid? CompetitionUuid = null, Guid? RaceUuid = null, string? Revision = null,
    RecordError? Error = null, Guid? MissingParentUuid = null);

/// <summary>The record types, each after those that it may refer to.</summary>
public static class RecordTypes
{
    public const string Competition = "competition", Race = "race", RaceLocation = "race_location", Athlete = "athlete",
        BibAssignment = "bib_assignment", Penalty = "penalty", Phrase = "phrase", Incident = "incident", Report = "report",
        Grouping = "grouping", HistoryEntry = "history_entry";

    /// <summary>In the changes only: that a record waits for a person, or no longer does. No device may send it.</summary>
    public const string Conflict = "conflict";

    public static readonly IReadOnlyList<string> InOrder =
        [Competition, Race, RaceLocation, Athlete, BibAssignment, Penalty, Phrase, Incident, Report, Grouping, HistoryEntry];

    private static readonly Dictionary<string, int> Ranks = InOrder.Select((t, i) => (t, i)).ToDictionary(x => x.t, x => x.i, StringComparer.Ordinal);

    /// <summary>The place in the order of reference, from 0; -1 for a type that this version does not know.</summary>
    public static int Rank(string? type) => type is not null && Ranks.TryGetValue(type, out var rank) ? rank : -1;

    /// <summary>Reference data is made in one place, its origin, and changed by no other (R7).</summary>
    public static bool IsReference(string type) => Rank(type) is >= 0 and <= 6;
}
