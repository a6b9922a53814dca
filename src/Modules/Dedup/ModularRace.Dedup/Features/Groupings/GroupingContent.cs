using System.Text.Json.Nodes;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.Groupings;

/// <summary>A <c>grouping</c> record's content: people's word that two incidents are together or apart.</summary>
internal sealed record GroupingContent(
    string Kind, Guid Lower, Guid Higher, DateTimeOffset SaidAtDevice, long? ClockOffsetMs, long? ClockUncertaintyMs, string SaidBy, string? Note, DateTimeOffset? CreatedAt)
{
    public const string Together = "together", Apart = "apart";

    public DateTimeOffset SaidAt => SaidAtDevice.AddMilliseconds(ClockOffsetMs ?? 0);

    public static (GroupingContent? Content, RecordError? Error) Read(JsonObject data)
    {
        var reader = new RecordReader(data);
        var kind = reader.OneOf("kind", [Together, Apart], required: true);
        var uuids = reader.Uuids("incident_uuids", 2, 2);
        if (uuids.Count == 2 && uuids[0] == uuids[1]) reader.Fail<string>("incident_uuids", "They are two different incidents.");
        var saidAt = reader.Time("said_at", required: true);
        var saidBy = reader.Text("said_by", Texts.Name, required: true);
        var note = reader.Text("note", Texts.Note);
        // A clock may be off by a battery's lifetime, not by more than the calendar has.
        var offset = reader.Integer("clock_offset_ms", -4_000_000_000_000, 4_000_000_000_000);
        var uncertainty = reader.Integer("clock_uncertainty_ms", 0, 4_000_000_000_000);
        var createdAt = reader.Time("created_at");
        if (reader.Error is { } error) return (null, error);
        var (lower, higher) = DuplicateRule.Ordered(uuids[0], uuids[1]);
        return (new GroupingContent(kind!, lower, higher, saidAt!.Value, offset, uncertainty, saidBy!, note, createdAt), null);
    }

    public static JsonObject Write(GroupingRow row)
    {
        var content = new JsonObject
        {
            ["kind"] = row.Kind,
            ["incident_uuids"] = new JsonArray(row.LowerUuid.ToString(), row.HigherUuid.ToString()),
            ["said_at"] = InstantConverter.Write(row.SaidAtDevice),
            ["said_by"] = row.SaidBy,
            ["created_at"] = InstantConverter.Write(row.CreatedAt),
        };
        if (row.Note is not null) content["note"] = row.Note;
        if (row.ClockOffsetMs is { } offset) content["clock_offset_ms"] = offset;
        if (row.ClockUncertaintyMs is { } uncertainty) content["clock_uncertainty_ms"] = uncertainty;
        return content;
    }

    public static RecordVersion ToRecord(GroupingRow row) =>
        new(RecordTypes.Grouping, row.ClientUuid, row.Revision, row.Origin, row.CompetitionUuid, row.RaceUuid, Deleted: false, Write(row));

    /// <summary>R5, R10: the same word with other clock figures is said at another corrected time, the same on all systems. False: nothing is different.</summary>
    public bool CorrectClock(GroupingRow row)
    {
        var same = (row.Kind, row.LowerUuid, row.HigherUuid, row.SaidAtDevice, row.SaidBy, row.Note) == (Kind, Lower, Higher, SaidAtDevice, SaidBy, Note);
        if (!same || (row.ClockOffsetMs == ClockOffsetMs && row.ClockUncertaintyMs == ClockUncertaintyMs)) return false;
        (row.ClockOffsetMs, row.ClockUncertaintyMs, row.SaidAt) = (ClockOffsetMs, ClockUncertaintyMs, SaidAt);
        return true;
    }

    /// <summary>The same word of somebody who has no name any more. False: nothing is different.</summary>
    public bool Rename(GroupingRow row)
    {
        var same = (row.Kind, row.LowerUuid, row.HigherUuid, row.SaidAtDevice) == (Kind, Lower, Higher, SaidAtDevice);
        if (!same || (row.SaidBy == SaidBy && row.Note == Note)) return false;
        (row.SaidBy, row.Note) = (SaidBy, Note);
        return true;
    }

    public GroupingRow ToRow(Guid uuid, Guid? competition, Guid? race, string origin, DateTimeOffset now) => new()
    {
        ClientUuid = uuid,
        Kind = Kind,
        LowerUuid = Lower,
        HigherUuid = Higher,
        CompetitionUuid = competition,
        RaceUuid = race,
        SaidAtDevice = SaidAtDevice,
        ClockOffsetMs = ClockOffsetMs,
        ClockUncertaintyMs = ClockUncertaintyMs,
        SaidAt = SaidAt,
        SaidBy = SaidBy,
        Note = Note,
        Revision = Revision.First(),
        Origin = origin,
        CreatedAt = CreatedAt ?? now,
    };
}
