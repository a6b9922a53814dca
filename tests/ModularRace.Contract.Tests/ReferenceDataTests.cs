using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>Competitions, races, locations, catalogues and start lists: "Both modes".</summary>
public sealed class ReferenceDataTests(Season season)
{
    private const string Header = "bib,first_name,last_name,nation,gender\n";

    [Fact]
    public async Task A_competition_has_its_fields_and_refuses_others_values()
    {
        var body = Season.CompetitionBody();
        (body["city"], body["place"], body["webpage_url"], body["practice"], body["unknown"]) = ("Città di Trento", "Tesero", "https://example.org/x", true, new JsonObject());
        var made = await season.Admin.Good("POST", "/competitions", body, 201);
        made.Has("client_uuid revision origin created_at updated_at name city place country start_date end_date time_zone webpage_url practice merged_into");
        Assert.Equal(("cloud", true), (made.Of("origin"), (bool)made["practice"]!));

        object?[] noText = [null, 5, true, Array.Empty<int>(), new { }, 1.5];
        await season.Admin.RefusesEach(
            "POST", "/competitions", Season.CompetitionBody(),
            ("name", [.. noText, "", "   ", new string('x', 201), "a\u0000b", "a\u0007"]), ("country", [.. noText, "it", "ITALY", "ita", "IT1", "ÌTA", ""]),
            ("start_date", [.. noText, "2026-2-6", "06.02.2026", "2026-02-30", "2026-02-06T00:00:00Z", ""]), ("end_date", [.. noText, "2026-02-05", "x"]),
            ("time_zone", [.. noText, "", "Mars/X", "+01:00", "GMT+25"]), ("client_uuid", ["x", 5, "00000000-0000-0000-0000-000000000000", Calls.Uuid().Replace("-", "", StringComparison.Ordinal)]),
            ("practice", ["true", 1]), ("webpage_url", ["javascript:alert(1)", 5]), ("city", [new string('x', 201), "\u0085", 5]), ("place", ["\u001b", 5]));
    }

    [Fact]
    public async Task A_put_sets_it_whole_and_the_same_again_changes_nothing()
    {
        var course = await season.CourseAsync();
        var path = $"/competitions/{course.Competition}";
        var put = await season.Admin.Good("PUT", path, Season.CompetitionBody("New"));
        Assert.Equal("New", put.Of("name"));
        Assert.Equal(put.ToJsonString(), (await season.Admin.Good("PUT", path, Season.CompetitionBody("New"))).ToJsonString());
        await season.Admin.Refused("PUT", path, Season.CompetitionBody("Newer"), 412, "stale_revision", headers: ("If-Match", "\"bogus\""));
        await season.Admin.Good("PUT", path, Season.CompetitionBody("Newer"), headers: ("If-Match", $"\"{put.Of("revision")}\""));
        await season.Admin.Refused("PUT", path, new { }, 400, "validation_failed", "name");
        await season.Admin.Refused("PUT", $"/competitions/{Calls.Uuid()}", Season.CompetitionBody(), 404, "not_found");
    }

    [Fact]
    public async Task A_new_race_gets_its_disciplines_usual_locations()
    {
        var course = await season.CourseAsync();
        foreach (var discipline in new[] { "individual", "team", "sprint", "vertical", "mixed_relay", "other" })
        {
            var race = await season.Admin.Good("POST", $"/competitions/{course.Competition}/races", new { name = discipline, discipline, stage = "Final", category = "Women", position = 2 }, 201);
            race.Has("client_uuid revision origin created_at updated_at competition_uuid name discipline stage category scheduled_at position status merged_into");
            Assert.Equal("scheduled", race.Of("status"));
            Assert.Equal(discipline != "other", (await season.Admin.All($"/races/{race.Of("client_uuid")}/locations")).Count > 0);
        }

        var body = new JsonObject { ["name"] = "R", ["discipline"] = "sprint" };
        await season.Admin.RefusesEach(
            "POST", $"/competitions/{course.Competition}/races", body,
            ("name", [null, "", new string('x', 201), 5]), ("discipline", [null, "Sprint", "ski", 5]), ("stage", [new string('x', 201), 5]), ("category", [5, "\u0001"]),
            ("scheduled_at", ["2026-02-07", "2026-02-07T10:00:00", "x", 5, "2026-13-07T10:00:00Z"]), ("position", ["1", 1.5, -1, 99999999999]), ("status", ["x", 5]),
            ("client_uuid", ["x", "00000000-0000-0000-0000-000000000000"]));
        await season.Admin.Refused("POST", $"/competitions/{Calls.Uuid()}/races", body, 404, "not_found");

        body["client_uuid"] = Calls.Uuid();
        await season.Admin.Good("POST", $"/competitions/{course.Competition}/races", body, 201);
        await season.Admin.Good("POST", $"/competitions/{course.Competition}/races", body);
        var path = $"/races/{body.Of("client_uuid")}";
        Assert.Equal("in_progress", (await season.Admin.Good("PUT", path, new { name = "R", discipline = "sprint", status = "in_progress" })).Of("status"));
        await season.Admin.Refused("PUT", path, new { name = "R" }, 400, "validation_failed", "discipline");
    }

    [Fact]
    public async Task A_location_leaves_a_tombstone_unless_an_incident_names_it()
    {
        var course = await season.CourseAsync();
        var made = await season.Admin.Good("POST", $"/races/{course.Race}/locations", new { name = "Porta 7 – cengia", course_segment = "descent", position = 3, camera_url = "rtsp://cam/1" }, 201);
        made.Has("client_uuid revision origin created_at updated_at race_uuid name course_segment position camera_url has_camera deleted");
        await season.Admin.RefusesEach(
            "POST", $"/races/{course.Race}/locations", new JsonObject { ["name"] = "y" },
            ("name", [null, "", new string('x', 201), 5, "\u0003"]), ("position", ["a", 1.2, -1]), ("camera_url", ["javascript:x", 5, "http://cam/1", "file:///etc/passwd", "rtsp://", "rtsp://cam/1\n-i"]), ("course_segment", [5]));
        var path = $"/locations/{made.Of("client_uuid")}";
        await season.Admin.Good("PUT", path, new { name = "P" });
        Assert.True((bool)(await season.Admin.Good("DELETE", path))["deleted"]!);
        Assert.DoesNotContain(made.Of("client_uuid"), (await season.Admin.All($"/races/{course.Race}/locations")).Select(l => l.Of("client_uuid")));
        await course.ReportAsync(season.Admin);
        await season.Admin.Refused("DELETE", $"/locations/{course.Locations[0]}", null, 409, "in_use");
        foreach (var method in new[] { "PUT", "DELETE" }) await season.Admin.Refused(method, $"/locations/{Calls.Uuid()}", method == "PUT" ? new { name = "x" } : null, 404, "not_found");
    }

    [Fact]
    public async Task Catalogues_are_set_whole_in_json_or_csv()
    {
        var course = await season.CourseAsync();
        foreach (var (name, word) in new[] { ("penalties", "code"), ("phrases", "text") })
        {
            var path = $"/competitions/{course.Competition}/{name}";
            var list = new JsonObject { ["items"] = new JsonArray(new JsonObject { [word] = "A1", ["name"] = "Gate", ["discipline"] = "sprint", ["language"] = "it", ["position"] = 1 }, new JsonObject { [word] = "Ø🎿" }) };
            var set = await season.Admin.Good("PUT", path, list);
            set["items"]![0]!.Has($"client_uuid revision origin competition_uuid {word} name discipline language position deleted");
            await season.Admin.Good("PUT", path, list);
            Assert.Equal(set["items"]!.ToJsonString(), (await season.Admin.Good("GET", path))["items"]!.ToJsonString());
            foreach (var items in new[] { "null", "\"x\"", "[{}]", $"[{{\"{word}\":\"\"}}]", $"[{{\"{word}\":5}}]", $"[{{\"{word}\":\"a\",\"discipline\":\"ski\"}}]", $"[{{\"{word}\":\"a\\u0001\"}}]", "[null]", "[5]", $"[{{\"{word}\":\"x\",\"position\":\"1\"}}]" })
                await season.Admin.Refused("PUT", path, $"{{\"items\":{items}}}", 400, "validation_failed");
            await season.Admin.Good("PUT", path, Season.Csv($"{word},name\nB1,Nämé\n=cmd,x\n"));
            var csv = await season.Admin.Call("GET", path, headers: ("Accept", "text/csv"));
            Assert.Equal("text/csv", csv.ContentType);
            Assert.Contains("'=cmd", csv.Text, StringComparison.Ordinal);
            var file = await season.Admin.Call("GET", path + "?format=csv");
            Assert.Equal(("text/csv", csv.Text), (file.ContentType, file.Text));
            await season.Admin.Refused("GET", path + "?format=xml", null, 400, "validation_failed", "format");

            // What would change is told first; the tag of the whole guards against another who changes it meanwhile.
            var tag = file.Headers.ETag!.Tag;
            var preview = await season.Admin.Good("PUT", path + "?mode=merge&preview=true", Season.Csv($"{word},name\nB1,New\nC1,x\n"));
            preview.Has("items next_cursor created updated unchanged removed changes");
            Assert.Equal((1, 1, 0, 0), ((int)preview["created"]!, (int)preview["updated"]!, (int)preview["unchanged"]!, (int)preview["removed"]!));
            preview["changes"]![0]!.Has("change before after");
            Assert.Equal(csv.Text, (await season.Admin.Call("GET", path + "?format=csv")).Text);
            Assert.Equal(3, (await season.Admin.Good("PUT", path + "?mode=merge", Season.Csv($"{word},name\nB1,New\nC1,x\n"), headers: ("If-Match", tag)))["items"]!.AsArray().Count);
            await season.Admin.Refused("PUT", path, list.ToJsonString(), 412, "stale_revision", headers: ("If-Match", tag));
            await season.Admin.Refused("PUT", path + "?mode=other", list.ToJsonString(), 400, "validation_failed", "mode");
            await season.Admin.Refused("PUT", path, Season.Csv($"{word},discipline\nA,ski\n"), 400, "validation_failed", "line 2");
        }
    }

    [Fact]
    public async Task A_start_list_is_taken_in_every_dialect_and_the_same_file_again_changes_nothing()
    {
        var course = await season.CourseAsync();
        var path = $"/races/{course.Race}/start-list";
        // Athletes are known across competitions: these are of this test alone.
        var name = $"Łoś {course.Race}";
        var file = $"{Header}1,Jürg,{name},SUI,M\n2,Ana,\"O'Neil, {name}\",ESP,F\n";
        Assert.Equal((2, 0, 0, 0, 2), Counts(await season.Admin.Good("POST", path, Season.Csv(file))));
        Assert.Equal((0, 0, 2, 0, 0), Counts(await season.Admin.Good("POST", path, Season.Csv(file))));
        var other = $"\ufeffbib;first_name;last_name;nation;gender;extra\r\n1;Jürg;{name};SUI;M;zz\r\n3;\"a;b\";C {name};AIN;X;\r\n";
        Assert.Equal((1, 0, 1, 0, 1), Counts(await season.Admin.Good("POST", path + "?preview=true", Season.Csv(other))));
        Assert.Equal(2, (await season.Admin.All(path)).Count);
        Assert.Equal((1, 0, 1, 1, 1), Counts(await season.Admin.Good("POST", path + "?mode=replace", Season.Csv(other))));
        Assert.Equal((0, 1, 0, 0, 0), Counts(await season.Admin.Good("POST", path, Season.Csv($"bib\tfirst_name\tlast_name\tnation\tgender\tbirth_year\tlicense_number\theat\n1\tJürg\t{name}\tSUI\tM\t1990\tF {course.Race}\tA\n"))));
        var line = (await season.Admin.All(path))[0];
        line.Has("bib_number heat status athletes");
        line["athletes"]![0]!.Has("client_uuid first_name last_name nation gender birth_year license_number");
        await season.Admin.Good("POST", path, Season.Packed(ConventionsTests.Gzip(Encoding.UTF8.GetBytes(file)), "gzip", "text/csv"));

        var team = await season.CourseAsync("team");
        await season.Admin.Good("POST", $"/races/{team.Race}/start-list", Season.Csv(Header.TrimEnd() + ",athlete_position\n1,A,A,ITA,M,2\n1,B,B,ITA,M,1\n2,C,C,FRA,M,\n2,D,D,FRA,M,\n2,E,E,FRA,M,\n"));
        var teams = await season.Admin.All($"/races/{team.Race}/start-list");
        Assert.Equal(["B", "A"], teams[0]["athletes"]!.AsArray().Select(a => a!.Of("first_name")));
        Assert.Equal(3, teams[1]["athletes"]!.AsArray().Count);
        await season.Admin.Refused("POST", $"/races/{team.Race}/start-list", Season.Csv(Header + string.Concat(Enumerable.Range(0, 5).Select(i => $"5,A{i},B,ITA,M\n"))), 400, "invalid_start_list", "line 6");
    }

    [Fact]
    public async Task A_bad_start_list_is_refused_by_line_and_nothing_of_it_is_taken()
    {
        var course = await season.CourseAsync();
        var path = $"/races/{course.Race}/start-list";
        string[] files =
        [
            "", Header, "x,y\n1,2\n", Header + "1,A,B,SUI,M\n0,A,B,SUI,M\n", Header + "10000,A,B,SUI,M\n", Header + "1,A,B,SUI,M\n1,C,D,SUI,M\n", Header + "1,,B,SUI,M\n", Header + "1,A,,SUI,M\n",
            Header + "x,A,B,SUI,M\n", Header + "1.5,A,B,SUI,M\n", Header + "7,A,B,Sui,M\n", Header + "7,A,B,SUI,Q\n", Header + "7,A\u0007,B,SUI,M\n", "bib,first_name,last_name,nation\n1,A,B,SUI\n",
            Header + "1,\"A,B,SUI,M\n", Header + $"7,{new string('x', 201)},B,SUI,M\n", "bib,bib,first_name,last_name,nation,gender\n1,1,A,B,SUI,M\n",
            Header.TrimEnd() + ",birth_year\n7,A,B,SUI,M,abc\n", Header.TrimEnd() + ",athlete_position\n7,A,B,SUI,M,9\n",
        ];
        foreach (var file in files) Assert.NotEmpty((await season.Admin.Refused("POST", path, Season.Csv(file), 400, "invalid_start_list")).Fields);
        foreach (var file in new byte[][] { Encoding.Latin1.GetBytes(Header + "1,Jürg,B,SUI,M\n"), Encoding.Unicode.GetBytes(Header + "1,J,B,SUI,M\n"), [0, 1] })
            await season.Admin.Refused("POST", path, Season.Csv(file), 400, "invalid_start_list");
        Assert.Empty(await season.Admin.All(path));

        await season.Admin.Refused("POST", path, Season.CompetitionBody(), 415);
        await season.Admin.Refused("POST", path + "?mode=boss", Season.Csv(Header + "1,A,B,SUI,M\n"), 400, "validation_failed", "mode");
        await season.Admin.Refused("POST", path + "?preview=maybe", Season.Csv(Header + "1,A,B,SUI,M\n"), 400, "validation_failed", "preview");
        await season.Admin.Refused("POST", $"/races/{Calls.Uuid()}/start-list", Season.Csv(Header + "1,A,B,SUI,M\n"), 404, "not_found");
        var large = Encoding.UTF8.GetBytes(Header + "9," + new string('x', 6_000_000));
        await season.Admin.Refused("POST", path, Season.Csv(large), 413, "payload_too_large");
        await season.Admin.Refused("POST", path, Season.Packed(ConventionsTests.Gzip(large), "gzip", "text/csv"), 413, "payload_too_large");
    }

    [Fact]
    public async Task One_bib_is_set_taken_off_and_copied_and_stays_while_it_has_incidents()
    {
        var course = await season.CourseAsync();
        var path = $"/races/{course.Race}/start-list";
        var set = await season.Admin.Good("PUT", path + "/77", new { heat = "2", status = "dns", athletes = new[] { new { first_name = "N", last_name = "M", nation = "GER", gender = "F" } } });
        Assert.Equal((77, "2", "dns"), ((int)set["bib_number"]!, set.Of("heat"), set.Of("status")));
        foreach (var bib in new[] { "0", "10000", "-1", "x", "1.5" })
            Assert.Contains((await season.Admin.Call("PUT", $"{path}/{bib}", new { athletes = new[] { new { first_name = "N", last_name = "M", nation = "GER" } } })).Status, new[] { 400, 404 });
        foreach (var body in new[]
        {
            "{}", "{\"athletes\":[]}", "{\"athletes\":[{\"first_name\":\"N\"}]}", "{\"athletes\":\"x\"}", "{\"athletes\":[null]}", "{\"athlete_uuids\":[\"" + Calls.Uuid() + "\"]}",
            "{\"athletes\":[{\"first_name\":\"N\",\"last_name\":\"M\",\"nation\":\"GER\"}],\"status\":\"x\"}",
        })
            await season.Admin.Refused("PUT", path + "/79", body, 400, "validation_failed");

        var final = (await season.Admin.Good("POST", $"/competitions/{course.Competition}/races", new { name = "F", discipline = "individual" }, 201)).Of("client_uuid");
        await season.Admin.Good("POST", $"/races/{final}/start-list/copy", new { from_race_uuid = course.Race, bibs = new[] { 77 } });
        Assert.Single(await season.Admin.All($"/races/{final}/start-list"));
        foreach (var body in new object[] { new { }, new { from_race_uuid = "x" }, new { from_race_uuid = course.Race, bibs = new[] { 0 } }, new { from_race_uuid = course.Race, bibs = new[] { "a" } } })
            await season.Admin.Refused("POST", $"/races/{final}/start-list/copy", body, 400, "validation_failed");

        await course.ReportAsync(season.Admin, 77);
        await season.Admin.Refused("DELETE", path + "/77", null, 409, "in_use");
        await season.Admin.Refused("POST", path + "?mode=replace", Season.Csv(Header + "2,A,B,SUI,M\n"), 409, "in_use");
        await season.Admin.Good("DELETE", $"/races/{final}/start-list/77");
        await season.Admin.Refused("DELETE", path + "/4444", null, 404, "not_found");
    }

    [Fact]
    public async Task Bibs_are_given_out_by_their_numbers_and_taken_back_all_or_none()
    {
        var course = await season.CourseAsync();
        var path = $"/races/{course.Race}/start-list/bibs";
        Assert.Equal((75, 0, 0, 0, 75), Counts(await season.Admin.Good("POST", path, new { first = 1, last = 75 })));
        Assert.Equal((1, 0, 75, 0, 1), Counts(await season.Admin.Good("POST", path, new { first = 1, last = 76 })));
        foreach (var body in new[]
        {
            "", "null", "[]", "{}", "{\"first\":null}", "{\"first\":\"1\"}", "{\"first\":1.5}", "{\"first\":1e99}", "{\"first\":0}", "{\"first\":10000}", "{\"first\":99999999999999}", "{\"first\":9,\"last\":8}",
            "{\"first\":1,\"last\":9999}", "{\"first\":1,\"athletes\":0}", "{\"first\":1,\"athletes\":2}", "{\"first\":1,\"athletes\":\"one\"}",
        })
            await season.Admin.Refused("POST", path, body, 400, "validation_failed");
        await season.Admin.Refused("POST", $"/races/{Calls.Uuid()}/start-list/bibs", new { first = 1 }, 404, "not_found");

        await course.ReportAsync(season.Admin, 70);
        await season.Admin.Refused("DELETE", path + "?first=60&last=9999", null, 409, "in_use");
        foreach (var query in new[] { "", "?first=", "?first=x", "?first=0", "?first=2&last=1", "?first=1&last=10000", "?last=5" }) await season.Admin.Refused("DELETE", path + query, null, 400, "validation_failed");
        Assert.Equal((0, 0, 0, 6, 0), Counts(await season.Admin.Good("DELETE", path + "?first=71&last=9999")));
        Assert.Equal((0, 0, 0, 0, 0), Counts(await season.Admin.Good("DELETE", path + "?first=71&last=9999")));
        Assert.Equal(70, (await season.Admin.All($"/races/{course.Race}/start-list")).Count);
    }

    private static (int, int, int, int, int) Counts(JsonNode n) => ((int)n["created"]!, (int)n["updated"]!, (int)n["unchanged"]!, (int)n["removed"]!, (int)n["athletes_created"]!);

    /// <summary>The contract has it in the query; whoever writes it beside <c>into_uuid</c> means the same, and must not find it done.</summary>
    [Theory]
    [InlineData("?preview=true", null)]
    [InlineData("", true)]
    [InlineData("?preview=false", true)]
    public async Task A_preview_of_a_merge_merges_nothing_wherever_it_is_asked_for(string query, bool? inBody)
    {
        var (one, other) = (await season.CourseAsync(), await season.CourseAsync());
        Assert.True((bool)(await season.Admin.Good("POST", $"/races/{one.Race}/merge{query}", new { into_uuid = other.Race, preview = inBody }))["preview"]!);
        Assert.True((bool)(await season.Admin.Good("POST", $"/competitions/{one.Competition}/merge{query}", new { into_uuid = other.Competition, preview = inBody }))["preview"]!);
        Assert.Null((await season.Admin.Good("GET", $"/races/{one.Race}"))["merged_into"]);
        Assert.Null((await season.Admin.Good("GET", $"/competitions/{one.Competition}"))["merged_into"]);
    }
}
