using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Domain;

/// <summary>How an incident stands among the others: what a record's answer has beside its content.</summary>
/// <param name="CompetitionUuid">The one that it names with its race: by those devices have it.</param>
internal sealed record Standing(Guid ClientUuid, Guid CompetitionUuid, Guid RaceUuid, Guid? MergedInto, bool Stands);

/// <summary>Incidents, reports and history entries as records of the wire: the upload form, and what answers have beside it.</summary>
internal static class Records
{
    public static RecordVersion ToRecord(this Incident incident, Standing standing) => new(
        RecordTypes.Incident, incident.ClientUuid, incident.Revision, incident.Origin, standing.CompetitionUuid, standing.RaceUuid, Deleted: false, Content(incident),
        Object(
            ("occurred_at", incident.OccurredAt), ("occurred_at_device", incident.At.OccurredAtDevice), ("standing", standing.Stands),
            ("merged_into", standing.MergedInto), ("updated_at", incident.UpdatedAt)),
        incident.At.Stamp);

    public static RecordVersion ToRecord(this Report report, Standing incident) => new(
        RecordTypes.Report, report.ClientUuid, report.Revision, report.Origin, incident.CompetitionUuid, incident.RaceUuid, Deleted: false, Content(report),
        Object(
            ("occurred_at", report.OccurredAt), ("occurred_at_device", report.At.OccurredAtDevice), ("reported_by", report.ReportedBy), ("updated_at", report.UpdatedAt)),
        report.At.Stamp);

    public static RecordVersion ToRecord(this HistoryEntry entry, Standing incident) => new(
        RecordTypes.HistoryEntry, entry.ClientUuid, entry.Revision, entry.Origin, incident.CompetitionUuid, incident.RaceUuid, Deleted: false, Content(entry),
        Object(("at", entry.OccurredAt), ("at_device", entry.At.OccurredAtDevice), ("updated_at", entry.CreatedAt)), entry.At.Stamp);

    public static JsonObject Content(Incident i) => Object(
        ("race_uuid", i.SaidRaceUuid ?? i.RaceUuid), ("race_location_uuid", i.SaidRaceLocationUuid ?? i.RaceLocationUuid), ("bib_number", i.BibNumber), ("occurred_at", i.At.OccurredAtDevice),
        ("clock_offset_ms", i.At.ClockOffsetMs), ("clock_uncertainty_ms", i.At.ClockUncertaintyMs), ("clock_source", i.At.ClockSource),
        ("status", i.Status), ("decision", i.Decision), ("penalty_code", i.PenaltyCode), ("description", i.Description),
        ("officialized_at", i.OfficializedAt), ("officialized_by", i.OfficializedBy), ("decided_at", i.DecidedAt), ("decided_by", i.DecidedBy),
        ("decision_note", i.DecisionNote), ("created_at", i.CreatedAt));

    public static JsonObject Content(Report r) => Object(
        ("incident_uuid", r.IncidentUuid), ("bib_number", r.BibNumber), ("race_location_uuid", r.SaidRaceLocationUuid ?? r.RaceLocationUuid), ("athlete_position", r.AthletePosition),
        ("reporter_name", r.ReporterName), ("description", r.Description), ("penalty_code", r.PenaltyCode), ("occurred_at", r.At.OccurredAtDevice),
        ("clock_offset_ms", r.At.ClockOffsetMs), ("clock_uncertainty_ms", r.At.ClockUncertaintyMs), ("clock_source", r.At.ClockSource),
        ("withdrawn_at", r.WithdrawnAt), ("withdrawn_by", r.WithdrawnBy),
        ("clip", r.Clip is null ? null : Object(
            ("sha256", r.Clip.Sha256), ("size_bytes", r.Clip.SizeBytes), ("content_type", r.Clip.ContentType), ("duration_ms", r.Clip.DurationMs))),
        ("created_at", r.CreatedAt));

    /// <summary>Like the other records it carries its own time with the clock figures, so that it is corrected where it arrives.</summary>
    public static JsonObject Content(HistoryEntry h) => Object(
        ("record_type", h.RecordType), ("record_uuid", h.RecordUuid), ("at", h.At.OccurredAtDevice), ("clock_offset_ms", h.At.ClockOffsetMs),
        ("clock_uncertainty_ms", h.At.ClockUncertaintyMs), ("clock_source", h.At.ClockSource), ("by", h.By), ("system", h.System),
        ("changes", JsonNode.Parse(h.Changes)), ("created_at", h.CreatedAt));

    /// <summary>What changed between two contents: field to [old, new].</summary>
    public static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var changes = new JsonObject();
        foreach (var field in before.Select(p => p.Key).Union(after.Select(p => p.Key), StringComparer.Ordinal))
            if (!JsonNode.DeepEquals(before[field], after[field]))
                changes[field] = new JsonArray(before[field]?.DeepClone(), after[field]?.DeepClone());
        return changes;
    }

    /// <summary>An object without the members that are null.</summary>
    private static JsonObject Object(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members)
        {
            JsonNode? node = value switch
            {
                null => null,
                JsonNode n => n,
                string s => JsonValue.Create(s),
                Guid g => JsonValue.Create(g.ToString()),
                DateTimeOffset t => JsonValue.Create(InstantConverter.Write(t)),
                int i => JsonValue.Create(i),
                long l => JsonValue.Create(l),
                bool b => JsonValue.Create(b),
                _ => throw new ArgumentOutOfRangeException(nameof(members), value, "No member of a record is of this type."),
            };
            if (node is not null) json[name] = node;
        }

        return json;
    }
}
