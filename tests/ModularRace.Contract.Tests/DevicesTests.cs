namespace ModularRace.Contract.Tests;

/// <summary>Pairing, the download and the changes: "Cloud only".</summary>
public sealed class DevicesTests(Season season)
{
    [Fact]
    public async Task A_code_pairs_one_device_and_the_same_device_again_voids_the_old_token()
    {
        using var alone = await season.AlonePairingAsync();
        var course = await season.CourseAsync();
        await season.Admin.RefusesEach(
            "POST", "/devices/pairing-codes", new System.Text.Json.Nodes.JsonObject { ["name"] = "k" },
            ("name", [null, "", new string('x', 201), 5, "\u0001"]), ("may_decide", ["true", 1]), ("device_uuid", ["x", "00000000-0000-0000-0000-000000000000"]));
        foreach (var wrong in new object[] { new[] { "x" }, "x", 5, new[] { Calls.Uuid() } })
            await season.Admin.Refused("POST", "/devices/pairing-codes", new { name = "k", competition_uuids = wrong }, 400, "validation_failed");

        var made = await season.Admin.Good("POST", "/devices/pairing-codes", new { name = "Pi", competition_uuids = new[] { course.Competition } }, 201);
        made.Has("pairing_code expires_at");
        var (code, uuid) = (made.Of("pairing_code"), Calls.Uuid());
        Assert.Matches("^[2-9A-HJ-NP-Z]{8}$", code);
        foreach (var body in new object[] { new { }, new { pairing_code = code }, new { pairing_code = code, device_uuid = "x" }, new { pairing_code = 5, device_uuid = uuid } })
            await season.Anonymous.Refused("POST", "/devices/pair", body, 400, "validation_failed");
        var first = await season.Anonymous.Good("POST", "/devices/pair", new { pairing_code = code.ToLowerInvariant(), device_uuid = uuid, metadata = new { model = "Pi 5" } }, 201);
        first.Has("device_uuid name may_decide api_token receipt_key");
        var second = await season.Anonymous.Good("POST", "/devices/pair", new { pairing_code = code, device_uuid = uuid }, 201);
        using var old = season.As(first.Of("api_token"), uuid);
        using var now = season.As(second.Of("api_token"), uuid);
        await old.Refused("GET", "/sync/competitions", null, 401, "device_unknown");
        await now.Good("GET", "/sync/competitions");
        await season.Anonymous.Refused("POST", "/devices/pair", new { pairing_code = code, device_uuid = Calls.Uuid() }, 404, "pairing_code_invalid");

        var unbound = await season.Admin.Good("POST", "/devices/pairing-codes", new { name = "Pi" }, 201);
        Assert.InRange((await season.Anonymous.Call("POST", "/devices/pair", new { pairing_code = unbound.Of("pairing_code"), device_uuid = uuid })).Status, 400, 499);

        // Revoked in one step, and paired anew by a code of its own.
        await season.Admin.Refused("POST", $"/devices/{Calls.Uuid()}/revoke", null, 404, "not_found");
        Assert.Equal("revoked", (await season.Admin.Good("POST", $"/devices/{uuid}/revoke")).Of("state"));
        await now.Refused("GET", "/sync/competitions", null, 401, "device_revoked");
        await now.Refused("POST", "/sync/upload", new { batch_uuid = Calls.Uuid() }, 401, "device_revoked");
        var bound = await season.Admin.Good("POST", "/devices/pairing-codes", new { name = "Pi", device_uuid = uuid }, 201);
        await season.Anonymous.Refused("POST", "/devices/pair", new { pairing_code = bound.Of("pairing_code"), device_uuid = Calls.Uuid() }, 404, "pairing_code_invalid");
        await season.Anonymous.Good("POST", "/devices/pair", new { pairing_code = bound.Of("pairing_code"), device_uuid = uuid }, 201);

        var tries = new List<int>();
        for (var i = 0; i < 12; i++) tries.Add((await season.Anonymous.Call("POST", "/devices/pair", new { pairing_code = $"ZZZZ{2222 + i}", device_uuid = Calls.Uuid() })).Status);
        Assert.Equal(429, tries[^1]);
        var refused = await season.Anonymous.Refused("POST", "/devices/pair", new { pairing_code = "AAAAAAAA", device_uuid = Calls.Uuid() }, 429, "too_many_attempts");
        Assert.NotNull(refused.Headers.RetryAfter);
        var right = await season.Admin.Good("POST", "/devices/pairing-codes", new { name = "Pi" }, 201);
        await season.Anonymous.Good("POST", "/devices/pair", new { pairing_code = right.Of("pairing_code"), device_uuid = Calls.Uuid() }, 201);
    }

    [Fact]
    public async Task A_device_is_listed_with_what_it_last_said_and_changed_by_an_admin()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        await device.Http.Good("POST", "/sync/upload", new { batch_uuid = Calls.Uuid(), sent_at = Season.At(0), status = new { pending = 3, app_version = "1" }, records = Array.Empty<int>() });
        var listed = Assert.Single(await season.Admin.All("/devices"), d => d.Of("device_uuid") == device.Uuid);
        Assert.Equal(("active", 3, true), (listed.Of("state"), (int)listed["status"]!["pending"]!, listed["last_seen_at"] is not null));
        var patched = await season.Admin.Good("PATCH", $"/devices/{device.Uuid}", new { name = "Renamed" });
        Assert.Equal(("Renamed", false), (patched.Of("name"), (bool)patched["may_decide"]!));
        await season.Admin.RefusesEach("PATCH", $"/devices/{device.Uuid}", [], ("name", [null, "", new string('x', 201), 5]), ("may_decide", [null, "x"]), ("competition_uuids", ["x", new[] { "x" }, new[] { Calls.Uuid() }]));
        foreach (var body in new[] { "[]", "{\"name\":\"a\",\"name\":\"b\"}" }) await season.Admin.Refused("PATCH", $"/devices/{device.Uuid}", body, 400, "validation_failed");
        await season.Admin.Refused("PATCH", $"/devices/{Calls.Uuid()}", new { name = "x" }, 404, "not_found");
    }

    [Fact]
    public async Task Another_version_of_the_protocol_is_426_before_anything_is_read()
    {
        var device = await season.DeviceAsync((await season.CourseAsync()).Competition);
        foreach (var version in new[] { null, "2", "0", "x", "1.0", "" })
        {
            using var http = season.As(device.Token, device.Uuid, version);
            var refused = await http.Refused("GET", "/sync/competitions", null, 426, "protocol_unsupported");
            Assert.Equal((1, 1), ((int)refused.Json!["min"]!, (int)refused.Json["max"]!));
            await http.Refused("POST", "/sync/upload", "{", 426, "protocol_unsupported");
        }
    }

    [Fact]
    public async Task A_download_has_what_a_race_needs_and_the_changes_follow_from_its_cursor()
    {
        var (course, other) = (await season.CourseAsync(), await season.CourseAsync());
        await season.Admin.Good("POST", $"/races/{course.Race}/start-list", Season.Csv("bib,first_name,last_name,nation,gender\n1,Jürg,Łoś,SUI,M\n"));
        await season.Admin.Good("PUT", $"/competitions/{course.Competition}/penalties", new { items = new[] { new { code = "A1" } } });
        var device = await season.DeviceAsync(course.Competition);
        var offered = await device.Http.Good("GET", "/sync/competitions");
        Assert.False((bool)offered["may_decide"]!);
        Assert.Contains(course.Competition, offered.ToJsonString(), StringComparison.Ordinal);

        var download = await device.Http.Good("GET", $"/sync/download?competition_uuid={course.Competition}");
        download.Has("competition races race_locations athletes bib_assignments penalties phrases cursor");
        Assert.Equal((1, course.Locations.Count, 1, 1, 1), (Count("races"), Count("race_locations"), Count("athletes"), Count("bib_assignments"), Count("penalties")));
        download["competition"]!.Has("client_uuid revision origin created_at updated_at name country start_date end_date time_zone");
        download["bib_assignments"]![0]!.Has("client_uuid revision origin created_at updated_at race_uuid bib_number athlete_uuids status");
        await device.Http.Good("GET", $"/sync/download?competition_uuid={course.Competition}&date=2026-02-07");
        await device.Http.Refused("GET", "/sync/download", null, 400, "validation_failed", "competition_uuid");
        await device.Http.Refused("GET", "/sync/download?competition_uuid=x", null, 400, "validation_failed", "competition_uuid");
        await device.Http.Refused("GET", $"/sync/download?competition_uuid={course.Competition}&date=x", null, 400, "validation_failed", "date");
        await device.Http.Refused("GET", $"/sync/download?competition_uuid={other.Competition}", null, 403, "competition_not_granted");

        var cursor = download.Of("cursor");
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);
        for (var bib = 1; bib <= 5; bib++) await course.ReportAsync(season.Admin, bib, bib * 100);
        await other.ReportAsync(season.Admin);
        var whole = await device.Http.Good("GET", $"/sync/changes?cursor={cursor}&limit=500");
        whole.Has("changes cursor has_more");
        Assert.Equal(10, whole["changes"]!.AsArray().Count);
        whole["changes"]![0]!.Has("type client_uuid revision deleted data");
        whole["changes"]![0]!["data"]!.Has("client_uuid revision origin occurred_at occurred_at_device");
        var seen = new List<string>();
        var at = cursor;
        for (var more = true; more;)
        {
            var page = await device.Http.Good("GET", $"/sync/changes?cursor={at}&limit=1");
            seen.AddRange(page["changes"]!.AsArray().Select(c => $"{c!["type"]} {c["client_uuid"]}"));
            (at, more) = (page.Of("cursor"), (bool)page["has_more"]!);
            Assert.True(seen.Count < 50);
        }

        Assert.Equal(whole["changes"]!.AsArray().Select(c => $"{c!["type"]} {c["client_uuid"]}").Order(StringComparer.Ordinal), seen.Distinct().Order(StringComparer.Ordinal));
        Assert.Empty((await device.Http.Good("GET", $"/sync/changes?cursor={at}"))["changes"]!.AsArray());

        await device.Http.Refused("GET", "/sync/changes", null, 400, "validation_failed", "cursor");
        foreach (var wrong in new[] { "xx", "!!", cursor[..^2] + (cursor.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA") }) await device.Http.Refused("GET", $"/sync/changes?cursor={wrong}", null, 410, "cursor_expired");
        foreach (var limit in new[] { "0", "501", "x" }) await device.Http.Refused("GET", $"/sync/changes?cursor={cursor}&limit={limit}", null, 400, "validation_failed", "limit");

        int Count(string list) => download[list]!.AsArray().Count;
    }
}
