using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary><c>/conflicts</c>: what waits for a person, and what they choose.</summary>
public sealed class ConflictsTests(Season season)
{
    private const string Shape =
        "client_uuid conflict_type record_type record_uuid other_record_uuid record_revision competition_uuid device_uuid device_name cloud_data device_data versions differing_fields created_at "
        + "resolution resolved_by resolved_at notes reason";

    [Fact]
    public async Task They_are_listed_by_age_in_pages_to_the_jury_of_their_competition_and_told_apart_by_state()
    {
        var course = await season.CourseAsync();
        var made = new List<string>();
        for (var i = 0; i < 3; i++) made.Add((await DisputeAsync(course, 3000 + (i * 2))).Conflict);
        var jury = await season.KeyAsync("jury_president", course.Competition);

        async Task<IEnumerable<string>> Listed(string state, int limit = 100) => (await jury.All($"/conflicts{state}", limit)).Select(c => c.Of("client_uuid"));
        Assert.Equal(made, await Listed("", 2));
        Assert.Equal(made, await Listed("?state=pending", 1));
        Assert.Empty(await Listed("?state=resolved"));
        await jury.Good("POST", $"/conflicts/{made[1]}/resolve", new { resolution = "cloud_wins" });
        Assert.Equal([made[0], made[2]], await Listed("?state=pending", 1));
        Assert.Equal([made[1]], await Listed("?state=resolved"));
        Assert.Equal(made, await Listed(""));
        Assert.Equal(made, await Listed($"?competition_uuid={course.Competition}&conflict_type=uuid_exists_different_data"));
        Assert.Empty(await Listed("?conflict_type=decision_mismatch"));
        Assert.Empty(await Listed($"?competition_uuid={Calls.Uuid()}"));

        foreach (var conflict in await jury.All("/conflicts"))
        {
            conflict.Has(Shape);
            Assert.Equal((await jury.Good("GET", $"/conflicts/{conflict.Of("client_uuid")}")).ToJsonString(), conflict.ToJsonString());
            Assert.Equal(("By hand", course.Competition, "bib_number"), (conflict.Of("device_name"), conflict.Of("competition_uuid"), (string?)Assert.Single(conflict["differing_fields"]!.AsArray())));
            Assert.Equal(2, conflict["versions"]!.AsObject().Count);
        }

        var elsewhere = await season.KeyAsync("jury_president", (await season.CourseAsync()).Competition);
        Assert.Empty(await elsewhere.All("/conflicts"));
        await elsewhere.Refused("GET", $"/conflicts/{made[0]}", null, 404, "not_found");
        await elsewhere.Refused("POST", $"/conflicts/{made[0]}/resolve", new { resolution = "cloud_wins" }, 404, "not_found");
        await (await season.KeyAsync("var_operator", course.Competition)).Refused("POST", $"/conflicts/{made[0]}/resolve", new { resolution = "cloud_wins" }, 403, "forbidden");
        foreach (var (query, field) in new[] { ("state=x", "state"), ("conflict_type=x", "conflict_type"), ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("cursor=%00", "cursor"), ("cursor=-1", "cursor"), ("cursor=nonsense", "cursor") })
            await jury.Refused("GET", $"/conflicts?{query}", null, 400, "validation_failed", field);
        foreach (var path in new[] { "x", "00000000-0000-0000-0000-000000000000", Calls.Uuid() }) await jury.Refused("GET", $"/conflicts/{path}", null, 404, "not_found");
    }

    [Fact]
    public async Task What_cannot_be_chosen_is_refused_by_its_field_and_loses_nothing()
    {
        var course = await season.CourseAsync();
        var (conflict, incident) = await DisputeAsync(course, 3100);
        var path = $"/conflicts/{conflict}/resolve";
        var before = (await season.Admin.Good("GET", $"/conflicts/{conflict}")).ToJsonString();

        foreach (var body in new[] { "", "null", "[]", "5", "{", "\"cloud_wins\"", "{\"resolution\":\"cloud_wins\",\"resolution\":\"device_wins\"}" }) await season.Admin.Refused("POST", path, body, 400, "validation_failed");
        await season.Admin.RefusesEach(
            "POST", path, new JsonObject { ["resolution"] = "cloud_wins" },
            ("resolution", [null, "", "x", "CLOUD_WINS", "closed", "keep_apart", 5, true, Array.Empty<int>()]),
            ("notes", [new string('x', 4001), 5, new Raw("\"a\\u0000b\""), new Raw("\"\\ud800\"")]),
            ("data", ["x", 5, Array.Empty<int>()]), ("record_revision", [5, Array.Empty<int>()]));
        await season.Admin.RefusesEach("POST", path, new JsonObject { ["resolution"] = "manual" }, ("data", [null, new { }, "x", Array.Empty<int>()]));
        var wrong = new (string Field, object?[] Values)[]
        {
            ("bib_number", ["x", 0.5, -1, 100_000, true, new { }]), ("occurred_at", [null, "yesterday", 5]), ("race_uuid", [null, "x", Calls.Uuid()]), ("race_location_uuid", ["x", Calls.Uuid()]),
            ("status", ["x", 5]), ("decision", ["x", 5]), ("description", [new string('x', 4001), 5, new Raw("\"a\\u0000b\"")]), ("clock_uncertainty_ms", [-1, "x"]), ("penalty_code", [new string('x', 201)]),
        };
        var faults = new List<string>();
        foreach (var (field, values) in wrong)
            foreach (var value in values)
            {
                var answer = await season.Admin.Call("POST", path, $"{{\"resolution\":\"manual\",\"data\":{Calls.Text([], field, value)}}}");
                if (Calls.Fault(answer, 400, "validation_failed", null) is { } fault || !answer.Fields.Any(f => f == $"data.{field}")) faults.Add($"{field} = {value}: {answer.Status} {answer.Text}");
            }

        Assert.Empty(faults);
        await season.Admin.Refused("POST", path, new { resolution = "manual", data = new { bib_number = 7, x = new string('x', 1 << 20) } }, 413, "payload_too_large");
        await season.Admin.Refused("POST", path, new { resolution = "cloud_wins", record_revision = "1-000000000000" }, 409, "record_changed");
        await season.Admin.Refused("POST", $"/conflicts/{Calls.Uuid()}/resolve", new { resolution = "cloud_wins" }, 404, "not_found");
        Assert.Equal(before, (await season.Admin.Good("GET", $"/conflicts/{conflict}")).ToJsonString());

        // What a client sends back with the rest does no harm.
        var whole = (await season.Admin.Good("GET", $"/incidents/{incident}")).AsObject();
        var data = (JsonObject)whole.DeepClone();
        (data["bib_number"], data["unknown"], data["origin"]) = (3199, new JsonArray(new JsonObject()), "nobody");
        var resolved = await season.Admin.Good("POST", path, new JsonObject { ["resolution"] = "manual", ["data"] = data, ["notes"] = "Seen on video 🎿\nLine two" });
        resolved.Has(Shape);
        Assert.Equal(("manual", "Seen on video 🎿\nLine two", true), (resolved.Of("resolution"), resolved.Of("notes"), resolved["resolved_at"] is not null));
        var after = await season.Admin.Good("GET", $"/incidents/{incident}");
        Assert.Equal((3199, whole.Of("origin"), whole.Of("occurred_at")), ((int)after["bib_number"]!, after.Of("origin"), after.Of("occurred_at")));
        Assert.Equal(after.Of("revision"), resolved.Of("record_revision"));

        foreach (var again in new[] { "manual", "cloud_wins" }) await season.Admin.Refused("POST", path, new { resolution = again, data }, 409, "already_resolved");
        Assert.Equal(resolved.ToJsonString(), (await season.Admin.Good("GET", $"/conflicts/{conflict}")).ToJsonString());
    }

    [Fact]
    public async Task A_device_hears_of_the_conflict_and_of_its_outcome_with_the_changes()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var (conflict, incident) = await DisputeAsync(course, 3200);
        var cursor = (await device.Http.Good("GET", $"/sync/download?competition_uuid={course.Competition}")).Of("cursor");
        var page = await device.Http.Good("GET", $"/sync/changes?cursor={cursor}");
        var told = Assert.Single(page["changes"]!.AsArray(), c => c!.Of("type") == "conflict")!;
        Assert.Equal((conflict, incident, true, true), (told.Of("client_uuid"), told["data"]!.Of("record_uuid"), told["data"]!["resolved_at"] is null, told["data"]!["versions"] is null));

        var resolved = await season.Admin.Good("POST", $"/conflicts/{conflict}/resolve", new { resolution = "device_wins", notes = "Seen on video" });
        page = await device.Http.Good("GET", $"/sync/changes?cursor={page.Of("cursor")}");
        var outcome = page["changes"]!.AsArray().Select(c => c!).ToDictionary(c => c.Of("type") == "conflict" ? "conflict" : c.Of("client_uuid"), c => c["data"]!);
        Assert.Equal(("device_wins", "Seen on video"), (outcome["conflict"].Of("resolution"), outcome["conflict"].Of("notes")));
        Assert.Equal((3201, resolved.Of("record_revision")), ((int)outcome[incident]["bib_number"]!, outcome[incident].Of("revision")));
    }

    /// <summary>Two devices say another bib of one incident.</summary>
    private async Task<(string Conflict, string Incident)> DisputeAsync(Course course, int bib)
    {
        var (one, two, uuid) = (await season.DeviceAsync(course.Competition), await season.DeviceAsync(course.Competition), Calls.Uuid());
        Assert.Equal(["created"], await one.Statuses(Device.Record("incident", course.Incident(0, bib), uuid)));
        var data = course.Incident(0, bib + 1);
        data["created_at"] = Season.At(60);
        return (Assert.Single(await two.Upload(Device.Record("incident", data, uuid))).Of("conflict_uuid"), uuid);
    }
}
