using System.Text.Json.Nodes;
using CsCheck;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Tests.Domain;

public sealed class SideMergeTests
{
    [Fact]
    public void A_devices_later_edit_stands_though_it_has_seen_nothing_of_the_cloud()
    {
        var record = Incident(out _);
        record.Arrives("pi/a", 1, Fields(("description", "gate"), ("bib_number", 42)));
        record.Arrives("pi/a", 2, Fields(("description", "gate 3"), ("bib_number", 42)));
        Assert.Empty(record.Disputed);
        Assert.Equal("gate 3", (string?)record.Content["description"]);
    }

    [Fact]
    public void An_old_duplicate_never_undoes_a_newer_edit()
    {
        var record = Incident(out _);
        record.Arrives("pi/a", 2, Fields(("description", "new")));
        record.Arrives("pi/a", 1, Fields(("description", "old")));
        Assert.Equal("new", (string?)record.Content["description"]);
        Assert.Equal(1, record.Number);
    }

    [Fact]
    public void Changes_of_different_fields_on_both_sides_both_stand()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(first, ("bib_number", 43)));
        Assert.Empty(record.Disputed);
        Assert.Equal("from the desk", (string?)record.Content["description"]);
        Assert.Equal(43, (int?)record.Content["bib_number"]);
    }

    [Fact]
    public void The_same_field_changed_on_both_sides_is_a_conflict_of_exactly_that_field()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"), ("bib_number", 44));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        Assert.Equal(["description"], record.Disputed);
        Assert.Equal("from the desk", (string?)record.Content["description"]);
        Assert.Equal(44, (int?)record.Content["bib_number"]);
    }

    [Fact]
    public void Two_edits_on_the_cloud_do_not_hide_the_first_from_a_device_that_saw_neither()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.CloudSets(("bib_number", 44));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        Assert.Equal(["description"], record.Disputed);
    }

    [Fact]
    public void A_value_that_a_device_only_sends_again_is_not_said_anew_against_those_who_saw_and_changed_it()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("bib_number", 44));
        record.CloudSets(("description", "from the desk"));
        var (seenByB, number) = (record.Content, record.Number);

        // The answer to the first was lost: the second and third have no base either, and carry the first bib.
        record.Arrives("pi/a", 2, With(first, ("penalty_code", "P1")));
        Assert.Empty(record.Disputed);
        // Judged again on another's account, it is still not new.
        record.Arrives("pi/b", 1, With(seenByB, ("reporter_name", "Anna")), seen: number);
        Assert.Empty(record.Disputed);
        record.Arrives("pi/a", 3, With(first, ("penalty_code", "P2")));
        Assert.Empty(record.Disputed);
        Assert.Equal((44, "from the desk"), ((int?)record.Content["bib_number"], (string?)record.Content["description"]));

        // Who has seen 44 and says the first bib all the same means it.
        record.Arrives("pi/a", 4, With(record.Content, ("bib_number", (int?)first["bib_number"])), seen: record.Number);
        Assert.Empty(record.Disputed);
        Assert.Equal((int?)first["bib_number"], (int?)record.Content["bib_number"]);
    }

    [Fact]
    public void What_a_person_accepted_of_a_device_stands_though_the_device_had_gone_on_without_it()
    {
        var record = Incident(out var first);
        record.Arrives("pi/b", 1, first);
        var officialised = With(record.Content, ("status", "official"), ("officialized_at", "2026-02-08T10:31:00.000Z"));
        record.CloudSets(("description", "from the desk"));
        var (seen, number) = (record.Content, record.Number);

        // It was rejected; the device took the cloud's version over it; a person accepts it; then the device's next edit comes.
        record.Arrives("pi/a", 1, officialised, seen: 1, letIn: true);
        Assert.Equal("official", (string?)record.Content["status"]);
        record.Arrives("pi/a", 2, With(seen, ("bib_number", 45)), seen: number);
        Assert.Equal(("official", 45, 0), ((string?)record.Content["status"], (int)record.Content["bib_number"]!, record.Disputed.Count));

        // Judged anew, and after its next edit, which has it before it.
        record.CloudSets(("description", "from the desk, again"));
        record.Arrives("pi/a", 3, With(record.Content, ("bib_number", 46)), seen: record.Number);
        Assert.Equal(("official", 46, 0), ((string?)record.Content["status"], (int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void What_a_person_accepted_of_a_device_stands_though_its_next_edit_names_the_same_version()
    {
        var record = Incident(out var first);
        record.Arrives("pi/b", 1, first);
        record.Arrives("pi/a", 1, With(first, ("decision", "penalty_applied"), ("penalty_code", "P2")), seen: 1, letIn: true);
        record.Arrives("pi/a", 2, With(first, ("bib_number", 45)), seen: 1);
        Assert.Equal(("penalty_applied", "P2", 45, 0), ((string?)record.Content["decision"], (string?)record.Content["penalty_code"], (int)record.Content["bib_number"]!, record.Disputed.Count));

        // Its author, who sees it now, may take it back.
        record.Arrives("pi/a", 3, With(record.Content, ("decision", "no_action"), ("penalty_code", null)), seen: record.Number);
        Assert.Equal(("no_action", 0), ((string?)record.Content["decision"], record.Disputed.Count));
    }

    [Fact]
    public void Who_goes_back_to_what_the_version_before_them_says_means_it_where_nobody_let_in_anything()
    {
        var record = Incident(out var first);
        record.Arrives("pi/b", 1, first);
        record.Arrives("pi/a", 1, With(first, ("description", "slipped")), seen: 1);
        record.Arrives("pi/a", 2, With(first, ("bib_number", 45)), seen: 1);
        Assert.Equal(("gate", 45, 0), ((string?)record.Content["description"], (int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void What_a_side_emptied_is_its_word_though_no_version_has_the_field_any_more()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", null));
        record.CloudSets(("bib_number", 44));
        record.Arrives("pi/a", 2, With(record.Content, ("bib_number", 45)), seen: record.Number);
        record.Arrives("pi/b", 1, With(first, ("description", "from the course")), seen: 1);
        Assert.Equal(["description"], record.Disputed);
        Assert.Null(record.Content["description"]);
    }

    [Fact]
    public void Who_has_seen_the_others_value_may_change_it()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(record.Content, ("description", "better")), seen: 2);
        record.CloudSets(("description", "from the desk"));
        Assert.Empty(record.Disputed);
        Assert.Equal("from the desk", (string?)record.Content["description"]);
    }

    [Fact]
    public void An_edit_of_another_field_does_not_end_a_conflict_by_accident()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        var disputed = record.Number;
        record.Arrives("pi/b", 1, With(record.Content, ("bib_number", 45)), seen: disputed);
        record.CloudSets(("race_location_uuid", "01980000-0000-7000-8000-000000000001"));
        Assert.Equal(["description"], record.Disputed);
    }

    [Fact]
    public void What_was_overtaken_before_a_dispute_does_not_come_back_when_its_overtaker_writes_on_in_it()
    {
        var record = Incident(out var first);
        record.Arrives("pi/c", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 1, With(record.Content, ("description", "a")), seen: 2);
        // Who had seen the first version only says another than a.
        record.Arrives("pi/b", 1, With(first, ("description", "b")), seen: 1);
        Assert.Equal(["description"], record.Disputed);
        record.Arrives("pi/a", 2, With(first, ("description", "a, again")), seen: 3);
        Assert.Equal(("a, again", "description"), ((string?)record.Content["description"], string.Join(",", record.Disputed)));

        // And once b has seen that, only b's is left.
        record.Arrives("pi/b", 2, With(record.Content, ("description", "b, again")), seen: record.Number);
        Assert.Equal(("b, again", 0), ((string?)record.Content["description"], record.Disputed.Count));
    }

    [Fact]
    public void A_side_whose_value_is_not_the_one_shown_may_edit_another_field_and_its_word_stays_in_the_conflict()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        record.Arrives("pi/a", 3, With(record.Content, ("bib_number", 45)), seen: record.Number);
        record.Arrives("pi/a", 4, With(record.Content, ("bib_number", 46)), seen: record.Number);
        Assert.Equal(["description"], record.Disputed);
        Assert.Equal("from the desk", (string?)record.Content["description"]);
        Assert.Equal(46, (int?)record.Content["bib_number"]);
        Assert.Equal("from the course", (string?)record.Words["pi/a"]["description"]);
        Assert.Equal(46, (int?)record.Words["pi/a"]["bib_number"]);

        record.Arrives("pi/a", 5, With(record.Content, ("description", "from both")), seen: record.Number);
        Assert.Empty(record.Disputed);
        Assert.Equal("from both", (string?)record.Content["description"]);
    }

    [Fact]
    public void A_word_that_stayed_in_the_conflict_gives_way_to_what_a_person_chooses()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        record.Arrives("pi/a", 3, With(record.Content, ("bib_number", 45)), seen: record.Number);
        record.Resolves(("description", "from the desk"));
        Assert.Empty(record.Disputed);
        record.Arrives("pi/a", 4, With(record.Content, ("bib_number", 46)), seen: record.Number);
        Assert.Empty(record.Disputed);
        Assert.Equal("from the desk", (string?)record.Content["description"]);
    }

    [Fact]
    public void A_conflict_closes_itself_when_the_sides_agree()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/a", 2, With(first, ("description", "from the course")), seen: 1);
        record.Arrives("pi/a", 3, With(first, ("description", "from the desk")), seen: 1);
        Assert.Empty(record.Disputed);
    }

    [Fact]
    public void Pending_gives_way_to_a_decision_and_two_different_ones_are_a_conflict()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("decision", "penalty_applied"), ("penalty_code", "P1"), ("decided_at", "2026-02-08T11:00:00.000Z"));
        record.Arrives("pi/a", 2, With(first, ("description", "later")));
        Assert.Empty(record.Disputed);
        Assert.Equal("penalty_applied", (string?)record.Content["decision"]);
        record.Arrives("pi/a", 3, With(first, ("decision", "no_action")));
        Assert.Equal(["decision"], record.Disputed);
        Assert.Equal("penalty_applied", (string?)record.Content["decision"]);
    }

    [Fact]
    public void Pending_gives_way_also_between_sides_that_have_seen_nothing_of_each_other()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.Arrives("pi/b", 1, With(first, ("decision", "no_action")));
        Assert.Empty(record.Disputed);
        Assert.Equal("no_action", (string?)record.Content["decision"]);
    }

    [Fact]
    public void Both_sides_officialising_is_agreement_and_the_earlier_time_stays()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("status", "official"), ("officialized_at", "2026-02-08T11:05:00.000Z"), ("officialized_by", "desk"));
        record.Arrives("pi/a", 2, With(first, ("status", "official"), ("officialized_at", "2026-02-08T11:04:00.000Z"), ("officialized_by", "pi")));
        Assert.Empty(record.Disputed);
        Assert.Equal("pi", (string?)record.Content["officialized_by"]);
    }

    [Fact]
    public void The_same_time_with_a_better_known_clock_is_no_conflict()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, With(first, ("clock_offset_ms", 47_000), ("clock_uncertainty_ms", 900)));
        record.Arrives("pi/b", 1, With(first, ("clock_offset_ms", 47_100), ("clock_uncertainty_ms", 200)));
        Assert.Empty(record.Disputed);
        Assert.Equal(200, (int?)record.Content["clock_uncertainty_ms"]);
    }

    [Fact]
    public void Reference_data_is_changed_by_its_origin_alone()
    {
        var record = new RecordOnCloud(RecordTypes.RaceLocation);
        record.CloudSets(("name", "Start"), ("position", 1));
        record.Arrives("pi/a", 1, Fields(("name", "Top"), ("position", 1)), seen: 1);
        Assert.Equal(["name"], record.Disputed);
        Assert.Equal("Start", (string?)record.Content["name"]);
    }

    [Fact]
    public void A_second_content_under_one_number_disputes_what_differs_from_what_stands()
    {
        var first = Fields(("description", "gate"), ("bib_number", 42), ("created_at", "2026-02-08T10:30:13.000Z"));
        var second = Fields(("description", "gate"), ("bib_number", 43), ("created_at", "2026-02-08T10:30:14.000Z"), ("athlete_position", 2));
        var side = new SideEdit("pi/a", 1, first, null, 0, 1, new Dictionary<string, long>());
        var other = new SideEdit("pi/b", 1, first, null, 0, 1, new Dictionary<string, long>());
        var merged = SideMerge.Merge(
            new RecordSides(RecordTypes.Incident, Guid.Empty, null, null, "pi", "1-x", first, [side, other], Guid.Empty, null, side with { Content = second }), [], []);
        Assert.Equal(["athlete_position", "bib_number"], merged.Disputed);
        Assert.Equal(42, (int?)merged.Content["bib_number"]);
        Assert.All(merged.Disputed, name => Assert.Equal(["pi/a", "pi/b"], merged.Disputing[name]));
        Assert.Equal(["athlete_position", "bib_number"], merged.Disputing.Keys.Order());
    }

    [Fact]
    public void What_a_second_content_says_where_the_sides_dispute_already_stays_their_dispute()
    {
        var (a, b) = (Fields(("bib_number", 42)), Fields(("bib_number", 43)));
        var sides = new[] { a, b }.Select((content, i) => new SideEdit($"pi/{"ab"[i]}", 1, content, null, 0, 1, new Dictionary<string, long>())).ToList();
        var merged = SideMerge.Merge(
            new RecordSides(RecordTypes.Incident, Guid.Empty, null, null, "pi", "1-x", a, sides, Guid.Empty, null, sides[0] with { Content = Fields(("bib_number", 44)) }), [], []);
        Assert.Equal(["bib_number"], merged.Disputed);
    }

    [Fact]
    public void When_a_record_was_made_is_the_senior_sides_word_and_disputes_nothing()
    {
        var record = new RecordOnCloud(RecordTypes.Incident, "pi");
        record.Arrives("pi/b", 1, Fields(("bib_number", 42), ("created_at", "2026-02-08T10:30:15.000Z")));
        record.Arrives("pi/a", 1, Fields(("bib_number", 42), ("created_at", "2026-02-08T10:30:14.000Z")));
        record.Arrives("pi/c", 1, Fields(("bib_number", 42)));
        Assert.Empty(record.Disputed);
        Assert.Equal("2026-02-08T10:30:14.000Z", (string?)record.Content["created_at"]);
    }

    [Fact]
    public void Of_those_that_dispute_the_senior_sides_value_is_shown_meanwhile()
    {
        var record = new RecordOnCloud(RecordTypes.Incident, "pi");
        record.Arrives("pi/a", 1, Fields(("description", "later"), ("created_at", "2026-02-08T10:30:15.000Z")));
        record.Arrives("pi/b", 1, Fields(("description", "earlier"), ("created_at", "2026-02-08T10:30:14.000Z")));
        record.Arrives("pi/c", 1, Fields(("description", "of unknown time")));
        Assert.Equal((1, "earlier"), (record.Disputed.Count, (string?)record.Content["description"]));
        record.CloudSets(("bib_number", 42));
        Assert.Equal((1, "earlier"), (record.Disputed.Count, (string?)record.Content["description"]));
    }

    [Fact]
    public void A_withdrawal_stands_against_who_had_not_seen_it()
    {
        var record = new RecordOnCloud(RecordTypes.Report, "pi");
        record.Arrives("pi/a", 1, Fields(("description", "gate")));
        record.CloudSets(("withdrawn_at", "2026-02-08T10:40:00.000Z"), ("withdrawn_by", "Jo"));
        record.Arrives("pi/b", 1, Fields(("description", "gate")));
        record.Arrives("pi/a", 2, Fields(("description", "gate"), ("withdrawn_at", "2026-02-08T10:35:00.000Z"), ("withdrawn_by", "Al")), seen: 1);
        Assert.Equal((0, "Al"), (record.Disputed.Count, (string?)record.Content["withdrawn_by"]));
    }

    private static readonly Gen<(string Side, JsonObject Content, long Seen)[]> Edits =
        from sides in Gen.Shuffle(new[] { "pi/a", "pi/b", "pi/c", "pi/d" })
        from count in Gen.Int[1, 4]
        from edits in Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 1]).Array[4]
        select Enumerable.Range(0, count).Select(i => (sides[i], Edit(edits[i].Item1, edits[i].Item2, edits[i].Item3), (long)edits[i].Item4)).ToArray();

    [Fact]
    public void The_order_in_which_the_sides_arrive_plays_no_part() =>
        Gen.Select(Edits, Gen.Int).Sample((edits, seed) =>
        {
            var random = new Random(seed);
            string? expected = null;
            for (var i = 0; i < 5; i++)
            {
                var record = new RecordOnCloud(RecordTypes.Incident);
                record.CloudSets(("description", "v0"), ("decision", "pending"), ("bib_number", 40));
                random.Shuffle(edits);
                foreach (var (side, content, seen) in edits)
                    for (var repeat = random.Next(1, 3); repeat > 0; repeat--)
                        record.Arrives(side, 1, (JsonObject)content.DeepClone(), seen);
                var outcome = $"{Sorted(record.Content)} {string.Join(",", record.Disputed)}";
                Assert.Equal(expected ??= outcome, outcome);
            }
        }, iter: 3_000, threads: 1);

    [Fact]
    public void What_a_person_chose_stands_against_every_version_that_was_before_them_in_whichever_edit_it_comes_again()
    {
        var record = Disputed();
        record.Resolves(("bib_number", 44));
        Assert.Equal((44, 0), ((int)record.Content["bib_number"]!, record.Disputed.Count));

        // Neither has seen it; both send their whole version again, with another field changed.
        record.Arrives("pi/a", 2, Fields(("description", "gate 3"), ("bib_number", 42)));
        record.Arrives("pi/b", 2, Fields(("description", "gate 3"), ("bib_number", 43)));
        Assert.Equal((44, 0), ((int)record.Content["bib_number"]!, record.Disputed.Count));
        Assert.Equal("gate 3", (string?)record.Content["description"]);

        // However often it is changed since: the gap that keeping only last edits had.
        record.CloudSets(("bib_number", 45));
        record.CloudSets(("bib_number", 46));
        record.Arrives("pi/a", 3, Fields(("description", "gate 3"), ("bib_number", 42)));
        Assert.Equal((46, 0), ((int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void What_nobody_disputed_is_still_said_by_who_said_it_after_a_resolution()
    {
        var record = Disputed();
        record.Resolves();
        record.Arrives("pi/c", 1, Fields(("description", "seen from below"), ("bib_number", 42)));
        Assert.Equal(["description"], record.Disputed);
    }

    [Fact]
    public void Another_value_from_who_had_not_seen_the_resolution_asks_a_person_anew_and_from_who_had_it_stands()
    {
        var record = Disputed();
        record.Resolves();
        var (seen, before) = (record.Number, record.Number - 1);
        record.Arrives("pi/a", 2, Fields(("description", "gate"), ("bib_number", 47)), before);
        Assert.Equal(["bib_number"], record.Disputed);

        record = Disputed();
        record.Resolves();
        record.Arrives("pi/b", 2, Fields(("description", "gate"), ("bib_number", 43)), seen);
        Assert.Equal((43, 0), ((int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void Reference_data_that_a_person_settled_stays_so_until_its_origin_changes_it()
    {
        var record = new RecordOnCloud(RecordTypes.Race, "pi");
        record.Arrives("pi/1", 1, Fields(("name", "Sprint"), ("stage", "final")));
        record.Arrives("pj/1", 1, Fields(("name", "Sprint women"), ("stage", "final")));
        Assert.Equal(["name"], record.Disputed);
        record.Resolves(("name", "Sprint women"));
        Assert.Equal(("Sprint women", 0), ((string?)record.Content["name"], record.Disputed.Count));

        record.Arrives("pi/1", 2, Fields(("name", "Sprint"), ("stage", "semifinal")), seen: 1);
        Assert.Equal(("Sprint women", "semifinal", 0), ((string?)record.Content["name"], (string?)record.Content["stage"], record.Disputed.Count));
        record.Arrives("pi/1", 3, Fields(("name", "Sprint W"), ("stage", "semifinal")), record.Number);
        Assert.Equal(("Sprint W", 0), ((string?)record.Content["name"], record.Disputed.Count));
    }

    [Fact]
    public void What_the_origin_says_anew_without_having_seen_what_a_person_settled_stands_and_is_asked_about()
    {
        var record = new RecordOnCloud(RecordTypes.Race, "pi");
        record.Arrives("pi/1", 1, Fields(("name", "Sprint")));
        record.Arrives("pj/1", 1, Fields(("name", "Sprint women")));
        record.Resolves(("name", "Sprint women"));
        record.Arrives("pi/1", 2, Fields(("name", "Sprint W")), seen: 1);
        Assert.Equal(("Sprint W", 1), ((string?)record.Content["name"], record.Disputed.Count));
    }

    [Fact]
    public void Of_reference_data_whose_origin_never_spoke_here_what_stands_stays_and_a_person_is_asked()
    {
        // Its device's card was lost before it could send anything but this; two others have it from its stick.
        var record = new RecordOnCloud(RecordTypes.Race, "px");
        record.Arrives("pi/1", 1, Fields(("name", "Sprint"), ("stage", "final")));
        Assert.Equal(("Sprint", 0), ((string?)record.Content["name"], record.Disputed.Count));
        record.Arrives("pj/1", 1, Fields(("name", "Sprint women"), ("stage", "final")));
        Assert.Equal(("Sprint", "name"), ((string?)record.Content["name"], string.Join(",", record.Disputed)));
    }

    [Fact]
    public void Nobody_is_the_origin_whose_uuid_only_begins_like_it()
    {
        var record = new RecordOnCloud(RecordTypes.Race, "pi");
        record.Arrives("pi2/1", 1, Fields(("name", "Other")));
        record.Arrives("pi/1", 1, Fields(("name", "Sprint")));
        Assert.Equal(("Sprint", 1), ((string?)record.Content["name"], record.Disputed.Count));
    }

    [Fact]
    public void A_value_whose_overtaker_was_itself_overtaken_does_not_come_back()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("description", "from the desk"));
        record.Arrives("pi/b", 1, With(record.Content, ("description", "from b")), seen: 2);
        record.CloudSets(("bib_number", 45));
        record.CloudSets(("bib_number", 46));
        Assert.Equal(("from b", 46, 0), ((string?)record.Content["description"], (int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void What_was_let_in_and_then_changed_does_not_come_back_with_the_devices_next_edit_of_another_field()
    {
        var record = Incident(out var first);
        record.Arrives("pi/b", 1, first);
        record.Arrives("pi/a", 1, With(first, ("decision", "penalty_applied"), ("penalty_code", "P2")), seen: 1, letIn: true);
        record.CloudSets(("decision", "no_action"), ("penalty_code", null));
        record.Arrives("pi/a", 2, With(record.Content, ("bib_number", 45)), seen: record.Number);
        Assert.Equal(("no_action", 45, 0), ((string?)record.Content["decision"], (int)record.Content["bib_number"]!, record.Disputed.Count));
    }

    [Fact]
    public void What_is_in_dispute_is_told_in_order_also_where_a_second_content_adds_to_it()
    {
        var (a, b) = (Fields(("description", "a"), ("status", "official")), Fields(("description", "b"), ("status", "official")));
        var sides = new[] { a, b }.Select((content, i) => new SideEdit($"pi/{"ab"[i]}", 1, content, null, 0, 1, new Dictionary<string, long>())).ToList();
        var merged = SideMerge.Merge(
            new RecordSides(RecordTypes.Incident, Guid.Empty, null, null, "pi", "1-x", a, sides, Guid.Empty, null, sides[0] with { Content = Fields(("bib_number", 44), ("description", "a")) }), [], []);
        Assert.Equal(["bib_number", "description", "status"], merged.Disputed);
        Assert.Empty(merged.Earlier);
    }

    [Fact]
    public void A_better_known_clock_stands_though_others_wrote_on_in_between()
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.Arrives("pi/b", 1, With(record.Content, ("description", "by b")), seen: 1);
        var better = (JsonObject)first.DeepClone();
        (better["clock_uncertainty_ms"], better["clock_offset_ms"]) = (50, 47_000);
        record.Arrives("pi/a", 2, better);
        Assert.Equal((50, 47_000, "by b", 0), ((int)record.Content["clock_uncertainty_ms"]!, (int)record.Content["clock_offset_ms"]!, (string?)record.Content["description"], record.Disputed.Count));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public void A_time_that_a_person_set_right_stands_though_the_device_comes_to_know_its_clock_better_meanwhile(bool wroteOn, long seen)
    {
        var record = Incident(out var first);
        record.Arrives("pi/a", 1, first);
        record.CloudSets(("occurred_at", "2026-02-08T10:31:00.000Z"));
        if (wroteOn) record.CloudSets(("description", "Seen on camera 3"));
        var better = (JsonObject)first.DeepClone();
        (better["clock_uncertainty_ms"], better["clock_offset_ms"]) = (50, 47_000);
        record.Arrives("pi/a", 2, better, seen);
        Assert.Equal(("2026-02-08T10:31:00.000Z", 0), ((string?)record.Content["occurred_at"], record.Disputed.Count));
    }

    /// <summary>Two devices that had seen nothing say another bib.</summary>
    private static RecordOnCloud Disputed()
    {
        var record = Incident(out _);
        record.Arrives("pi/a", 1, Fields(("description", "gate"), ("bib_number", 42)));
        record.Arrives("pi/b", 1, Fields(("description", "gate"), ("bib_number", 43)));
        Assert.Equal(["bib_number"], record.Disputed);
        return record;
    }

    private static JsonObject Edit(int description, int decision, int bib) => Fields(
        ("description", $"v{description}"), ("decision", decision switch { 0 => "pending", 1 => "penalty_applied", _ => "no_action" }), ("bib_number", 40 + bib));

    private static string Sorted(JsonObject content) => string.Join(",", content.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));

    private static RecordOnCloud Incident(out JsonObject first)
    {
        first = Fields(("description", "gate"), ("bib_number", 42), ("status", "unofficial"), ("decision", "pending"), ("occurred_at", "2026-02-08T10:30:12.000Z"));
        return new RecordOnCloud(RecordTypes.Incident, "pi");
    }

    private static JsonObject Fields(params (string Field, JsonNode? Value)[] fields)
    {
        var content = new JsonObject();
        foreach (var (field, value) in fields) content[field] = value;
        return content;
    }

    private static JsonObject With(JsonObject content, params (string Field, JsonNode? Value)[] changes)
    {
        var copy = (JsonObject)content.DeepClone();
        foreach (var (field, value) in changes) copy[field] = value;
        return copy;
    }
}
