using System.Text.Json.Nodes;
using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R6 to R8: what a person has before them when they choose.</summary>
public sealed class ReviewingTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private static IEnumerable<string> Told(ConflictCase laid) =>
        laid.Line!.Marks.Select(m => $"{laid.Story.Venue.Clock(m.At)} {laid.Line.Sides[m.Side]}: {m.What}{(m.Own is null ? "" : $" ({m.Own})")}");

    private static readonly Actor Jury = ModuleHost.Person("Jorid Jury", Roles.JuryPresident);

    [Fact]
    public async Task Who_changed_it_when_stands_with_each_side_in_corrected_time_beside_its_own()
    {
        var (pi, incident) = (await cloud.DeviceAsync(name: "Pi Start"), cloud.NewUuid());
        await pi.Upload(Incident(incident, 601));
        var seen = (await cloud.Send(new ReadIncident(incident))).Revision;
        await cloud.Send(new EditIncident(incident, new JsonObject { ["bib_number"] = 602 }), Jury);
        var changed = TestDevice.Record("history_entry", cloud.NewUuid(), new
        {
            record_type = "incident", record_uuid = incident, at = "2026-02-08T10:40:00.000Z", clock_offset_ms = 47_000, clock_uncertainty_ms = 300, clock_source = "wall",
            by = "Rolf Referee (referee, Pi Start)", system = "Pi Start", changes = new { bib_number = new[] { 601, 603 } },
        });
        var raised = (await pi.Upload(Incident(incident, 603, edit: 2, seen: seen), changed))[0].ConflictUuid!.Value;

        var laid = await cloud.Send(new LayOutConflict(raised), Jury);
        Assert.Equal(["Cloud", "Pi Start"], laid.Versions.Select(v => v.Names));
        Assert.Equal(["cloud_wins", "device_wins"], laid.Versions.Select(v => v.Choice));
        Assert.Equal("Jorid Jury (jury_president, cloud)", Assert.Single(laid.Versions[0].Said).By);
        var said = Assert.Single(laid.Versions[1].Said);
        Assert.Equal(
            ("Rolf Referee (referee, Pi Start)", "10:40:47", "10:40:00", 300L),
            (said.By, said.At!.Value.ToString("HH:mm:ss", null), said.Own!.Value.ToString("HH:mm:ss", null), said.UncertaintyMs!.Value));
        Assert.Equal(
            ["11:30:05 Cloud: seen", "11:30:05 Pi Start: seen", "11:40:47 Pi Start: changed by Rolf Referee (own clock 11:40:00.0, +47.0 s, ± 0.3 s)"],
            Told(laid).Where(m => !m.Contains("Jorid", StringComparison.Ordinal)));
        Assert.Contains("Cloud: changed by Jorid Jury", string.Join('\n', Told(laid)), StringComparison.Ordinal);
        var bib = Assert.Single(laid.Rows, r => r.Disputed);
        Assert.Equal("Bib: 602, 603", $"{bib.Label}: {string.Join(", ", bib.Values)}");
        Assert.Equal("Bib 602 at Transition 1, seen at 11:30:05: one incident changed on two sides, none knowing of the other. Bib: 602 (Cloud); 603 (Pi Start)", laid.Conflict.Reason);
        Assert.Equal(laid.Conflict.Reason, (await cloud.Send(new ReadConflict(raised), Jury)).Reason);
    }

    [Fact]
    public async Task Sides_that_say_the_same_share_a_column_and_what_came_after_the_page_was_opened_is_never_settled_unseen()
    {
        var (a, b, c, d, incident) = (await cloud.DeviceAsync(name: "Pi 1"), await cloud.DeviceAsync(name: "Pi 2"), await cloud.DeviceAsync(name: "Pi 3"), await cloud.DeviceAsync(name: "Pi 4"), cloud.NewUuid());
        await a.Upload(Incident(incident, 611, made: "10:30:01"));
        var raised = (await b.Upload(Incident(incident, 612, made: "10:30:02")))[0].ConflictUuid!.Value;
        var first = await cloud.Send(new LayOutConflict(raised), Jury);
        await c.Upload(Incident(incident, 612, made: "10:30:03"));
        await d.Upload(Incident(incident, 613, made: "10:30:04"));

        var laid = await cloud.Send(new LayOutConflict(raised), Jury);
        Assert.Equal(
            ["Pi 1: 611, cloud_wins, stands", "Pi 2, Pi 3: 612, manual, ", "Pi 4: 613, device_wins, "],
            laid.Versions.Select((v, i) => $"{string.Join(", ", v.Names.Split(", ").Order(StringComparer.Ordinal))}: {laid.Rows[0].Values[i]}, {v.Choice}, {(v.Stands ? "stands" : "")}").Order(StringComparer.Ordinal));

        // The record is as it was, so that its revision tells nothing: what was in sight does.
        Assert.Equal(first.Conflict.RecordRevision, laid.Conflict.RecordRevision);
        var problem = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new ResolveConflict("device_wins", RecordRevision: first.Conflict.RecordRevision) { ConflictUuid = raised, Shown = first.Shown }, Jury));
        Assert.Equal((409, "record_changed"), (problem.Status, problem.Code));
        Assert.Equal("cloud_wins", (await cloud.Send(new ResolveConflict("cloud_wins") { ConflictUuid = raised, Shown = laid.Shown }, Jury)).Resolution);
        Assert.Equal(3, (await cloud.Send(new LayOutConflict(raised), Jury)).Versions.Count); // R8: they are kept
    }

    [Fact]
    public async Task Two_decisions_on_near_incidents_read_as_a_sentence_with_both_clocks_and_both_signatures()
    {
        var (a, b, one, two) = (await cloud.DeviceAsync(mayDecide: true, name: "Pi Start"), await cloud.DeviceAsync(mayDecide: true, name: "Pi Finish"), cloud.NewUuid(), cloud.NewUuid());
        await a.Upload(Decided(one, 621, "10:30:12.000", "P1", 0), Report(one, "10:30:12.000", "Ines", 0));
        var raised = (await b.Upload(Decided(two, 621, "10:29:43.000", null, 47_000), Report(two, "10:29:43.000", null, 47_000)))[0].ConflictUuid!.Value;
        var laid = await cloud.Send(new LayOutConflict(raised), Jury);
        Assert.Equal(
            "Bib 621 at Transition 1: two incidents 18 s apart (11:30:12 by Ines on Pi Start; 11:30:30 by Pi Finish, clock corrected by +47 s) on which different things were decided: "
            + "Penalty P1 by Jo, 12:05:00 (Pi Start); No action by Jo, 12:05:00 (Pi Finish)",
            laid.Conflict.Reason);
        Assert.Equal(["Pi Start", "Pi Finish"], laid.Versions.Select(v => v.Names));
        Assert.Equal([one, two], laid.Incidents.Select(i => i.ClientUuid));
        Assert.Equal(["11:30:12.0", "11:30:30.0"], Assert.Single(laid.Rows, r => r.Label == "Seen at").Values);
        Assert.Equal([null, "own clock 11:29:43.0, +47.0 s"], Assert.Single(laid.Rows, r => r.Label == "Seen at").Beside);

        Assert.Equal(
            ["11:30:12 Pi Start: seen by Ines", "11:30:30 Pi Finish: seen (own clock 11:29:43.0, +47.0 s)", "12:00:00 Pi Start: official by Jo", "12:00:00 Pi Finish: official by Jo", "12:05:00 Pi Start: penalty P1 by Jo", "12:05:00 Pi Finish: no action by Jo"],
            Told(laid));

        // When the choice has made them one, it is still told as it was.
        await cloud.Send(new ResolveConflict("device_wins") { ConflictUuid = raised }, Jury);
        var later = await cloud.Send(new LayOutConflict(raised), Jury);
        Assert.Equal(laid.Conflict.Reason, later.Conflict.Reason);
        Assert.Equal(Told(laid).Select(m => m.Replace(" by Ines", "", StringComparison.Ordinal)), Told(later));
        Assert.Equal(2, Assert.Single(later.Incidents).Reports.Count);
    }

    [Fact]
    public async Task Where_all_was_seen_at_one_moment_and_nothing_said_since_no_time_line_is_drawn()
    {
        var (a, b, incident) = (await cloud.DeviceAsync(name: "Pi 1"), await cloud.DeviceAsync(name: "Pi 2"), cloud.NewUuid());
        await a.Upload(Incident(incident, 651));
        Assert.Null((await cloud.Send(new LayOutConflict((await b.Upload(Incident(incident, 652)))[0].ConflictUuid!.Value), Jury)).Line);
    }

    [Fact]
    public async Task The_list_is_by_age_and_is_filtered_by_competition_kind_and_state_in_pages()
    {
        var competition = cloud.NewUuid();
        await cloud.ApplyAsync(new IncomingRecord(RecordTypes.Competition, competition, CloudSync.Json(new { name = "Other Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }), "cloud"));
        var (a, b, mine) = (await cloud.DeviceAsync(name: "Pi 1"), await cloud.DeviceAsync(name: "Pi 2"), new List<Guid>());
        var race = cloud.NewUuid();
        object Race(string name) => TestDevice.Record("race", race, new { competition_uuid = competition, name, discipline = "sprint" });
        await a.Upload(Race("Heats"));
        mine.Add((await b.Upload(Race("Heat")))[0].ConflictUuid!.Value);
        for (var i = 0; i < 3; i++)
        {
            var incident = cloud.NewUuid();
            await a.Upload(Incident(incident, 631, race: race, made: "10:30:01"));
            mine.Add((await b.Upload(Incident(incident, 632 + i, race: race, made: "10:30:02")))[0].ConflictUuid!.Value);
        }

        async Task<IReadOnlyList<Guid>> Listed(bool resolved = false, string? kind = null, int? limit = null, Actor? actor = null)
        {
            var (found, cursor) = (new List<Guid>(), (string?)null);
            do
            {
                var page = await cloud.Send(new FindConflictLines(resolved, competition, kind, new PageRequest(limit, cursor)), actor ?? Jury);
                found.AddRange(page.Items.Select(l => l.ClientUuid));
                cursor = page.NextCursor;
            }
            while (cursor is not null);
            return found;
        }

        Assert.Equal(mine, await Listed(limit: 1));
        Assert.Equal([mine[0]], await Listed(kind: "reference_edited_on_both_sides"));
        Assert.Equal(mine[1..], await Listed(kind: "uuid_exists_different_data"));
        Assert.Equal(mine[1..], (await cloud.Send(new ListConflicts("pending", new PageRequest(null, null), competition, "uuid_exists_different_data"), Jury)).Items.Select(c => c.ClientUuid));
        Assert.Empty(await Listed(actor: ModuleHost.Person("Jo", Roles.JuryPresident, cloud.Competition)));
        Assert.Equal(mine, await Listed(actor: ModuleHost.Person("Jo", Roles.JuryPresident, competition)));
        await Assert.ThrowsAsync<Problem>(() => cloud.Send(new LayOutConflict(mine[0]), ModuleHost.Person("Jo", Roles.VarOperator)));

        foreach (var uuid in mine[..2]) await cloud.Send(new ResolveConflict("cloud_wins") { ConflictUuid = uuid }, Jury);
        Assert.Equal(mine[2..], await Listed());
        Assert.Equal([mine[1], mine[0]], await Listed(resolved: true, limit: 1));
        var line = (await cloud.Send(new FindConflictLines(false, competition, null, new PageRequest(1, null)), Jury)).Items[0];
        Assert.Equal(("Two contents", 631, "Heats", "Pi 1, Pi 2"), (line.Story.Kind, line.Story.Bib!.Value, line.Story.RaceName, line.Sides));
        Assert.Equal("Race “Heats”: changed by another side than the one that it comes from. Name: Heats (Pi 1); Heat (Pi 2)", (await cloud.Send(new ReadConflict(mine[0]), Jury)).Reason);
    }

    [Fact]
    public async Task A_third_version_is_what_was_typed_and_leaves_to_the_letter_what_was_not()
    {
        var (a, b, incident) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(), cloud.NewUuid());
        await a.Upload(Incident(incident, 641, "One", made: "10:30:01", at: "10:30:05.250"));
        var raised = (await b.Upload(Incident(incident, 642, "Two", made: "10:30:02", at: "10:31:00.000")))[0].ConflictUuid!.Value;
        var laid = await cloud.Send(new LayOutConflict(raised), Jury);
        Assert.Equal(["bib_number", "description", "occurred_at"], laid.Conflict.DifferingFields);

        var untouched = ThirdVersion.Data(laid, new Dictionary<string, string>(StringComparer.Ordinal) { ["occurred_at"] = "2026-02-08T11:30:05.250", ["bib_number"] = "641" });
        foreach (var (field, value) in untouched) Assert.Equal(laid.Standing[field]?.ToJsonString(), value?.ToJsonString());

        var data = ThirdVersion.Data(laid, new Dictionary<string, string>(StringComparer.Ordinal) { ["occurred_at"] = "2026-02-08T11:30:40", ["bib_number"] = " 643 ", ["description"] = "Both\r\nskis" });
        await cloud.Send(new ResolveConflict("manual", data) { ConflictUuid = raised, Shown = laid.Shown }, Jury);
        var shown = await cloud.Send(new ReadIncident(incident));
        Assert.Equal((643, "Both\nskis", "10:30:40.000", 0L), (shown.BibNumber!.Value, shown.Description, shown.OccurredAt.ToString("HH:mm:ss.fff", null), shown.ClockUncertaintyMs!.Value));
    }

    private object Incident(Guid uuid, int bib, string description = "One", long edit = 1, string made = "10:30:20", string at = "10:30:05.000", string? seen = null, Guid? race = null)
    {
        var data = cloud.Incident(bib, $"2026-02-08T{at}Z", description);
        data["created_at"] = $"2026-02-08T{made}.000Z";
        if (race is { } other) (data["race_uuid"], data["race_location_uuid"]) = (other.ToString(), null);
        return TestDevice.Record("incident", uuid, data, edit, seen);
    }

    private object Decided(Guid uuid, int bib, string at, string? penalty, int offset)
    {
        var data = cloud.Incident(bib, $"2026-02-08T{at}Z");
        data["clock_offset_ms"] = offset;
        (data["status"], data["officialized_at"], data["officialized_by"]) = ("official", "2026-02-08T11:00:00.000Z", "Jo (referee, Pi)");
        (data["decision"], data["penalty_code"], data["decided_at"], data["decided_by"]) = (penalty is null ? "no_action" : "penalty_applied", penalty, "2026-02-08T11:05:00.000Z", "Jo (referee, Pi)");
        return TestDevice.Record("incident", uuid, data);
    }

    private object Report(Guid incident, string at, string? reporter, int offset) => TestDevice.Record(
        "report", cloud.NewUuid(),
        new { incident_uuid = incident, occurred_at = $"2026-02-08T{at}Z", reporter_name = reporter, clock_offset_ms = offset, clock_uncertainty_ms = 50, clock_source = "monotonic" });
}
