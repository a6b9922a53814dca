using System.Text.Json.Nodes;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Receiving;

/// <summary>What a record says, read and checked by itself; what it refers to is looked at later.</summary>
internal abstract record IncomingForm
{
    /// <summary>Longest <c>*_by</c>: a name with role and system.</summary>
    private const int LongestSignature = 500;

    public DateTimeOffset? CreatedAt { get; private init; }

    /// <summary>Reads the record; the error says which field is wrong.</summary>
    public static (IncomingForm? Form, RecordError? Error) Read(IncomingRecord record)
    {
        var data = new RecordReader(record.Content);
        try
        {
            IncomingForm? form = record.Type switch
            {
                RecordTypes.Incident => Incident(data),
                RecordTypes.Report => Report(data),
                RecordTypes.HistoryEntry => HistoryEntry(data),
                _ => null,
            };
            return form is null ? (null, new RecordError("validation_failed", "No such record is kept here.", "type"))
                : data.Error is { } error ? (null, error)
                : (form, null);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // R14: text with half a surrogate pair, or a property that stands twice, cannot be read at all; it harms this record only.
            return (null, new RecordError("validation_failed", "It holds text that is not valid Unicode, or a property twice."));
        }
    }

    private static IncidentForm Incident(RecordReader data) => new()
    {
        RaceUuid = data.Uuid("race_uuid", required: true) ?? default,
        RaceLocationUuid = data.Uuid("race_location_uuid"),
        BibNumber = (int?)data.Integer("bib_number", IncidentRules.LowestBib, IncidentRules.HighestBib),
        At = ReadMoment(data, "occurred_at"),
        Status = data.OneOf("status", Statuses.All, unless: Statuses.Unofficial)!,
        Decision = data.OneOf("decision", Decisions.All, unless: Decisions.Pending)!,
        PenaltyCode = data.Text("penalty_code", IncidentRules.PenaltyCode),
        Description = data.Text("description", Texts.Note),
        OfficializedAt = data.Time("officialized_at"),
        OfficializedBy = data.Text("officialized_by", LongestSignature),
        DecidedAt = data.Time("decided_at"),
        DecidedBy = data.Text("decided_by", LongestSignature),
        DecisionNote = data.Text("decision_note", Texts.Note),
        CreatedAt = data.Time("created_at"),
    };

    private static ReportForm Report(RecordReader data) => new()
    {
        IncidentUuid = data.Uuid("incident_uuid", required: true) ?? default,
        BibNumber = (int?)data.Integer("bib_number", IncidentRules.LowestBib, IncidentRules.HighestBib),
        RaceLocationUuid = data.Uuid("race_location_uuid"),
        AthletePosition = (int?)data.Integer("athlete_position", 1, IncidentRules.MostAthletes),
        ReporterName = data.Text("reporter_name", Texts.Name),
        Description = data.Text("description", Texts.Note),
        PenaltyCode = data.Text("penalty_code", IncidentRules.PenaltyCode),
        At = ReadMoment(data, "occurred_at"),
        WithdrawnAt = data.Time("withdrawn_at"),
        WithdrawnBy = data.Text("withdrawn_by", LongestSignature),
        Clip = ReadClip(data),
        CreatedAt = data.Time("created_at"),
    };

    private static HistoryEntryForm HistoryEntry(RecordReader data) => new()
    {
        RecordType = data.OneOf("record_type", [RecordTypes.Incident, RecordTypes.Report], required: true) ?? "",
        RecordUuid = data.Uuid("record_uuid", required: true) ?? default,
        At = ReadMoment(data, "at"),
        By = data.Text("by", LongestSignature, required: true) ?? "",
        System = data.Text("system", Texts.Name, required: true) ?? "",
        Changes = ReadChanges(data),
        CreatedAt = data.Time("created_at"),
    };

    private static Moment ReadMoment(RecordReader data, string field)
    {
        var own = data.Time(field, required: true);
        // R10: the clock of a board that was never set may say 1970, and its offset is then half a century.
        var offset = data.Integer("clock_offset_ms", -IncidentRules.MostClockMs, IncidentRules.MostClockMs);
        var uncertainty = data.Integer("clock_uncertainty_ms", 0, IncidentRules.MostClockMs);
        var source = data.OneOf("clock_source", ClockSources.All);
        if (own?.Year > 9800) data.Fail<string>(field, "It lies too far in the future.");
        return data.Error is null ? Moment.Of(own!.Value, offset, uncertainty, source) : Moment.Of(default, null, null, null);
    }

    private static Clip? ReadClip(RecordReader data)
    {
        if (data.Node("clip") is not { } node) return null;
        if (node is not JsonObject clip) return data.Fail<Clip>("clip", "It is an object.");
        var reader = new RecordReader(clip);
        var sha256 = reader.Text("sha256", 64, required: true);
        var size = reader.Integer("size_bytes", 0, 1L << 40, required: true);
        var contentType = reader.Text("content_type", Texts.Name, required: true);
        var duration = reader.Integer("duration_ms", 0, 24 * 3600 * 1000);
        if (reader.Error is null && (sha256!.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))) reader.Fail<string>("sha256", "It is 64 lower-case hexadecimal digits.");
        return reader.Error is { } error ? data.Fail<Clip>($"clip.{error.Field}", error.Message) : new Clip(sha256!, size!.Value, contentType!, duration);
    }

    private static string ReadChanges(RecordReader data)
    {
        if (data.Node("changes") is not JsonObject changes || changes.Any(c => c.Value is not JsonArray { Count: 2 }))
            return data.Fail<string>("changes", "It is an object of field to [old, new].") ?? "";
        // PostgreSQL's jsonb refuses what the contract's text rules refuse anyway.
        return Fault(changes) is { } fault ? data.Fail<string>("changes", fault) ?? "" : changes.ToJsonString(ApiJson.Options);
    }

    private static string? Fault(JsonNode? node) => node switch
    {
        JsonObject o => o.Select(p => Texts.Fault(p.Key, Texts.Name) ?? Fault(p.Value)).FirstOrDefault(f => f is not null),
        JsonArray a => a.Select(Fault).FirstOrDefault(f => f is not null),
        JsonValue v when v.TryGetValue<string>(out var text) => Texts.Fault(text, Texts.Note),
        _ => null,
    };
}

internal sealed record IncidentForm : IncomingForm
{
    public required Guid RaceUuid { get; init; }

    public required Guid? RaceLocationUuid { get; init; }

    public required int? BibNumber { get; init; }

    public required Moment At { get; init; }

    public required string Status { get; init; }

    public required string Decision { get; init; }

    public required string? PenaltyCode { get; init; }

    public required string? Description { get; init; }

    public required DateTimeOffset? OfficializedAt { get; init; }

    public required string? OfficializedBy { get; init; }

    public required DateTimeOffset? DecidedAt { get; init; }

    public required string? DecidedBy { get; init; }

    public required string? DecisionNote { get; init; }

    /// <param name="incident">The record.</param>
    /// <param name="race">That the form names.</param>
    /// <param name="location">That stands where the form says.</param>
    public void WriteTo(Incident incident, HangingRace race, Guid? location)
    {
        (incident.RaceUuid, incident.SaidRaceUuid) = (race.StandsFor, race.StandsFor == RaceUuid ? null : RaceUuid);
        (incident.CompetitionUuid, incident.SaidCompetitionUuid) = (race.HangsOn, race.HangsOn == race.CompetitionUuid ? null : race.CompetitionUuid);
        (incident.RaceLocationUuid, incident.SaidRaceLocationUuid) = (location, location == RaceLocationUuid ? null : RaceLocationUuid);
        incident.BibNumber = BibNumber;
        if (!incident.At.SameContent(At)) incident.At = At;
        (incident.Status, incident.OfficializedAt, incident.OfficializedBy) = (Status, OfficializedAt, OfficializedBy);
        (incident.Decision, incident.PenaltyCode, incident.DecidedAt, incident.DecidedBy, incident.DecisionNote) = (Decision, PenaltyCode, DecidedAt, DecidedBy, DecisionNote);
        incident.Description = Description;
    }
}

internal sealed record ReportForm : IncomingForm
{
    public required Guid IncidentUuid { get; init; }

    public required int? BibNumber { get; init; }

    public required Guid? RaceLocationUuid { get; init; }

    public required int? AthletePosition { get; init; }

    public required string? ReporterName { get; init; }

    public required string? Description { get; init; }

    public required string? PenaltyCode { get; init; }

    public required Moment At { get; init; }

    public required DateTimeOffset? WithdrawnAt { get; init; }

    public required string? WithdrawnBy { get; init; }

    public required Clip? Clip { get; init; }

    /// <param name="report">The record.</param>
    /// <param name="location">That stands where the form says.</param>
    public void WriteTo(Report report, Guid? location)
    {
        (report.IncidentUuid, report.BibNumber, report.AthletePosition) = (IncidentUuid, BibNumber, AthletePosition);
        (report.RaceLocationUuid, report.SaidRaceLocationUuid) = (location, location == RaceLocationUuid ? null : RaceLocationUuid);
        (report.ReporterName, report.Description, report.PenaltyCode) = (ReporterName, Description, PenaltyCode);
        if (!report.At.SameContent(At)) report.At = At;
        (report.WithdrawnAt, report.WithdrawnBy) = (WithdrawnAt, WithdrawnBy);
        if (report.Clip != Clip) report.Clip = Clip;
    }
}

internal sealed record HistoryEntryForm : IncomingForm
{
    public required string RecordType { get; init; }

    public required Guid RecordUuid { get; init; }

    public required Moment At { get; init; }

    public required string By { get; init; }

    public required string System { get; init; }

    public required string Changes { get; init; }
}
