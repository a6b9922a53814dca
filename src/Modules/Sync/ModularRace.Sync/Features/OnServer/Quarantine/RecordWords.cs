using ModularRace.Shared.Records;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Sync.Features.OnServer.Quarantine;

/// <summary>Records and their fields by the names that people have for them; one that a later version brings goes by its own.</summary>
internal static class RecordWords
{
    /// <summary><c>race location</c> for <c>race_location</c>.</summary>
    public static string Kind(string type) => type switch
    {
        RecordTypes.Competition => Say("competition||a record"),
        RecordTypes.Race => Say("race||a record"),
        RecordTypes.RaceLocation => Say("race location||a record"),
        RecordTypes.Athlete => Say("athlete||a record"),
        RecordTypes.BibAssignment => Say("bib assignment||a record"),
        RecordTypes.Penalty => Say("penalty||a record"),
        RecordTypes.Phrase => Say("phrase||a record"),
        RecordTypes.Incident => Say("incident||a record"),
        RecordTypes.Report => Say("report||a record"),
        RecordTypes.Grouping => Say("grouping||a record"),
        RecordTypes.HistoryEntry => Say("history entry||a record"),
        _ => Spaced(type),
    };

    /// <summary><c>race location</c> for <c>race_location_uuid</c>.</summary>
    public static string Field(string name) => name switch
    {
        "competition_uuid" => Say("competition||a field"),
        "race_uuid" => Say("race||a field"),
        "race_location_uuid" => Say("race location||a field"),
        "incident_uuid" => Say("incident||a field"),
        "record_uuid" => Say("record||a field"),
        "athlete_uuids" => Say("athletes||a field"),
        "incident_uuids" => Say("incidents||a field"),
        "bib_number" => Say("bib number||a field"),
        "athlete_position" => Say("athlete position||a field"),
        "reporter_name" => Say("reporter name||a field"),
        "description" => Say("description||a field"),
        "penalty_code" => Say("penalty code||a field"),
        "occurred_at" => Say("occurred at||a field"),
        "clock_offset_ms" => Say("clock offset ms||a field"),
        "clock_uncertainty_ms" => Say("clock uncertainty ms||a field"),
        "clock_source" => Say("clock source||a field"),
        "status" => Say("status||a field"),
        "decision" => Say("decision||a field"),
        "decision_note" => Say("decision note||a field"),
        "decided_at" => Say("decided at||a field"),
        "decided_by" => Say("decided by||a field"),
        "officialized_at" => Say("officialized at||a field"),
        "officialized_by" => Say("officialized by||a field"),
        "withdrawn_at" => Say("withdrawn at||a field"),
        "withdrawn_by" => Say("withdrawn by||a field"),
        "created_at" => Say("created at||a field"),
        "record_type" => Say("record type||a field"),
        "at" => Say("at||a field"),
        "by" => Say("by||a field"),
        "changes" => Say("changes||a field"),
        "kind" => Say("kind||a field"),
        "note" => Say("note||a field"),
        "said_at" => Say("said at||a field"),
        "said_by" => Say("said by||a field"),
        "name" => Say("name||a field"),
        "code" => Say("code||a field"),
        "text" => Say("text||a field"),
        "city" => Say("city||a field"),
        "place" => Say("place||a field"),
        "country" => Say("country||a field"),
        "start_date" => Say("start date||a field"),
        "end_date" => Say("end date||a field"),
        "time_zone" => Say("time zone||a field"),
        "webpage_url" => Say("webpage url||a field"),
        "practice" => Say("practice||a field"),
        "discipline" => Say("discipline||a field"),
        "stage" => Say("stage||a field"),
        "category" => Say("category||a field"),
        "scheduled_at" => Say("scheduled at||a field"),
        "position" => Say("position||a field"),
        "course_segment" => Say("course segment||a field"),
        "camera_url" => Say("camera url||a field"),
        "heat" => Say("heat||a field"),
        "language" => Say("language||a field"),
        "first_name" => Say("first name||a field"),
        "last_name" => Say("last name||a field"),
        "nation" => Say("nation||a field"),
        "gender" => Say("gender||a field"),
        "birth_year" => Say("birth year||a field"),
        "license_number" => Say("license number||a field"),
        _ => Spaced(name.EndsWith("_uuid", StringComparison.Ordinal) ? name[..^5] : name.EndsWith("_uuids", StringComparison.Ordinal) ? name[..^6] + "s" : name),
    };

    /// <summary>A field that a reason names: in English as the API does, whose words the reason has.</summary>
    public static string AtFault(string name) => Language == PageLanguages.Usual ? Spaced(name) : Field(name);

    public static string Begun(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    private static string Spaced(string name) => name.Replace('_', ' ');
}
