using System.Text.Json.Nodes;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>R6 and R7: which fields are one value, when two are the same, and which of two stands without a person.</summary>
public sealed class FieldValuesTests
{
    private const string Incident = RecordTypes.Incident, Report = RecordTypes.Report;

    [Fact]
    public void Fields_that_are_one_value_go_by_its_name_and_what_is_no_content_has_none() => Assert.Equal(
        ["bib_number", "decision", "description", "occurred_at", "status"],
        FieldValues.Names(
            Incident,
            [Of("""{"client_uuid":"a","created_at":"x","description":null,"clock_source":"sync","bib_number":1}"""), Of("""{"decided_by":"Jo","officialized_at":"x"}""")]));

    [Fact]
    public void A_field_that_others_name_is_among_them() => Assert.Equal(["bib_number", "description"], FieldValues.Names(Incident, [Of("""{"bib_number":1}""")], ["description"]));

    [Fact]
    public void The_fields_of_one_type_are_no_group_in_another()
    {
        Assert.Equal(["withdrawn_at", "withdrawn_by"], FieldValues.Fields(Report, "withdrawn_at"));
        Assert.Equal(["withdrawn_at"], FieldValues.Fields(Incident, "withdrawn_at"));
        Assert.Equal(["decision"], FieldValues.Fields(Report, "decision"));
        Assert.Equal(["status"], FieldValues.Fields(RecordTypes.Race, "status"));
        Assert.Equal(["decision", "penalty_code", "decided_at", "decided_by", "decision_note"], FieldValues.Fields(Incident, "decision"));
        Assert.Equal(["status", "officialized_at", "officialized_by"], FieldValues.Fields(Incident, "status"));
        Assert.Equal(["occurred_at", "clock_offset_ms", "clock_uncertainty_ms", "clock_source"], FieldValues.Fields(Incident, "occurred_at"));
        Assert.Equal(FieldValues.Fields(Incident, "occurred_at"), FieldValues.Fields(Report, "occurred_at"));
    }

    [Fact]
    public void A_value_is_copied_whole_and_what_it_leaves_out_goes()
    {
        var to = Of("""{"decision":"no_action","decided_at":"x","decision_note":"old","bib_number":1}""");
        FieldValues.Copy(Incident, "decision", Of("""{"decision":"penalty_applied","penalty_code":"P1","decided_by":null,"bib_number":2}"""), to);
        Assert.True(JsonNode.DeepEquals(Of("""{"decision":"penalty_applied","penalty_code":"P1","bib_number":1}"""), to), to.ToJsonString());
    }

    [Theory]
    [InlineData("race_uuid", true)]
    [InlineData("race_location_uuid", true)]
    [InlineData("bib_number", true)]
    [InlineData("occurred_at", true)]
    [InlineData("decision", true)]
    [InlineData("incident_uuid", true)]
    [InlineData("withdrawn_at", true)]
    [InlineData("description", false)]
    [InlineData("status", false)]
    [InlineData("athlete_position", false)]
    public void A_dispute_over_what_the_rule_reads_keeps_a_record_out_of_it(string field, bool keepsOut)
    {
        Assert.Equal(keepsOut, FieldValues.KeepsOut([field]));
        Assert.Equal(keepsOut, FieldValues.KeepsOut(["description", field]));
    }

    [Theory]
    // Two spellings of one value are one.
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z"}""", """{"occurred_at":"2026-02-08T11:30:12.000+01:00"}""", true, true)]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12.000Z"}""", """{"occurred_at":"2026-02-08T10:30:12.001Z"}""", false, false)]
    [InlineData(Incident, "race_uuid", """{"race_uuid":"0198F0A0-0000-7000-8000-00000000000A"}""", """{"race_uuid":"0198f0a0-0000-7000-8000-00000000000a"}""", true, true)]
    [InlineData(Incident, "description", """{"description":"Gate"}""", """{"description":"gate"}""", false, false)]
    [InlineData(Incident, "decision", """{"decision":"pending"}""", "{}", true, true)]
    [InlineData(Incident, "status", """{"status":"unofficial"}""", """{"status":null}""", true, true)]
    [InlineData(Incident, "description", """{"description":"pending"}""", "{}", false, false)]
    [InlineData(Incident, "description", """{"description":"unofficial"}""", "{}", false, false)]
    [InlineData("bib_assignment", "excused", """{"excused":false}""", "{}", true, true)]
    [InlineData("bib_assignment", "excused", """{"excused":true}""", "{}", false, false)]
    [InlineData(Incident, "description", """{"description":"2026-02-08T10:30:12Z"}""", """{"description":"2026-02-08T11:30:12+01:00"}""", false, false)]
    [InlineData(Incident, "bib_number", """{"bib_number":42}""", """{"bib_number":42.0}""", true, true)]
    [InlineData(Incident, "bib_number", """{"bib_number":42}""", """{"bib_number":"42"}""", false, false)]
    // How well a time is known, and who decided when with which note, is the value's, and no other value.
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_offset_ms":1}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_offset_ms":2}""", true, false)]
    [InlineData(Report, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_source":"sync"}""", """{"occurred_at":"2026-02-08T10:30:12Z"}""", true, false)]
    [InlineData(Incident, "decision", """{"decision":"no_action","decided_by":"Jo"}""", """{"decision":"no_action","decided_by":"Al"}""", true, false)]
    [InlineData(Incident, "decision", """{"decision":"penalty_applied","penalty_code":"P1"}""", """{"decision":"penalty_applied","penalty_code":"P2"}""", false, false)]
    [InlineData(Incident, "status", """{"status":"official","officialized_by":"Jo"}""", """{"status":"official","officialized_by":"Al"}""", true, false)]
    [InlineData(Report, "withdrawn_at", """{"withdrawn_at":"2026-02-08T10:30:12Z"}""", """{"withdrawn_at":"2026-02-08T10:31:12Z"}""", true, false)]
    [InlineData(Report, "withdrawn_at", """{"withdrawn_at":"2026-02-08T10:30:12Z"}""", "{}", false, false)]
    public void Two_versions_mean_the_same_or_are_the_same_to_the_last_field(string type, string name, string a, string b, bool same, bool identical)
    {
        Assert.Equal((same, identical), (FieldValues.Same(type, name, Of(a), Of(b)), FieldValues.Identical(type, name, Of(a), Of(b))));
        Assert.Equal((same, identical), (FieldValues.Same(type, name, Of(b), Of(a)), FieldValues.Identical(type, name, Of(b), Of(a))));
    }

    /// <summary><paramref name="stands"/>: "a", "b", or null where only a person can say. The other way round the same one stands.</summary>
    [Theory]
    // A decision: pending gives way; of two equal ones the earlier; of two different ones only a person can say.
    [InlineData(Incident, "decision", """{"decision":"pending"}""", """{"decision":"no_action"}""", "b")]
    [InlineData(Incident, "decision", "{}", """{"decision":"no_action"}""", "b")]
    [InlineData(Incident, "decision", """{"decision":"penalty_applied"}""", """{"decision":"no_action"}""", null)]
    [InlineData(Incident, "decision", """{"decision":"penalty_applied","penalty_code":"P1"}""", """{"decision":"penalty_applied","penalty_code":"P2"}""", null)]
    [InlineData(Incident, "decision", """{"decision":"no_action","decided_at":"2026-02-08T10:00:00.001Z"}""", """{"decision":"no_action","decided_at":"2026-02-08T10:00:00Z"}""", "b")]
    [InlineData(Incident, "decision", """{"decision":"no_action","decided_at":"2026-02-08T10:00:00Z"}""", """{"decision":"no_action"}""", "a")]
    // A status: both officialising is agreement, and the earlier time stays.
    [InlineData(Incident, "status", """{"status":"unofficial"}""", """{"status":"official"}""", "b")]
    [InlineData(Incident, "status", """{"status":"official","officialized_at":"2026-02-08T10:00:01Z"}""", """{"status":"official","officialized_at":"2026-02-08T10:00:00Z"}""", "b")]
    // A time: the smaller uncertainty, then the smaller offset; a figure that is missing is the worst.
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":199.5}""", "b")]
    [InlineData(Report, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z"}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":90000}""", "b")]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":1}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":100,"clock_offset_ms":9}""", "b")]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":-47000}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":46999}""", "b")]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":47000}""", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":-46999}""", "b")]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z"}""", """{"occurred_at":"2026-02-08T10:30:13Z","clock_uncertainty_ms":1}""", null)]
    // A withdrawal: whoever withdrew it means it; of two the earlier.
    [InlineData(Report, "withdrawn_at", "{}", """{"withdrawn_at":"2026-02-08T10:30:12Z"}""", "b")]
    [InlineData(Report, "withdrawn_at", """{"withdrawn_at":"2026-02-08T10:30:13Z"}""", """{"withdrawn_at":"2026-02-08T10:30:12Z"}""", "b")]
    [InlineData(Incident, "description", """{"description":"One"}""", """{"description":"Other"}""", null)]
    [InlineData(Incident, "description", """{"description":"One"}""", "{}", null)]
    public void Of_two_values_one_stands_or_a_person_must_say_which(string type, string name, string a, string b, string? stands)
    {
        var (x, y) = (Of(a), Of(b));
        var expected = stands switch { "a" => x, "b" => y, _ => null };
        Assert.Same(expected, FieldValues.Prevailing(type, name, x, y));
        Assert.Same(expected, FieldValues.Prevailing(type, name, y, x));
    }

    [Theory]
    [InlineData(Incident, "decision", """{"decision":"pending"}""")]
    [InlineData(Incident, "decision", """{"decision":"no_action","decided_at":"2026-02-08T10:00:00Z"}""")]
    [InlineData(Incident, "status", """{"status":"official","officialized_at":"2026-02-08T10:00:00Z"}""")]
    [InlineData(Incident, "occurred_at", """{"occurred_at":"2026-02-08T10:30:12Z","clock_uncertainty_ms":200,"clock_offset_ms":1}""")]
    [InlineData(Report, "withdrawn_at", """{"withdrawn_at":"2026-02-08T10:30:12Z"}""")]
    [InlineData(Incident, "description", """{"description":"One"}""")]
    public void Of_two_equal_values_the_first_stands(string type, string name, string value)
    {
        var first = Of(value);
        Assert.Same(first, FieldValues.Prevailing(type, name, first, Of(value)));
    }

    private static JsonObject Of(string json) => JsonNode.Parse(json)!.AsObject();
}
