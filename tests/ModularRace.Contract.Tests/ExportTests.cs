using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary><c>GET /competitions/{uuid}/export</c>: every incident with reports and decisions.</summary>
public sealed class ExportTests(Season season)
{
    [Fact]
    public async Task Each_incident_that_stands_is_there_with_all_its_reports_and_its_decision()
    {
        var by = season.Admin;
        var course = await season.CourseAsync();
        var first = (await course.ReportAsync(by, 7))["incident"]!.Of("client_uuid");
        await course.ReportAsync(by, 7, 12);
        await course.ReportAsync(by, null, 300);
        await by.Good("POST", $"/incidents/{first}/officialize");
        await by.Good("POST", $"/incidents/{first}/decision", new { decision = "penalty_applied", penalty_code = "P4", note = "On video, \"both\" skis,\nŁucja" });

        foreach (var query in new[] { "", "?format=json" })
        {
            var export = await by.Good("GET", $"/competitions/{course.Competition}/export{query}");
            Assert.Equal((course.Competition, "Coppa Próva"), (export["competition"]!.Of("client_uuid"), export["competition"]!.Of("name")));
            Assert.Equal(course.Race, Assert.Single(export["races"]!.AsArray())!.Of("client_uuid"));
            var incidents = export["incidents"]!.AsArray();
            Assert.Equal([7, null], incidents.Select(i => (int?)i!["bib_number"]));
            foreach (var incident in incidents)
                Assert.Equal((await by.Good("GET", $"/incidents/{incident!.Of("client_uuid")}")).ToJsonString(), incident!.ToJsonString());
            Assert.Equal(2, incidents[0]!["reports"]!.AsArray().Count);
        }

        var lines = Lines(await CsvAsync(by, course.Competition));
        Assert.Equal(3, lines.Count);
        Assert.All(lines, l => Assert.Equal("Final", l["race"]));
        Assert.Equal(("7", first, "official", "penalty_applied", "P4", "On video, \"both\" skis,\nŁucja"), (lines[0]["bib_number"], lines[0]["incident_uuid"], lines[0]["status"], lines[0]["decision"], lines[0]["penalty_code"], lines[0]["decision_note"]));
        Assert.Equal([Season.At(0), Season.At(12), Season.At(300)], lines.Select(l => l["report_occurred_at"]));
        Assert.Equal(3, lines.Select(l => l["report_uuid"]).Distinct().Count());
        Assert.Equal(("", "unofficial", "pending", ""), (lines[2]["bib_number"], lines[2]["status"], lines[2]["decision"], lines[2]["decided_at"]));
        Assert.NotEqual("", lines[0]["location"]);
    }

    [Fact]
    public async Task A_Pi_exports_what_it_has()
    {
        var competition = (await season.Pi.Good("POST", "/competitions", Season.CompetitionBody(), 201)).Of("client_uuid");
        var race = (await season.Pi.Good("POST", $"/competitions/{competition}/races", new { name = "Final", discipline = "individual" }, 201)).Of("client_uuid");
        await season.Pi.Good("POST", "/incidents", new { race_uuid = race, bib_number = 9 }, 201);
        Assert.Equal(9, (int)Assert.Single((await season.Pi.Good("GET", $"/competitions/{competition}/export"))["incidents"]!.AsArray())!["bib_number"]!);
        Assert.Equal("9", Assert.Single(Lines(await CsvAsync(season.Pi, competition)))["bib_number"]);
    }

    [Fact]
    public async Task Nothing_that_was_written_is_computed_by_a_spreadsheet()
    {
        var course = await season.CourseAsync();
        string[] attacks = ["=HYPERLINK(\"http://x\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "a, \"b\"\nc"];
        for (var i = 0; i < attacks.Length; i++)
            await season.Admin.Good("POST", "/incidents", new { race_uuid = course.Race, bib_number = 100 + i, description = attacks[i], reporter_name = "Rita", occurred_at = Season.At(i * 60) }, 201);
        var told = Lines(await CsvAsync(season.Admin, course.Competition)).Select(l => l["report_description"]).ToList();
        Assert.Equal([.. attacks[..^1].Select(a => "'" + a), attacks[^1]], told);
    }

    [Fact]
    public async Task A_viewer_gets_what_is_official_and_a_role_elsewhere_gets_nothing()
    {
        var course = await season.CourseAsync();
        var official = (await course.ReportAsync(season.Admin, 7))["incident"]!.Of("client_uuid");
        await course.ReportAsync(season.Admin, 8, 100);
        await season.Admin.Good("POST", $"/incidents/{official}/officialize");
        using var viewer = await season.KeyAsync("viewer", course.Competition);
        Assert.Equal(official, Assert.Single((await viewer.Good("GET", $"/competitions/{course.Competition}/export"))["incidents"]!.AsArray())!.Of("client_uuid"));
        Assert.Equal(official, Assert.Single(Lines(await CsvAsync(viewer, course.Competition)))["incident_uuid"]);
        using var elsewhere = await season.KeyAsync("jury_president", (await season.CourseAsync()).Competition);
        await elsewhere.Refused("GET", $"/competitions/{course.Competition}/export", null, 403, "forbidden");
    }

    [Fact]
    public async Task A_practice_another_format_and_an_unknown_competition_are_refused_and_an_empty_one_is_empty()
    {
        var course = await season.CourseAsync();
        Assert.Empty((await season.Admin.Good("GET", $"/competitions/{course.Competition}/export"))["incidents"]!.AsArray());
        Assert.Empty(Lines(await CsvAsync(season.Admin, course.Competition)));
        await season.Admin.Refused("GET", $"/competitions/{course.Competition}/export?format=xml", null, 400, "validation_failed", "format");
        await season.Admin.Refused("GET", $"/competitions/{Calls.Uuid()}/export", null, 404, "not_found");
        var practice = Season.CompetitionBody();
        practice["practice"] = true;
        var uuid = (await season.Admin.Good("POST", "/competitions", practice, 201)).Of("client_uuid");
        await season.Admin.Refused("GET", $"/competitions/{uuid}/export?format=csv", null, 409, "practice_competition");
    }

    private static async Task<string> CsvAsync(HttpClient by, string competition)
    {
        var answer = await by.Call("GET", $"/competitions/{competition}/export?format=csv");
        Assert.Equal((200, "text/csv"), (answer.Status, answer.ContentType));
        return answer.Text;
    }

    /// <summary>Each line by its columns, read as RFC 4180 has it.</summary>
    private static List<Dictionary<string, string>> Lines(string csv)
    {
        var (rows, row, cell, quoted) = (new List<List<string>>(), new List<string>(), "", false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"') cell += csv[i++];
            else if (csv[i] == '"') quoted = !quoted;
            else if (!quoted && csv[i] is (',' or '\n'))
            {
                row.Add(cell);
                cell = "";
                if (csv[i] == ',') continue;
                rows.Add(row);
                row = [];
            }
            else if (quoted || csv[i] != '\r') cell += csv[i];
        }

        Assert.False(quoted);
        Assert.Equal("", cell);
        return [.. rows.Skip(1).Select(r => rows[0].Zip(r, KeyValuePair.Create).ToDictionary())];
    }
}
