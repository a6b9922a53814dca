using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>Incidents and reports: "Both modes".</summary>
public sealed class IncidentsTests(Season season)
{
    private const string IncidentFields =
        "client_uuid revision origin created_at updated_at race_uuid race_location_uuid bib_number occurred_at occurred_at_device clock_offset_ms clock_uncertainty_ms clock_source "
        + "status decision penalty_code description officialized_at officialized_by decided_at decided_by decision_note standing merged_into merged_from reports";

    private const string ReportFields =
        "client_uuid revision origin created_at updated_at incident_uuid bib_number race_location_uuid athlete_position reporter_name reported_by description penalty_code "
        + "occurred_at occurred_at_device clock_offset_ms clock_uncertainty_ms clock_source withdrawn_at withdrawn_by clip";

    private static readonly object?[] NoBibs = [0, 10000, -1, 1.5, "5", true, 99999999999999999999m];

    [Fact]
    public async Task A_report_makes_an_incident_with_every_field()
    {
        var course = await season.CourseAsync();
        var made = await season.Admin.Good("POST", "/incidents", new
        {
            race_uuid = course.Race,
            race_location_uuid = course.Locations[1],
            bib_number = 5,
            athlete_position = 2,
            occurred_at = "2026-02-07T11:30:00.5+02:30",
            description = "missed 🎿 gate\n\t2",
            penalty_code = new string('P', 200),
            reporter_name = "Łucja",
            unknown = 1,
        }, 201);
        made.Has("incident report matched");
        var (incident, report) = (made["incident"]!, made["report"]!);
        incident.Has(IncidentFields);
        report.Has(ReportFields);
        Assert.False((bool)made["matched"]!);
        Assert.Equal(("unofficial", "pending", true, "2026-02-07T09:00:00.500Z", "missed 🎿 gate\n\t2"), (incident.Of("status"), incident.Of("decision"), (bool)incident["standing"]!, incident.Of("occurred_at"), incident.Of("description")));
        Assert.Equal((5, course.Locations[1]), ((int)report["bib_number"]!, report.Of("race_location_uuid")));

        await season.Admin.RefusesEach(
            "POST", "/incidents", new JsonObject { ["race_uuid"] = course.Race },
            ("race_uuid", [null, .. Calls.NoUuids, Calls.Uuid()]), ("race_location_uuid", [.. Calls.NoUuids, Calls.Uuid()]), ("bib_number", NoBibs), ("athlete_position", [0, 5, "1"]),
            ("occurred_at", ["x", "2026-02-07T09:00:00", "2026-02-07", 5, "2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]), ("description", [new string('x', 4001), 5, "\u0000", "a\rb", new Raw("\"\\ud800\"")]),
            ("penalty_code", [new string('x', 201), 5, "\u0007"]), ("reporter_name", [new string('x', 201), 5, "\u009f"]), ("client_uuid", Calls.NoUuids), ("report_uuid", Calls.NoUuids));
    }

    [Fact]
    public async Task The_same_report_uuid_again_even_at_once_makes_nothing_new()
    {
        var course = await season.CourseAsync();
        var uuid = Calls.Uuid();
        object Body(int bib) => new { race_uuid = course.Race, race_location_uuid = course.Locations[0], bib_number = bib, occurred_at = Season.At(0), report_uuid = uuid };
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => season.Admin.Call("POST", "/incidents", Body(7))));
        Assert.Equal([.. Enumerable.Repeat(200, 11), 201], answers.Select(a => a.Status).Order());
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal(answers[0].Text, (await season.Admin.Call("POST", "/incidents", Body(8))).Text);
        Assert.Single(await season.Admin.All($"/races/{course.Race}/incidents"));
    }

    [Fact]
    public async Task Thirty_seconds_join_and_a_millisecond_more_does_not()
    {
        var course = await season.CourseAsync();
        var first = (await course.ReportAsync(season.Admin, 7))["incident"]!.Of("client_uuid");
        var joined = await course.ReportAsync(season.Admin, 7, 30);
        Assert.True((bool)joined["matched"]!);
        Assert.Equal(first, joined["incident"]!.Of("client_uuid"));
        var alias = Assert.Single(joined["incident"]!["merged_from"]!.AsArray())!.GetValue<string>();
        Assert.Equal(first, (await season.Admin.Good("GET", $"/incidents/{alias}")).Of("client_uuid"));
        Assert.Single(await season.Admin.All($"/races/{course.Race}/incidents"));
        Assert.False((bool)(await course.ReportAsync(season.Admin, 7, 60.001))["matched"]!);

        var merge = Assert.Single(await season.Admin.All($"/merges?competition_uuid={course.Competition}"));
        merge.Has("client_uuid incident_uuids into_uuid by reason seconds_apart times reports made_at undone_at");
        Assert.Equal(("rule", first), (merge.Of("by"), merge.Of("into_uuid")));
        await season.Admin.Refused("GET", "/merges", null, 400, "validation_failed", "competition_uuid");
        await season.Admin.Refused("GET", "/merges?competition_uuid=x", null, 400, "validation_failed");

        await season.Admin.Good("POST", $"/incidents/{alias}/officialize");
        Assert.Equal((first, "no_action"), await season.Admin.Good("POST", $"/incidents/{alias}/decision", new { decision = "no_action" }) is var d ? (d.Of("client_uuid"), d.Of("decision")) : default);
    }

    [Fact]
    public async Task A_list_shows_those_that_stand_newest_first_and_filtered()
    {
        var course = await season.CourseAsync();
        await course.ReportAsync(season.Admin, 1);
        var official = (await course.ReportAsync(season.Admin, 2, 500, location: 1))["incident"]!.Of("client_uuid");
        await season.Admin.Good("POST", $"/incidents/{official}/officialize");
        var list = $"/races/{course.Race}/incidents";
        foreach (var (query, bibs) in new[]
        {
            ("", "2 1"), ("?status=official", "2"), ("?status=unofficial", "1"), ("?decision=pending", "2 1"), ("?decision=rejected", ""), ("?bib_number=1", "1"),
            ($"?race_location_uuid={course.Locations[1]}", "2"), ($"?race_location_uuid={course.Locations[2]}", ""), ("?status=official&bib_number=1", ""),
            ("?origin=cloud", "2 1"), ($"?origin={Calls.Uuid()}", ""), ("?clip=without", "2 1"), ("?clip=with", ""), ("?clip=pending", ""), ("?origin=cloud&clip=without&bib_number=2", "2"),
        })
            Assert.Equal(bibs, string.Join(' ', (await season.Admin.All(list + query)).Select(i => (int)i["bib_number"]!)));
        foreach (var query in new[] { "status=x", "decision=x", "bib_number=0", "bib_number=x", "race_location_uuid=x", "clip=x" })
            await season.Admin.Refused("GET", $"{list}?{query}", null, 400, "validation_failed", query[..query.IndexOf('=', StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_nothing_else()
    {
        var course = await season.CourseAsync();
        var made = await season.Admin.Good("POST", "/incidents", new { race_uuid = course.Race, race_location_uuid = course.Locations[0], bib_number = 5, penalty_code = "P-3", description = "a" }, 201);
        var path = $"/incidents/{made["incident"]!.Of("client_uuid")}";
        var was = made["incident"]!.Of("revision");
        await season.Admin.Refused("PATCH", path, new { description = "b" }, 412, "stale_revision", headers: ("If-Match", "\"bogus\""));
        var now = await season.Admin.Good("PATCH", path, new { description = "b", decision = "rejected", status = "official", unknown = 1 }, headers: ("If-Match", $"\"{was}\""));
        Assert.Equal(("b", "P-3", 5, "pending", "unofficial"), (now.Of("description"), now.Of("penalty_code"), (int)now["bib_number"]!, now.Of("decision"), now.Of("status")));
        await season.Admin.Refused("PATCH", path, new { description = "c" }, 412, "stale_revision", headers: ("If-Match", $"\"{was}\""));
        await season.Admin.Good("PATCH", path, new { }, headers: ("If-Match", $"\"other\", \"{now.Of("revision")}\""));
        await season.Admin.Good("PATCH", path, new { }, headers: ("If-Match", "*"));
        Assert.Null((await season.Admin.Good("PATCH", path, "{\"description\":null}", headers: ("If-Match", $"\"{now.Of("revision")}\"")))["description"]);
        using var merge = new StringContent("{\"description\":\"d\"}", Encoding.UTF8, "application/merge-patch+json");
        Assert.Equal("d", (await season.Admin.Good("PATCH", path, merge)).Of("description"));

        await season.Admin.RefusesEach(
            "PATCH", path, [], ("bib_number", NoBibs), ("race_location_uuid", [.. Calls.NoUuids, Calls.Uuid()]), ("occurred_at", [null, "x", 5]), ("description", [new string('x', 4001), 5]), ("penalty_code", [5]));
        foreach (var body in new[] { "[]", "null", "", "{", "5", "{\"description\":\"a\",\"description\":\"b\"}" }) await season.Admin.Refused("PATCH", path, body, 400, "validation_failed");
        foreach (var kind in new[] { "incidents", "reports" }) await season.Admin.Refused("PATCH", $"/{kind}/{Calls.Uuid()}", new { description = "x" }, 404, "not_found");
    }

    [Fact]
    public async Task A_sole_report_moves_its_incident_and_one_among_several_gets_its_own()
    {
        var course = await season.CourseAsync();
        var made = await course.ReportAsync(season.Admin, 200);
        var (incident, report) = (made["incident"]!.Of("client_uuid"), made["report"]!);
        await season.Admin.Good("PATCH", $"/reports/{report.Of("client_uuid")}", new { bib_number = 201 }, headers: ("If-Match", $"\"{report.Of("revision")}\""));
        Assert.Equal(201, (int)(await season.Admin.Good("GET", $"/incidents/{incident}"))["bib_number"]!);

        var second = await season.Admin.Good("POST", $"/incidents/{incident}/reports", new { description = "seen too", report_uuid = Calls.Uuid() }, 201);
        second.Has(ReportFields);
        await season.Admin.Good("POST", $"/incidents/{incident}/reports", new { report_uuid = second.Of("client_uuid") });
        var moved = await season.Admin.Good("PATCH", $"/reports/{second.Of("client_uuid")}", new { bib_number = 222 });
        Assert.Equal((Version5(second.Of("client_uuid"), "incident"), 222), (moved.Of("incident_uuid"), (int)moved["bib_number"]!));
        Assert.Single((await season.Admin.Good("GET", $"/incidents/{incident}"))["reports"]!.AsArray());

        await season.Admin.RefusesEach(
            "PATCH", $"/reports/{second.Of("client_uuid")}", [], ("bib_number", NoBibs), ("race_location_uuid", [.. Calls.NoUuids, Calls.Uuid()]), ("occurred_at", [null, "x"]),
            ("athlete_position", [9, "1"]), ("reporter_name", [new string('x', 201)]), ("description", [5]));
        await season.Admin.RefusesEach(
            "POST", $"/incidents/{incident}/reports", [], ("bib_number", [0, "x"]), ("race_location_uuid", [.. Calls.NoUuids, Calls.Uuid()]), ("athlete_position", [9]), ("description", [new string('x', 4001), "\u0000"]),
            ("reporter_name", [5]), ("occurred_at", ["x"]), ("report_uuid", Calls.NoUuids));
        await season.Admin.Refused("POST", $"/incidents/{Calls.Uuid()}/reports", new { }, 404, "not_found");
    }

    [Fact]
    public async Task A_withdrawn_report_stays_in_sight_and_its_incident_no_longer_stands()
    {
        var course = await season.CourseAsync();
        var made = await course.ReportAsync(season.Admin, 301);
        var path = $"/reports/{made["report"]!.Of("client_uuid")}/withdraw";
        var once = await season.Admin.Good("POST", path, new { reason = "mistake" });
        Assert.NotNull(once["withdrawn_at"]);
        Assert.NotNull(once["withdrawn_by"]);
        Assert.Equal(once.ToJsonString(), (await season.Admin.Good("POST", path, new { reason = "again" })).ToJsonString());
        await season.Admin.Good("POST", path);
        await season.Admin.Refused("POST", path, new { reason = 5 }, 400, "validation_failed", "reason");
        await season.Admin.Refused("POST", $"/reports/{Calls.Uuid()}/withdraw", new { }, 404, "not_found");
        Assert.False((bool)(await season.Admin.Good("GET", $"/incidents/{made["incident"]!.Of("client_uuid")}"))["standing"]!);
        Assert.Empty(await season.Admin.All($"/races/{course.Race}/incidents"));
    }

    [Fact]
    public async Task Decisions_need_an_official_incident_and_a_note_to_change_them()
    {
        var course = await season.CourseAsync();
        using var jury = await season.KeyAsync("jury_president", course.Competition);
        using var viewer = await season.KeyAsync("viewer", course.Competition);
        var incident = $"/incidents/{(await course.ReportAsync(season.Admin, 400))["incident"]!.Of("client_uuid")}";
        await jury.Refused("POST", incident + "/decision", new { decision = "rejected" }, 409, "not_official");
        await viewer.Refused("GET", incident, null, 404, "not_found");
        await viewer.Refused("GET", incident + "/history", null, 404, "not_found");
        var official = await jury.Good("POST", incident + "/officialize");
        Assert.Equal(("official", true, true), (official.Of("status"), official["officialized_at"] is not null, official["officialized_by"] is not null));
        Assert.Equal(official.ToJsonString(), (await jury.Good("POST", incident + "/officialize", new { })).ToJsonString());
        await viewer.Good("GET", incident);

        await jury.RefusesEach("POST", incident + "/decision", new JsonObject { ["decision"] = "rejected" }, ("decision", [null, "x", 5]), ("note", [new string('x', 4001), 5]), ("penalty_code", ["\u0001"]));
        var decided = await jury.Good("POST", incident + "/decision", new { decision = "penalty_applied", penalty_code = "Z9", note = "n" });
        Assert.Equal(("penalty_applied", "Z9", "n", true), (decided.Of("decision"), decided.Of("penalty_code"), decided.Of("decision_note"), decided["decided_at"] is not null));
        Assert.Equal(decided.ToJsonString(), (await jury.Good("POST", incident + "/decision", new { decision = "penalty_applied", penalty_code = "Z9", note = "n" })).ToJsonString());
        foreach (var body in new object[] { new { decision = "rejected" }, new { decision = "pending" }, new { decision = "pending", note = "  " } })
            await jury.Refused("POST", incident + "/decision", body, 400, "validation_failed", "note");
        Assert.Equal("rejected", (await jury.Good("POST", incident + "/decision", new { decision = "rejected", note = "video" })).Of("decision"));
        var reopened = await jury.Good("POST", incident + "/decision", new { decision = "pending", note = "new video" });
        Assert.Equal(("pending", true), (reopened.Of("decision"), reopened["decided_at"] is null));

        var history = await jury.Good("GET", incident + "/history");
        Assert.Equal(4, history["items"]!.AsArray().Count);
        history["items"]![0]!.Has("client_uuid record_type record_uuid at at_device by system changes");
        Assert.Equal("""["unofficial","official"]""", history["items"]![0]!["changes"]!["status"]!.ToJsonString());
    }

    private static string Version5(string space, string name)
    {
#pragma warning disable CA5350 // RFC 9562 names UUIDs of version 5 by SHA-1.
        var hash = SHA1.HashData([.. Guid.Parse(space).ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }
}
