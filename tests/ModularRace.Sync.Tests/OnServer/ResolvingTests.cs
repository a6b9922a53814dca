using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R6 to R8: a person chooses between what devices sent, and what they chose stands.</summary>
public sealed class ResolvingTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private static readonly Actor Jury = ModuleHost.Person("Jorid Jury", Roles.JuryPresident);

    [Theory]
    [InlineData("cloud_wins", 501)]
    [InlineData("device_wins", 502)]
    [InlineData("manual", 503)]
    public async Task What_was_chosen_stands_and_no_version_that_was_in_the_conflict_raises_it_again(string resolution, int bib)
    {
        var (a, b, incident) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(), cloud.NewUuid());
        await a.Upload(Incident(incident, 501, "One", made: "10:30:06"));
        var raised = Assert.Single(await b.Upload(Incident(incident, 502, "One")));
        var before = await cloud.Send(new ReadConflict(raised.ConflictUuid!.Value), Jury);
        Assert.Equal(("uuid_exists_different_data", "bib_number"), (before.ConflictType, Assert.Single(before.DifferingFields)));

        var data = resolution == "manual" ? new JsonObject { ["bib_number"] = 503 } : null;
        var resolved = await cloud.Send(new ResolveConflict(resolution, data, "Seen on video", before.RecordRevision) { ConflictUuid = before.ClientUuid }, Jury);
        Assert.Equal((resolution, "Jorid Jury (jury_president, cloud)", "Seen on video"), (resolved.Resolution, resolved.ResolvedBy, resolved.Notes));
        Assert.NotNull(resolved.ResolvedAt);
        Assert.NotEqual(before.RecordRevision, resolved.RecordRevision);
        Assert.Equal((bib, resolved.RecordRevision), (await cloud.Send(new ReadIncident(incident))) is var shown ? (shown.BibNumber!.Value, shown.Revision) : default);
        Assert.Contains(await HistoryAsync(incident), h => h.Contains("Jorid Jury", StringComparison.Ordinal) && h.Contains(resolution, StringComparison.Ordinal));

        // The same again, an edit of another field on the old version, and from the cloud: it stays as it was chosen.
        Assert.Equal("already_synced", Assert.Single(await b.Upload(Incident(incident, 502, "One"))).Status);
        Assert.Equal("updated", Assert.Single(await b.Upload(Incident(incident, 502, "Two", edit: 2, seen: before.RecordRevision))).Status);
        await cloud.Send(new EditIncident(incident, new JsonObject { ["bib_number"] = 504 }));
        Assert.Equal("already_synced", Assert.Single(await a.Upload(Incident(incident, 501, "One", edit: 2, made: "10:30:06"))).Status);
        Assert.Equal((504, "Two"), (await cloud.Send(new ReadIncident(incident))) is var later ? (later.BibNumber!.Value, later.Description) : default);

        await RefusedAsync(new ResolveConflict("cloud_wins") { ConflictUuid = before.ClientUuid }, 409, "already_resolved");
    }

    [Fact]
    public async Task What_a_device_says_of_another_field_meanwhile_stays_and_what_is_chosen_then_stands_too()
    {
        var (a, b, c, incident) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(), await cloud.DeviceAsync(), cloud.NewUuid());
        await a.Upload(Incident(incident, 531, "One", made: "10:30:06"));
        var uuid = Assert.Single(await b.Upload(Incident(incident, 532, "One"))).ConflictUuid!.Value;
        var seen = (await cloud.Send(new ReadConflict(uuid), Jury)).RecordRevision;
        Assert.Equal("conflict", Assert.Single(await c.Upload(Incident(incident, 531, "Two", seen: seen))).Status);

        var now = await cloud.Send(new ReadConflict(uuid), Jury);
        Assert.Equal(((await cloud.Send(new ReadIncident(incident))).Revision, "Two"), (now.RecordRevision, (string?)now.CloudData!["description"]));
        await RefusedAsync(new ResolveConflict("cloud_wins", RecordRevision: seen) { ConflictUuid = uuid }, 409, "record_changed");
        await cloud.Send(new ResolveConflict("cloud_wins", RecordRevision: now.RecordRevision) { ConflictUuid = uuid }, Jury);
        Assert.Equal("already_synced", Assert.Single(await b.Upload(Incident(incident, 532, "One", edit: 2))).Status);
        Assert.Equal((531, "Two"), (await cloud.Send(new ReadIncident(incident))) is var shown ? (shown.BibNumber!.Value, shown.Description) : default);
    }

    [Fact]
    public async Task The_conflict_of_a_report_and_of_reference_data_is_resolved_alike()
    {
        var (a, b, incident, report) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(), cloud.NewUuid(), cloud.NewUuid());
        object Report(string said) => TestDevice.Record("report", report, new { incident_uuid = incident, occurred_at = "2026-02-08T10:30:05.000Z", description = said });
        await a.Upload(Incident(incident, 510, "One"), Report("fell"));
        var raised = Assert.Single(await b.Upload(Report("pushed")));
        await cloud.Send(new ResolveConflict("device_wins") { ConflictUuid = raised.ConflictUuid!.Value }, Jury);
        Assert.Equal("pushed", Assert.Single((await cloud.Send(new ReadIncident(incident))).Reports).Description);

        var race = cloud.NewUuid();
        object Race(string name, long edit = 1) => TestDevice.Record("race", race, new { competition_uuid = cloud.Competition, name, discipline = "sprint" }, edit);
        await a.Upload(Race("Sprint"));
        var edited = Assert.Single(await b.Upload(Race("Sprint women")));
        Assert.Equal("reference_edited_on_both_sides", (await cloud.Send(new ReadConflict(edited.ConflictUuid!.Value), Jury)).ConflictType);
        var resolved = await cloud.Send(new ResolveConflict("device_wins") { ConflictUuid = edited.ConflictUuid!.Value }, Jury);
        Assert.Equal("Sprint women", await FieldAsync(race, "name"));
        Assert.Equal(resolved.RecordRevision, (await cloud.Sql.QueryAsync<string>($"SELECT revision FROM sync.record_versions WHERE client_uuid = '{race}' ORDER BY id DESC LIMIT 1")).Single());
        Assert.Equal("already_synced", Assert.Single(await a.Upload(Race("Sprint"))).Status);
        Assert.Equal("Sprint women", await FieldAsync(race, "name"));
    }

    [Fact]
    public async Task Two_decisions_on_near_incidents_are_made_the_same_on_every_member_or_the_two_are_kept_apart()
    {
        foreach (var (bib, resolution, penalty, one) in new[] { (521, "cloud_wins", "P1", true), (522, "device_wins", "P2", true), (523, "manual", "P3", true), (524, "keep_apart", "P1 P2", false) })
        {
            var (a, b) = (await cloud.DeviceAsync(mayDecide: true), await cloud.DeviceAsync(mayDecide: true));
            var (first, member, second) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
            await a.Upload(Decided(first, bib, "10:30:00", "P1"), Incident(member, bib, "Also", at: "10:30:02"));
            var raised = Assert.Single(await b.Upload(Decided(second, bib, "10:30:10", "P2")));
            var conflict = await cloud.Send(new ReadConflict(raised.ConflictUuid!.Value), Jury);
            Assert.Equal(("fingerprint_match_decision_mismatch", second, (Guid?)first), (conflict.ConflictType, conflict.RecordUuid, conflict.OtherRecordUuid));

            var data = resolution == "manual" ? new JsonObject { ["decision"] = "penalty_applied", ["penalty_code"] = "P3" } : null;
            var resolved = await cloud.Send(new ResolveConflict(resolution, data, "Seen on video", conflict.RecordRevision) { ConflictUuid = conflict.ClientUuid }, Jury);
            Assert.NotEqual(conflict.RecordRevision, resolved.RecordRevision);
            Assert.Equal(one, await StandsForAsync(first) == await StandsForAsync(second));
            Assert.Equal(await StandsForAsync(first), await StandsForAsync(member));
            var penalties = new HashSet<string>(StringComparer.Ordinal);
            foreach (var uuid in new[] { first, member, second })
                if (await FieldAsync(uuid, "penalty_code") is { } code) penalties.Add(code);
            Assert.Equal(penalty, string.Join(' ', penalties.Order(StringComparer.Ordinal)));
            Assert.Empty(await cloud.Send(new FindOpenConflicts([first, member, second])));

            // What the device sends again says nothing new.
            Assert.Equal("already_synced", Assert.Single(await b.Upload(Decided(second, bib, "10:30:10", "P2"))).Status);
            Assert.Empty(await cloud.Send(new FindOpenConflicts([first, member, second])));
        }
    }

    [Fact]
    public async Task What_cannot_be_chosen_is_refused_and_nothing_is_lost()
    {
        var (a, b, incident) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(), cloud.NewUuid());
        await a.Upload(Incident(incident, 540, "One", made: "10:30:06"));
        var uuid = Assert.Single(await b.Upload(Incident(incident, 541, "One"))).ConflictUuid!.Value;
        var seen = (await cloud.Send(new ReadConflict(uuid), Jury)).RecordRevision;

        await RefusedAsync(new ResolveConflict("manual") { ConflictUuid = uuid }, 400, "validation_failed");
        await RefusedAsync(new ResolveConflict("manual", new JsonObject { ["bib_number"] = 100_000 }) { ConflictUuid = uuid }, 400, "validation_failed");
        await RefusedAsync(new ResolveConflict("manual", new JsonObject { ["race_uuid"] = cloud.NewUuid().ToString() }) { ConflictUuid = uuid }, 400, "validation_failed");
        await RefusedAsync(new ResolveConflict("keep_apart") { ConflictUuid = uuid }, 400, "validation_failed");
        await RefusedAsync(new ResolveConflict("whatever") { ConflictUuid = uuid }, 400, "validation_failed");
        await RefusedAsync(new ResolveConflict("cloud_wins") { ConflictUuid = cloud.NewUuid() }, 404, "not_found");
        await RefusedAsync(new ResolveConflict("cloud_wins") { ConflictUuid = uuid }, 404, "not_found", ModuleHost.Person("Jo", Roles.JuryPresident, cloud.NewUuid()));

        await cloud.Send(new EditIncident(incident, new JsonObject { ["description"] = "Two" }));
        await RefusedAsync(new ResolveConflict("device_wins", RecordRevision: seen) { ConflictUuid = uuid }, 409, "record_changed");
        Assert.Equal(540, (await cloud.Send(new ReadIncident(incident))).BibNumber);
        Assert.Null((await cloud.Send(new ReadConflict(uuid), Jury)).ResolvedAt);

        // Two at once: one chooses, the other is told.
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            try
            {
                return (await cloud.Send(new ResolveConflict("device_wins") { ConflictUuid = uuid }, Jury)).Resolution;
            }
            catch (Problem e)
            {
                return e.Code;
            }
        }));
        Assert.Equal(["already_resolved", "device_wins"], both.Order(StringComparer.Ordinal));
        Assert.Equal((541, "Two"), (await cloud.Send(new ReadIncident(incident))) is var shown ? (shown.BibNumber!.Value, shown.Description) : default);
    }

    [Fact]
    public async Task A_second_content_of_what_is_never_changed_can_only_stay_aside()
    {
        var (a, first, second, word) = (await cloud.DeviceAsync(), cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
        object Word(string kind, long edit) => TestDevice.Record("grouping", word, new { kind, incident_uuids = new[] { first, second }, said_at = "2026-02-08T10:31:00.000Z", said_by = "Rolf" }, edit);
        await a.Upload(Incident(first, 550, "One"), Incident(second, 551, "Other"), Word("together", 1));
        var raised = Assert.Single(await a.Upload(Word("apart", 2)));
        await RefusedAsync(new ResolveConflict("device_wins") { ConflictUuid = raised.ConflictUuid!.Value }, 400, "validation_failed");
        await cloud.Send(new ResolveConflict("cloud_wins") { ConflictUuid = raised.ConflictUuid!.Value }, Jury);
        Assert.Equal("already_synced", Assert.Single(await a.Upload(Word("apart", 2))).Status);
        Assert.Equal(await StandsForAsync(first), await StandsForAsync(second));
    }

    [Fact]
    public async Task No_device_sends_a_conflict()
    {
        var a = await cloud.DeviceAsync();
        var rejected = Assert.Single(await a.Upload(TestDevice.Record("conflict", cloud.NewUuid(), new { record_type = "incident", record_uuid = cloud.NewUuid() })));
        Assert.Equal(("rejected", "validation_failed"), (rejected.Status, rejected.Error!.Code));
    }

    private object Incident(Guid uuid, int bib, string description, long edit = 1, string at = "10:30:05", string made = "10:30:20", string? seen = null)
    {
        var data = cloud.Incident(bib, $"2026-02-08T{at}.000Z", description);
        data["created_at"] = $"2026-02-08T{made}.000Z";
        return TestDevice.Record("incident", uuid, data, edit, seen);
    }

    private object Decided(Guid uuid, int bib, string at, string penalty)
    {
        var data = cloud.Incident(bib, $"2026-02-08T{at}.000Z");
        (data["status"], data["officialized_at"], data["officialized_by"]) = ("official", "2026-02-08T11:00:00.000Z", "Jo (referee, Pi)");
        (data["decision"], data["penalty_code"], data["decided_at"], data["decided_by"]) = ("penalty_applied", penalty, "2026-02-08T11:05:00.000Z", "Jo (referee, Pi)");
        return TestDevice.Record("incident", uuid, data);
    }

    private async Task RefusedAsync(ResolveConflict message, int status, string code, Actor? actor = null)
    {
        var problem = await Assert.ThrowsAsync<Problem>(() => cloud.Send(message, actor ?? Jury));
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    private async Task<Guid> StandsForAsync(Guid incident) => Assert.Single(await cloud.Send(new FindStandings([incident]))).StandsFor;

    private Task<IReadOnlyList<string>> HistoryAsync(Guid record) =>
        cloud.Sql.QueryAsync<string>($"SELECT \"by\" || ' ' || changes FROM incidents.history_entries WHERE record_uuid = '{record}'");

    private async Task<string?> FieldAsync(Guid uuid, string field) =>
        (string?)JsonNode.Parse((await cloud.Sql.QueryAsync<string>($"SELECT content::text FROM sync.record_versions WHERE client_uuid = '{uuid}' ORDER BY id DESC LIMIT 1")).Single())![field];
}
