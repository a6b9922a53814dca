using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary><c>POST /sync/upload</c>, quarantine, conflicts and <c>POST /sync/verify</c>.</summary>
public sealed class UploadTests(Season season)
{
    private const string Invalid = "rejected validation_failed";

    [Fact]
    public async Task Only_an_envelope_that_cannot_be_read_is_400()
    {
        var device = await season.DeviceAsync((await season.CourseAsync()).Competition);
        var uuid = Calls.Uuid();
        foreach (var body in new[]
        {
            "", "{", "null", "[]", "5", "{\"records\":[]}", "{\"batch_uuid\":\"x\",\"records\":[]}", $"{{\"batch_uuid\":\"{uuid}\",\"records\":{{}}}}", $"{{\"batch_uuid\":\"{uuid}\",\"records\":\"x\"}}",
            $"{{\"batch_uuid\":\"{uuid}\",\"sent_at\":\"yesterday\",\"records\":[]}}", $"{{\"batch_uuid\":\"{uuid}\",\"store_uuid\":\"x\",\"records\":[]}}",
            $"{{\"batch_uuid\":\"{uuid}\",\"records\":[{string.Join(',', Enumerable.Repeat("5", 2001))}]}}",
        })
            await device.Http.Refused("POST", "/sync/upload", body, 400, "validation_failed");
        var large = Encoding.UTF8.GetBytes($"{{\"batch_uuid\":\"{uuid}\",\"x\":\"{new string('y', 8 << 20)}\"}}");
        await device.Http.Refused("POST", "/sync/upload", Season.Packed(ConventionsTests.Gzip(large), "gzip"), 413, "payload_too_large");
        await device.Http.Refused("POST", "/sync/upload", Season.Packed(large, "deflate"), 415);

        // What can be told apart harms itself only.
        string[] records =
        [
            "5", "null", "\"x\"", "[]", "{}", "{\"type\":\"incident\"}", "{\"type\":\"incident\",\"client_uuid\":\"x\",\"data\":{}}", $"{{\"type\":\"x\",\"client_uuid\":\"{Calls.Uuid()}\",\"data\":{{}}}}",
            $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\"}}", $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\",\"data\":5}}", $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\",\"edit\":0,\"data\":{{}}}}",
            $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\",\"edit\":\"1\",\"data\":{{}}}}", "{\"type\":\"incident\",\"client_uuid\":\"00000000-0000-0000-0000-000000000000\",\"data\":{}}",
            $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\",\"data\":{{\"a\":1,\"a\":2}}}}", $"{{\"type\":\"incident\",\"client_uuid\":\"{Calls.Uuid()}\",\"data\":{{\"a\":{string.Concat(Enumerable.Repeat("[", 100))}{new string(']', 100)}}}}}",
        ];
        var results = await device.UploadText($"{{\"batch_uuid\":\"{uuid}\",\"records\":[{string.Join(',', records)}]}}", records.Length);
        Assert.All(results, r => Assert.Equal(("rejected", "validation_failed", true), (r.Of("status"), r["error"]!.Of("code"), r["quarantine_uuid"] is not null)));
        Assert.Empty(await device.Upload());
    }

    [Fact]
    public async Task Figures_of_runs_that_cannot_be_kept_are_counted_and_hold_up_no_record()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var whole = $"\"run_uuid\":\"{Calls.Uuid()}\",\"started_at\":\"2026-02-07T09:00:00Z\",\"duration_ms\":5,\"clock_uncertainty_ms\":5,\"ended_at\":";
        foreach (var (runs, leftOut) in new (string, int?)[]
        {
            ("null", null), ("[]", null), ($"[{{{whole}\"2026-02-07T09:00:01Z\"}}]", null), ("{}", 1), ("\"x\"", 1), ("7", 1), ("true", 1), ("[null,5,\"x\",[],{}]", 5),
            ($"[{{{whole}\"0001-01-01T00:00:00Z\"}},{{{whole}\"2026-02-07T09:00:01Z\",\"error\":\"\\ud800\"}}]", 2), ($"[{string.Concat(Enumerable.Repeat("[", 500))}{new string(']', 500)}]", 1),
            ($"[{string.Join(',', Enumerable.Repeat("5", 10_000))}]", 10_000),
        })
        {
            var record = Device.Record("incident", course.Incident());
            var answer = await device.Http.Good("POST", "/sync/upload", $"{{\"batch_uuid\":\"{Calls.Uuid()}\",\"runs\":{runs},\"records\":[{record.ToJsonString()}]}}");
            Assert.Contains(answer["results"]![0]!.Of("status"), new[] { "created", "merged" });
            Assert.Equal((runs.Length, leftOut), (runs.Length, (int?)answer["runs_left_out"]));
        }
    }

    [Fact]
    public async Task Each_wrong_field_of_each_type_rejects_its_record_and_names_the_field()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var all = await EverythingAsync(device, course);
        object?[] noText = [null, 5, ""];
        var wrong = new (string Type, string Field, object?[] Values)[]
        {
            ("competition", "country", ["aut", null]), ("competition", "time_zone", ["x"]), ("competition", "start_date", ["x", null]), ("competition", "name", noText), ("competition", "practice", ["x"]),
            ("race", "discipline", ["x", null]), ("race", "competition_uuid", ["x", null]), ("race", "status", ["x"]), ("race", "scheduled_at", ["x"]), ("race", "name", noText),
            ("race_location", "race_uuid", [null, "x"]), ("race_location", "name", noText), ("race_location", "position", ["x"]), ("race_location", "deleted", ["x"]),
            ("athlete", "first_name", noText), ("athlete", "nation", ["aut", null]), ("athlete", "gender", ["Q"]), ("athlete", "birth_year", ["x", 1]),
            ("bib_assignment", "bib_number", [0, 10000, null, "1"]), ("bib_assignment", "athlete_uuids", [Array.Empty<int>(), null, "x", new[] { "x" }]), ("bib_assignment", "status", ["x"]),
            ("penalty", "code", noText), ("penalty", "discipline", ["x"]), ("phrase", "text", noText), ("phrase", "competition_uuid", [null]),
            ("incident", "race_uuid", [null, .. Calls.NoUuids]), ("incident", "bib_number", [0, 10000, "5", 1.5, true]), ("incident", "occurred_at", [null, "x", "2026-02-07T12:00:00", 5]), ("incident", "status", ["x", 5]),
            ("incident", "decision", ["x", 5]), ("incident", "description", [new string('x', 4001), 5, "\u0000", "\u0007", new Raw("\"\\ud800\"")]), ("incident", "race_location_uuid", ["x", 5]),
            ("incident", "clock_offset_ms", ["x", 1.5]), ("incident", "clock_uncertainty_ms", [-1, "x"]), ("incident", "clock_source", ["x", 5]), ("incident", "penalty_code", [5]), ("incident", "decided_at", ["x"]),
            ("report", "incident_uuid", [null, "x"]), ("report", "bib_number", [0]), ("report", "athlete_position", [5, "1"]), ("report", "occurred_at", [null]), ("report", "reporter_name", [new string('x', 201)]), ("report", "withdrawn_at", ["x"]),
            ("grouping", "kind", ["x", null]), ("grouping", "incident_uuids", [Array.Empty<int>(), null, "x"]), ("grouping", "said_at", ["x", null]), ("grouping", "said_by", [null, ""]), ("grouping", "note", [5]),
            ("history_entry", "record_type", ["x", null]), ("history_entry", "record_uuid", [null]), ("history_entry", "at", [null, "x"]), ("history_entry", "by", [null]), ("history_entry", "system", [null]), ("history_entry", "changes", [null, 5]),
        };
        var records = wrong.SelectMany(w => w.Values.Select(v => (w.Type, w.Field, Data: Calls.Text((JsonObject)all[w.Type]["data"]!, w.Field, v), Value: v))).ToList();
        var body = $"{{\"batch_uuid\":\"{Calls.Uuid()}\",\"records\":[{string.Join(',', records.Select(r => $"{{\"type\":\"{r.Type}\",\"client_uuid\":\"{Calls.Uuid()}\",\"data\":{r.Data}}}"))}]}}";
        var results = await device.UploadText(body, records.Count);
        Assert.Empty(records.Zip(results).Where(p => Device.Short(p.Second) != $"{Invalid} {p.First.Field}").Select(p => $"{p.First.Type}.{p.First.Field} = {p.First.Value}: {Device.Short(p.Second)}"));
        Assert.All(results, r => Assert.NotNull(r["quarantine_uuid"]));
    }

    [Fact]
    public async Task Records_of_every_type_are_taken_in_any_order_and_once()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var all = await EverythingAsync(device, course, upload: false);
        JsonObject[] backwards = [.. all.Values.Reverse()];
        Assert.All(await device.Statuses(backwards), s => Assert.Equal("created", s));
        Assert.All(await device.Statuses([.. all.Values]), s => Assert.Equal("already_synced", s));
        var made = all["competition"].Of("client_uuid");
        Assert.Equal(device.Uuid, (await season.Admin.Good("GET", $"/competitions/{made}")).Of("origin"));
        Assert.Single(await season.Admin.All($"/races/{all["race"].Of("client_uuid")}/locations"));
        // A competition that a device made is granted to it.
        await device.Http.Good("GET", $"/sync/download?competition_uuid={made}");

        var grouping = (JsonObject)all["grouping"].DeepClone();
        (grouping["edit"], grouping["data"]!["kind"]) = (2, "together");
        var other = Assert.Single(await device.Upload(grouping));
        Assert.Equal("conflict", other.Of("status"));
        Assert.Equal("uuid_exists_different_data", (await season.Admin.Good("GET", $"/conflicts/{other.Of("conflict_uuid")}")).Of("conflict_type"));
    }

    [Fact]
    public async Task What_is_not_there_yet_is_put_off_and_what_was_not_granted_is_put_aside()
    {
        var (course, other) = (await season.CourseAsync(), await season.CourseAsync());
        var device = await season.DeviceAsync(course.Competition);
        JsonObject With(string field, string? value)
        {
            var data = course.Incident();
            data[field] = value;
            return Device.Record("incident", data);
        }

        var foreign = other.Incident();
        var official = course.Incident();
        official["status"] = "official";
        var decided = course.Incident();
        (decided["status"], decided["decision"]) = ("official", "rejected");
        Assert.Equal(
            [
                "deferred foreign_key_not_found race_uuid", "deferred foreign_key_not_found race_location_uuid", "deferred foreign_key_not_found incident_uuid", "rejected competition_not_granted",
                "rejected decision_not_granted status", "rejected decision_not_granted status", "rejected validation_failed race_location_uuid",
            ],
            (await device.Statuses(
                With("race_uuid", Calls.Uuid()), With("race_location_uuid", Calls.Uuid()), Device.Record("report", Course.Report(Calls.Uuid())), Device.Record("incident", foreign),
                Device.Record("incident", official), Device.Record("incident", decided), With("race_location_uuid", other.Locations[0]))));

        // May it decide, the same is taken.
        var deciding = await season.DeviceAsync(course.Competition, mayDecide: true);
        Assert.Equal(["created"], await deciding.Statuses(Device.Record("incident", decided)));
    }

    [Fact]
    public async Task An_edit_counts_up_and_leaves_alone_what_it_leaves_out()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var uuid = Calls.Uuid();
        JsonObject Edit(long edit, string? description, bool said = true)
        {
            var data = course.Incident();
            if (said) data["description"] = description;
            return Device.Record("incident", data, uuid, edit);
        }

        async Task<string?> Stored() => (string?)(await season.Admin.Good("GET", $"/incidents/{uuid}"))["description"];

        Assert.Equal(["created"], await device.Statuses(Edit(1, "a")));
        Assert.Equal(["updated"], await device.Statuses(Edit(2, "b")));
        Assert.Equal(["already_synced"], await device.Statuses(Edit(1, "a")));
        Assert.Equal("b", await Stored());
        await device.Statuses(Edit(3, null, said: false));
        Assert.Equal("b", await Stored());
        Assert.Equal(["updated"], await device.Statuses(Edit(4, null)));
        Assert.Null(await Stored());

        var second = Assert.Single(await device.Upload(Edit(4, "another text under the same number")));
        Assert.Equal("conflict", second.Of("status"));
        var conflict = await season.Admin.Good("GET", $"/conflicts/{second.Of("conflict_uuid")}");
        conflict.Has(
            "client_uuid conflict_type record_type record_uuid other_record_uuid record_revision competition_uuid device_uuid device_name cloud_data device_data versions differing_fields created_at "
            + "resolution resolved_by resolved_at notes");
        Assert.Equal(("uuid_exists_different_data", uuid), (conflict.Of("conflict_type"), conflict.Of("record_uuid")));
        Assert.Contains(second.Of("conflict_uuid"), (await season.Admin.All("/conflicts?state=pending")).Select(c => c.Of("client_uuid")));
        await season.Admin.Refused("GET", "/conflicts?state=x", null, 400, "validation_failed", "state");
    }

    [Fact]
    public async Task The_least_that_is_required_is_enough_and_times_are_corrected()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var uuid = Calls.Uuid();
        var body = $"{{\"batch_uuid\":\"{Calls.Uuid()}\",\"records\":[{{\"type\":\"incident\",\"client_uuid\":\"{uuid.ToUpperInvariant()}\",\"data\":{{\"race_uuid\":\"{course.Race.ToUpperInvariant()}\",\"occurred_at\":\"2026-02-07T15:00:00.25+02:00\",\"unknown\":{{}}}}}}]}}";
        Assert.Equal("created", Assert.Single(await device.UploadText(body, 1)).Of("status"));
        var least = await season.Admin.Good("GET", $"/incidents/{uuid}");
        Assert.Equal(("2026-02-07T13:00:00.250Z", device.Uuid, true), (least.Of("occurred_at"), least.Of("origin"), least["clock_uncertainty_ms"] is null));

        var data = course.Incident();
        data["clock_offset_ms"] = 1500;
        var late = Device.Record("incident", data);
        await device.Upload(late);
        var corrected = await season.Admin.Good("GET", $"/incidents/{late.Of("client_uuid")}");
        Assert.Equal((Season.At(1.5), Season.At(0)), (corrected.Of("occurred_at"), corrected.Of("occurred_at_device")));
    }

    [Fact]
    public async Task Two_devices_that_saw_the_same_are_told_which_incident_stands()
    {
        var course = await season.CourseAsync();
        var (one, two) = (await season.DeviceAsync(course.Competition), await season.DeviceAsync(course.Competition));
        var first = Device.Record("incident", course.Incident(0, 77));
        Assert.Equal(["created"], await one.Statuses(first));
        var merged = Assert.Single(await two.Upload(Device.Record("incident", course.Incident(10, 77))));
        Assert.Equal(("merged", first.Of("client_uuid")), (merged.Of("status"), merged.Of("merged_into")));
    }

    [Fact]
    public async Task Reference_data_of_the_cloud_that_a_device_changes_is_a_conflict()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var race = (await device.Http.Good("GET", $"/sync/download?competition_uuid={course.Competition}"))["races"]![0]!;
        var data = new JsonObject { ["competition_uuid"] = course.Competition, ["name"] = "Changed by a Pi", ["discipline"] = "individual" };
        var result = Assert.Single(await device.Upload(Device.Record("race", data, race.Of("client_uuid"), 1, race.Of("revision"))));
        Assert.Equal("conflict", result.Of("status"));
        Assert.Equal("reference_edited_on_both_sides", (await season.Admin.Good("GET", $"/conflicts/{result.Of("conflict_uuid")}")).Of("conflict_type"));
        Assert.Equal("Final", (await season.Admin.Good("GET", $"/races/{course.Race}")).Of("name"));
    }

    [Fact]
    public async Task Quarantine_keeps_the_record_whole_until_a_person_of_its_competition_settles_it()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        using var jury = await season.KeyAsync("jury_president", course.Competition);
        var data = course.Incident();
        data["description"] = "bell \u0007 and nothing \u0000";
        var bad = Device.Record("incident", data);
        var report = Device.Record("report", Course.Report(bad.Of("client_uuid")));
        var results = await device.Upload(bad, report);
        Assert.Equal(["rejected validation_failed description", "rejected parent_in_quarantine incident_uuid"], results.Select(Device.Short));
        var path = $"/sync/quarantine/{results[0].Of("quarantine_uuid")}";
        Assert.Contains(results[0].Of("quarantine_uuid"), (await jury.All("/sync/quarantine")).Select(q => q.Of("client_uuid")));
        foreach (var body in new[] { "{}", "{\"action\":\"x\"}", "{\"action\":5}", "{\"action\":\"accept\",\"data\":5}", "{\"action\":\"accept\"}" }) await jury.Refused("POST", path, body, 400, "validation_failed");
        await jury.Refused("POST", $"/sync/quarantine/{Calls.Uuid()}", new { action = "accept" }, 404, "not_found");
        var good = course.Incident();
        good["description"] = "the bell rang";
        await jury.Good("POST", path, new JsonObject { ["action"] = "accept", ["data"] = good, ["note"] = "mended" });
        Assert.Single((await season.Admin.Good("GET", $"/incidents/{bad.Of("client_uuid")}"))["reports"]!.AsArray());

        var another = Assert.Single(await device.Upload(Device.Record("incident", data)));
        await jury.Good("POST", $"/sync/quarantine/{another.Of("quarantine_uuid")}", new { action = "set_aside", note = "x" });
    }

    [Fact]
    public async Task Verification_gives_a_receipt_only_when_nothing_is_missing_or_different()
    {
        var (course, other) = (await season.CourseAsync(), await season.CourseAsync());
        var device = await season.DeviceAsync(course.Competition);
        var data = course.Incident();
        data["description"] = "Žß🎿\n";
        var record = Device.Record("incident", data);
        await device.Upload(record);
        var digest = Digest(data);
        object Item(string uuid, string sha256) => new { type = "incident", client_uuid = uuid, content_sha256 = sha256 };
        var uuid = record.Of("client_uuid");
        var good = await device.Http.Good("POST", "/sync/verify", new { competition_uuid = course.Competition, records = new[] { Item(uuid, digest) }, clips = Array.Empty<string>() });
        good.Has("verified missing different receipt");
        Assert.True((bool)good["verified"]!);
        Assert.NotNull(good["receipt"]);
        var bad = await device.Http.Good("POST", "/sync/verify", new { competition_uuid = course.Competition, records = new[] { Item(uuid, new string('0', 64)), Item(Calls.Uuid(), digest) }, clips = new[] { new string('b', 64) } });
        Assert.Equal((false, 2, 1, true), ((bool)bad["verified"]!, bad["missing"]!.AsArray().Count, bad["different"]!.AsArray().Count, bad["receipt"] is null));

        foreach (var body in new[]
        {
            "{}", "{\"competition_uuid\":\"x\"}", $"{{\"competition_uuid\":\"{course.Competition}\",\"records\":[null]}}", $"{{\"competition_uuid\":\"{course.Competition}\",\"records\":\"x\"}}",
            $"{{\"competition_uuid\":\"{course.Competition}\",\"records\":[{{\"type\":\"incident\",\"client_uuid\":\"{uuid}\",\"content_sha256\":\"zz\"}}]}}", $"{{\"competition_uuid\":\"{course.Competition}\",\"records\":[],\"clips\":[null]}}",
        })
            await device.Http.Refused("POST", "/sync/verify", body, 400, "validation_failed");
        await device.Http.Refused("POST", "/sync/verify", new { competition_uuid = other.Competition, records = Array.Empty<int>() }, 403, "competition_not_granted");
    }

    /// <summary>One good record of each type, by its type, each after what it refers to; and a second incident.</summary>
    private static async Task<Dictionary<string, JsonObject>> EverythingAsync(Device device, Course course, bool upload = true)
    {
        var competition = Device.Record("competition", new JsonObject { ["name"] = "Made on a Pi", ["country"] = "AUT", ["start_date"] = "2026-02-07", ["end_date"] = "2026-02-07", ["time_zone"] = "Europe/Vienna" });
        var race = Device.Record("race", new JsonObject { ["competition_uuid"] = competition.Of("client_uuid"), ["name"] = "R", ["discipline"] = "sprint" });
        var location = Device.Record("race_location", new JsonObject { ["race_uuid"] = race.Of("client_uuid"), ["name"] = "Gate", ["position"] = 1 });
        var athlete = Device.Record("athlete", new JsonObject { ["first_name"] = "Ä", ["last_name"] = "B", ["nation"] = "AUT" });
        var bib = Device.Record("bib_assignment", new JsonObject { ["race_uuid"] = race.Of("client_uuid"), ["bib_number"] = 1, ["athlete_uuids"] = new JsonArray(athlete.Of("client_uuid")) });
        var penalty = Device.Record("penalty", new JsonObject { ["competition_uuid"] = competition.Of("client_uuid"), ["code"] = "X" });
        var phrase = Device.Record("phrase", new JsonObject { ["competition_uuid"] = competition.Of("client_uuid"), ["text"] = "X" });
        var here = course with { Race = race.Of("client_uuid"), Locations = [location.Of("client_uuid")] };
        var incident = Device.Record("incident", here.Incident(0, 1));
        var second = Device.Record("incident", here.Incident(600, 1));
        var report = Device.Record("report", Course.Report(incident.Of("client_uuid")));
        var grouping = Device.Record("grouping", new JsonObject
        {
            ["kind"] = "apart",
            ["incident_uuids"] = new JsonArray(incident.Of("client_uuid"), second.Of("client_uuid")),
            ["said_at"] = Season.At(1),
            ["said_by"] = "Łucja (referee, Pi)",
        });
        var entry = Device.Record("history_entry", new JsonObject
        {
            ["record_type"] = "incident",
            ["record_uuid"] = incident.Of("client_uuid"),
            ["at"] = Season.At(1),
            ["by"] = "Łucja (referee, Pi)",
            ["system"] = "Pi",
            ["changes"] = new JsonObject { ["description"] = new JsonArray(null, "x") },
        });
        var all = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var record in (JsonObject[])[competition, race, location, athlete, bib, penalty, phrase, incident, report, grouping, entry]) all[record.Of("type")] = record;
        all["second"] = second;
        if (upload) await device.Upload([.. all.Values]);
        return all;
    }

    private static string Digest(JsonObject data)
    {
        var fields = data.Where(f => f.Value is not null && f.Key is not ("clock_offset_ms" or "clock_uncertainty_ms" or "clock_source" or "created_at"))
            .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"\"{f.Key}\":{Canonical(f.Value!)}");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{{{string.Join(',', fields)}}}"))).ToLowerInvariant();
    }

    /// <summary>RFC 8785 for what these tests send: plain values, and no control character but the newline.</summary>
    private static string Canonical(JsonNode value) => value.GetValueKind() == JsonValueKind.String
        ? $"\"{value.GetValue<string>().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""
        : value.ToJsonString();
}
