using System.Security.Cryptography;
using System.Text;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Dedup.Persistence;

/// <summary>An incident as the rule knows it, and the group that it is in.</summary>
internal sealed class GroupMember
{
    public long Id { get; init; }
    public required Guid IncidentUuid { get; init; }
    public required Guid CompetitionUuid { get; set; }

    public required Guid RaceUuid { get; set; }

    /// <summary>The competition that its record names with its race: by these devices have it, whatever was merged.</summary>
    public required Guid SaidCompetitionUuid { get; set; }
    public required Guid SaidRaceUuid { get; set; }
    public required string Origin { get; set; }

    /// <summary>Corrected.</summary>
    public required DateTimeOffset OccurredAt { get; set; }
    public required string Status { get; set; }
    public required string Decision { get; set; }
    public string? PenaltyCode { get; set; }

    /// <summary>All its reports are withdrawn, and it is neither official nor decided.</summary>
    public bool Withdrawn { get; set; }

    /// <summary>The incident that stands for it; itself where it stands.</summary>
    public required Guid StandsFor { get; set; }

    /// <summary>R6: a decision is what was decided and its penalty; equal decisions are equal, whoever made them when. Null: pending.</summary>
    public string? DecidedAs => Decision == "pending" ? null : $"{Decision} {PenaltyCode}";
}

/// <summary>A report with its race, location, bib and corrected time, or the incident's own word of them.</summary>
internal sealed class ObservationRow
{
    public long Id { get; init; }
    public required Guid IncidentUuid { get; init; }

    /// <summary>Null: the incident's own.</summary>
    public Guid? ReportUuid { get; init; }
    public required Guid RaceUuid { get; init; }
    public Guid? LocationUuid { get; init; }
    public int? BibNumber { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required DateTimeOffset OccurredAtDevice { get; init; }
    public long? UncertaintyMs { get; init; }
    public string? SeenBy { get; init; }

    /// <summary>SHA-256 over race, location, bib and 30-second bucket; null where the machine may not compare it.</summary>
    public byte[]? Fingerprint { get; init; }

    /// <summary>As the rule and its sentences have it.</summary>
    public Observation ToObservation() => new(RaceUuid, LocationUuid, BibNumber, OccurredAt, UncertaintyMs, SeenBy, OccurredAtDevice);
}

/// <summary>What people call a device, for sentences: Sync, which keeps the devices, tells it.</summary>
internal sealed class DeviceNameRow
{
    public long Id { get; init; }
    public required Guid DeviceUuid { get; init; }
    public required string Name { get; set; }
}

/// <summary>People's word on a pair: a record of its own that syncs like any other (R5), and is never changed; only what is known of the clock that it was said by may grow (R10), and a name may go.</summary>
internal sealed class GroupingRow
{
    public long Id { get; init; }
    public required Guid ClientUuid { get; init; }
    public required string Kind { get; init; }
    public required Guid LowerUuid { get; init; }
    public required Guid HigherUuid { get; init; }

    /// <summary>By which devices have both incidents; null: they name different ones, which were merged, and no device has both.</summary>
    public Guid? CompetitionUuid { get; init; }
    public Guid? RaceUuid { get; init; }

    /// <summary>By the clock of the system where it was said.</summary>
    public required DateTimeOffset SaidAtDevice { get; init; }
    public long? ClockOffsetMs { get; set; }
    public long? ClockUncertaintyMs { get; set; }

    /// <summary>Corrected: for a pair the latest holds, then the higher UUID.</summary>
    public required DateTimeOffset SaidAt { get; set; }
    public required string SaidBy { get; set; }
    public string? Note { get; set; }
    public required string Revision { get; set; }
    public required string Origin { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>R5: of two words on a pair the later in corrected time holds, then the one of the higher UUID.</summary>
    public bool HoldsOver(GroupingRow other) =>
        SaidAt != other.SaidAt ? SaidAt > other.SaidAt : Uuids.CompareAsText(ClientUuid, other.ClientUuid) > 0;
}

/// <summary>An entry of the merge log: a pair that united two groups, and why.</summary>
internal sealed class MergeRow
{
    public long Id { get; init; }
    public required Guid ClientUuid { get; init; }
    public required Guid CompetitionUuid { get; init; }
    public required Guid RaceUuid { get; init; }
    public required Guid LowerUuid { get; init; }
    public required Guid HigherUuid { get; init; }
    public required Guid IntoUuid { get; set; }

    /// <summary><c>rule</c>, or who put them together.</summary>
    public required string By { get; init; }
    public required string Reason { get; init; }
    public decimal? SecondsApart { get; init; }
    public required DateTimeOffset[] Times { get; init; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>When a regrouping or a person ended it.</summary>
    public DateTimeOffset? UndoneAt { get; set; }
}

/// <summary>R5: two standing incidents of one race and bib within two minutes that the rule did not join, and why it did not.</summary>
internal sealed class SuggestionRow
{
    public long Id { get; init; }
    public required Guid ClientUuid { get; init; }
    public required Guid CompetitionUuid { get; set; }
    public required Guid RaceUuid { get; set; }

    /// <summary>The incidents that stand.</summary>
    public required Guid LowerUuid { get; init; }
    public required Guid HigherUuid { get; init; }
    public required int BibNumber { get; set; }
    public required string Reason { get; set; }
    public required decimal SecondsApart { get; set; }
    public required DateTimeOffset[] Times { get; set; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Null while open; <c>merged</c> and <c>dismissed</c> by a person, <c>closed</c> where there was nothing to suggest any more.</summary>
    public string? Outcome { get; set; }
    public string? SettledBy { get; set; }
    public DateTimeOffset? SettledAt { get; set; }
}

/// <summary>What waits for a person: all versions are kept whole (R8).</summary>
internal sealed class ConflictRow
{
    public long Id { get; init; }
    public required Guid ClientUuid { get; init; }

    /// <summary>Of what the devices are told of it.</summary>
    public string Revision { get; set; } = "";
    public required string ConflictType { get; set; }
    public required string RecordType { get; init; }
    public required Guid RecordUuid { get; init; }
    public Guid? OtherRecordUuid { get; init; }
    public string? RecordRevision { get; set; }
    public Guid? CompetitionUuid { get; init; }
    public Guid? RaceUuid { get; init; }
    public Guid? DeviceUuid { get; set; }
    public string? DeviceName { get; set; }

    /// <summary>JSON.</summary>
    public string? CloudData { get; set; }

    /// <summary>JSON.</summary>
    public string? DeviceData { get; set; }

    /// <summary>JSON: side to its whole version.</summary>
    public required string Versions { get; set; }
    public required string[] DifferingFields { get; set; }

    /// <summary>JSON, by <see cref="Spans"/>: between which of the cloud's versions which field was in dispute, and between whom.</summary>
    public string Disputes { get; set; } = "[]";
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while open; <c>closed</c> where the sides came to agree by themselves.</summary>
    public string? Resolution { get; set; }
    public string? ResolvedBy { get; set; }
    public DateTimeOffset? ResolvedAt { get; set; }
    public string? Notes { get; set; }

    /// <summary>Which version of the record stands in it and which versions it shows, as one text: another where a person would have more before them.</summary>
    public string Shown => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{RecordRevision}\n{Versions}")), 0, 16);
}

/// <summary>What a person settled of a record, with which version of it: the versions that they had before them give way to it, whenever they come again (R7).</summary>
internal sealed class SettlementRow
{
    public long Id { get; init; }
    public required Guid ConflictUuid { get; init; }
    public required string RecordType { get; init; }
    public required Guid RecordUuid { get; init; }

    /// <summary>Of the cloud's version that says what was chosen.</summary>
    public required long Number { get; init; }
    public required string[] Fields { get; init; }

    /// <summary>JSON: the versions.</summary>
    public required string Versions { get; init; }
}

internal static class ConflictTypes
{
    public const string FieldMismatch = "field_mismatch", UuidExistsDifferentData = "uuid_exists_different_data", DecisionMismatch = "decision_mismatch",
        FingerprintMatchDecisionMismatch = "fingerprint_match_decision_mismatch", ReferenceEditedOnBothSides = "reference_edited_on_both_sides";

    public static readonly IReadOnlyList<string> All =
        [FingerprintMatchDecisionMismatch, DecisionMismatch, FieldMismatch, UuidExistsDifferentData, ReferenceEditedOnBothSides];
}
