using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Features.OnServer.Quarantine;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R7: a conflict is of exactly the values that are said, and closes itself when one is left, whoever says it.</summary>
public sealed class ConflictTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task A_disputed_bib_takes_no_part_until_a_person_on_the_cloud_says_what_one_side_says()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var (disputed, near, other) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
        var cursor = (await cloud.Send(new DownloadCompetition(cloud.Competition, null), b.Actor)).Cursor;
        await a.Upload(Incident(disputed, 401, "10:30:29", made: "10:30:30"));
        Assert.Equal("merged", Assert.Single(await b.Upload(Incident(near, 401, "10:30:31", made: "10:30:32"))).Status);
        Assert.Equal("created", Assert.Single(await b.Upload(Incident(other, 402, "10:30:40", made: "10:30:41"))).Status);

        var conflict = Assert.Single(await b.Upload(Incident(disputed, 402, "10:30:29", made: "10:30:33")));
        Assert.Equal("conflict", conflict.Status);
        Assert.Equal(near, await StandsForAsync(near));

        await cloud.Send(new EditIncident(disputed, new JsonObject { ["bib_number"] = 402 }));
        Assert.Empty(await OpenAsync(disputed));
        Assert.Equal(disputed, await StandsForAsync(other));
        Assert.Equal(near, await StandsForAsync(near));

        // Whoever has seen that has seen the end of it: another edit raises nothing.
        Assert.Equal("updated", Assert.Single(await b.Upload(await SeenAsync(b, cursor, disputed, "description", "Seen from below"))).Status);
        Assert.Empty(await OpenAsync(disputed));
    }

    [Fact]
    public async Task A_third_value_leaves_the_conflict_open_on_the_newest_version_until_one_is_left()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var incident = cloud.NewUuid();
        await a.Upload(Incident(incident, 403, "10:30:29", made: "10:30:30", description: "One"));
        await b.Upload(Incident(incident, 403, "10:30:29", made: "10:30:33", description: "Other"));
        var conflict = Assert.Single(await OpenAsync(incident));

        await cloud.Send(new EditIncident(incident, new JsonObject { ["description"] = "Third" }));
        Assert.Equal(conflict, Assert.Single(await OpenAsync(incident)));
        Assert.Equal(
            (await cloud.Sql.QueryAsync<string>($"SELECT revision FROM sync.record_versions WHERE client_uuid = '{incident}' ORDER BY id DESC LIMIT 1")).Single(),
            (await cloud.Sql.QueryAsync<string>($"SELECT record_revision FROM dedup.sync_conflicts WHERE client_uuid = '{conflict.Value}'")).Single());

        Assert.Equal("already_synced", Assert.Single(await b.Upload(Incident(incident, 403, "10:30:29", made: "10:30:33", description: "Third", edit: 2))).Status);
        Assert.Empty(await OpenAsync(incident));
        Assert.Equal("Third", (await FieldAsync(incident, "description"))!.GetValue<string>());
    }

    [Fact]
    public async Task A_field_that_the_desk_emptied_stays_its_word_through_its_next_edits()
    {
        var a = await cloud.DeviceAsync();
        var incident = cloud.NewUuid();
        await a.Upload(Incident(incident, 406, "10:30:29", made: "10:30:30", description: "One"));
        await cloud.Send(new EditIncident(incident, new JsonObject { ["description"] = null }));
        await cloud.Send(new EditIncident(incident, new JsonObject { ["bib_number"] = 407 }));
        await cloud.Send(new EditIncident(incident, new JsonObject { ["bib_number"] = 408 }));

        // The device has heard of none of it.
        Assert.Equal("conflict", Assert.Single(await a.Upload(Incident(incident, 406, "10:30:29", made: "10:30:30", description: "Other", edit: 2))).Status);
        Assert.Null(await FieldAsync(incident, "description"));
        Assert.Equal(408, (int?)await FieldAsync(incident, "bib_number"));
    }

    [Fact]
    public async Task Deciding_as_one_side_did_ends_the_conflict_and_the_earlier_time_stays()
    {
        var (a, b) = (await cloud.DeviceAsync(mayDecide: true), await cloud.DeviceAsync(mayDecide: true));
        var incident = cloud.NewUuid();
        await a.Upload(Decided(incident, "penalty_applied", "07:10:00"));
        Assert.Equal("conflict", Assert.Single(await b.Upload(Decided(incident, "no_action", "07:20:00"))).Status);

        await cloud.Send(new DecideIncident("no_action", null, "Seen on video") { IncidentUuid = incident });
        Assert.Empty(await OpenAsync(incident));
        Assert.Equal("no_action", (await FieldAsync(incident, "decision"))!.GetValue<string>());
        Assert.Equal("2026-02-08T07:20:00.000Z", (await FieldAsync(incident, "decided_at"))!.GetValue<string>());
    }

    [Fact]
    public async Task Devices_that_come_to_agree_end_it_and_the_record_takes_part_again()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var (disputed, near) = (cloud.NewUuid(), cloud.NewUuid());
        await a.Upload(Incident(disputed, 404, "10:30:29", made: "10:30:30"));
        await a.Upload(Incident(near, 404, "10:30:31", made: "10:30:32"));
        Assert.Equal(disputed, await StandsForAsync(near));
        await b.Upload(Incident(disputed, 405, "10:30:29", made: "10:30:33"));
        Assert.Equal(near, await StandsForAsync(near));

        Assert.Equal("already_synced", Assert.Single(await b.Upload(Incident(disputed, 404, "10:30:29", made: "10:30:33", edit: 2))).Status);
        Assert.Empty(await OpenAsync(disputed));
        Assert.Equal(disputed, await StandsForAsync(near));
    }

    [Fact]
    public async Task What_a_person_let_in_outlasts_the_devices_next_edits_on_the_version_that_it_had()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var incident = cloud.NewUuid();
        await b.Upload(Incident(incident, 409, "10:30:29", made: "10:30:30"));
        var seen = await RevisionAsync(incident);
        var rejected = Assert.Single(await a.Upload(await EditAsync(incident, 1, seen, ("status", "official"), ("officialized_at", "2026-02-08T10:31:00.000Z"), ("officialized_by", "Al (referee, Pi)"))));
        Assert.Equal("rejected", rejected.Status);
        await cloud.Send(new SettleQuarantined(rejected.QuarantineUuid!.Value, "accept", null, "Al told us by radio"));
        Assert.Equal("official", (string?)await FieldAsync(incident, "status"));

        // The device goes on from what it had before, in which the incident is unofficial: it says the bib alone.
        Assert.Equal("updated", Assert.Single(await a.Upload(await EditAsync(incident, 2, seen, ("bib_number", 410)))).Status);
        Assert.Equal("updated", Assert.Single(await a.Upload(await EditAsync(incident, 3, seen, ("bib_number", 411)))).Status);
        Assert.Equal(("official", 411), ((string?)await FieldAsync(incident, "status"), (int?)await FieldAsync(incident, "bib_number")));
        Assert.Empty(await OpenAsync(incident));
    }

    [Fact]
    public async Task What_was_overtaken_before_a_dispute_does_not_come_back_into_it()
    {
        // Of two that were made at one time the lower UUID's value is shown while they differ.
        var devices = new[] { await cloud.DeviceAsync(), await cloud.DeviceAsync() }.OrderBy(d => d.Uuid.ToString(), StringComparer.Ordinal).ToArray();
        var (a, b, c) = (devices[0], devices[1], await cloud.DeviceAsync());
        var incident = cloud.NewUuid();
        await c.Upload(Incident(incident, 412, "10:30:29", made: "10:30:30", description: "Gate"));
        var first = await RevisionAsync(incident);
        await cloud.Send(new EditIncident(incident, new JsonObject { ["description"] = "From the desk" }));
        var second = await RevisionAsync(incident);
        Assert.Equal("updated", Assert.Single(await a.Upload(await EditAsync(incident, 1, second, ("description", "A")))).Status);
        var third = await RevisionAsync(incident);
        Assert.Equal("conflict", Assert.Single(await b.Upload(await EditAsync(incident, 1, first, ("description", "B")))).Status);

        Assert.Equal("conflict", Assert.Single(await a.Upload(await EditAsync(incident, 2, third, ("description", "A, again")))).Status);
        Assert.Equal(["A, again", "B"], (await cloud.Sql.QueryAsync<string>(
            $"SELECT v.value ->> 'description' FROM dedup.sync_conflicts c, jsonb_each(c.versions::jsonb) v WHERE c.record_uuid = '{incident}' AND c.resolved_at IS NULL AND v.value ->> 'description' NOT IN ('Gate', 'From the desk')")).Order(StringComparer.Ordinal));
        Assert.Equal("updated", Assert.Single(await b.Upload(await EditAsync(incident, 2, await RevisionAsync(incident), ("description", "B, again")))).Status);
        Assert.Empty(await OpenAsync(incident));
        Assert.Equal("B, again", (string?)await FieldAsync(incident, "description"));
    }

    private object Incident(Guid uuid, int bib, string at, string made, string? description = null, long edit = 1)
    {
        var data = cloud.Incident(bib, $"2026-02-08T{at}.000Z", description);
        data["created_at"] = $"2026-02-08T{made}.000Z";
        return TestDevice.Record("incident", uuid, data, edit);
    }

    /// <summary>A device's edit of the incident that was first made, on the version given.</summary>
    private async Task<object> EditAsync(Guid uuid, long edit, string seen, params (string Field, JsonNode? Value)[] changes)
    {
        var version = await cloud.Sql.QueryAsync<string>($"SELECT content::text FROM sync.record_versions WHERE client_uuid = '{uuid}' AND revision = '{seen}'");
        var data = WireRecord.ToContent(JsonNode.Parse(version.Single())!.AsObject());
        // A device sends its whole version: what is left out would be as it last said it.
        foreach (var field in new[] { "officialized_at", "officialized_by" }) data.TryAdd(field, null);
        foreach (var (field, value) in changes) data[field] = value?.DeepClone();
        return TestDevice.Record("incident", uuid, data, edit, seen);
    }

    private async Task<string> RevisionAsync(Guid uuid) =>
        (await cloud.Sql.QueryAsync<string>($"SELECT revision FROM sync.record_versions WHERE client_uuid = '{uuid}' ORDER BY id DESC LIMIT 1")).Single();

    private object Decided(Guid uuid, string decision, string at)
    {
        var data = cloud.Incident(406, "2026-02-08T07:00:00.000Z");
        (data["created_at"], data["status"], data["officialized_at"]) = ($"2026-02-08T{at}.000Z", "official", "2026-02-08T07:05:00.000Z");
        (data["decision"], data["decided_at"], data["decided_by"]) = (decision, $"2026-02-08T{at}.000Z", "Jo Jury (jury_president, Pi)");
        return TestDevice.Record("incident", uuid, data);
    }

    /// <summary>The device's next edit on what it has just taken from the cloud.</summary>
    private async Task<object> SeenAsync(TestDevice device, string cursor, Guid uuid, string field, string value)
    {
        var changes = new List<Change>();
        for (var more = true; more;)
        {
            var page = await cloud.Send(new ReadChanges(cursor, 500), device.Actor);
            changes.AddRange(page.Changes);
            (cursor, more) = (page.Cursor, page.HasMore);
        }

        var seen = changes.Last(c => c.ClientUuid == uuid);
        var content = WireRecord.ToContent(seen.Data);
        content[field] = value;
        return TestDevice.Record("incident", uuid, content, 9, seen.Revision);
    }

    private async Task<Guid> StandsForAsync(Guid incident) => Assert.Single(await cloud.Send(new FindStandings([incident]))).StandsFor;

    private async Task<IReadOnlyDictionary<Guid, Guid>> OpenAsync(Guid record) => await cloud.Send(new FindOpenConflicts([record]));

    private async Task<JsonNode?> FieldAsync(Guid uuid, string field) =>
        JsonNode.Parse((await cloud.Sql.QueryAsync<string>($"SELECT content::text FROM sync.record_versions WHERE client_uuid = '{uuid}' ORDER BY id DESC LIMIT 1")).Single())![field];
}
