using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>What people store is shown as they wrote it and never runs, on each page of both modes.</summary>
public sealed class HostileTextTests(Chromium chromium, CloudAndPi day)
{
    // Markup, the end of a script's data, quotes of both kinds, right to left, and characters beyond 16 bits. Where it runs it
    // says so in the console, asks for a picture that is not there, or opens a dialog: each is a fault.
    private const string Attack = "</script><script>alert(1)</script><img src=/none onerror=alert(2)>\"'{{7*7}}${8*8}\u202Eמשה\u202C𝔄🎿";

    [Fact]
    public async Task On_the_Pi()
    {
        var (race, location) = await FillAsync(day.Pi);
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.GoAsync("/place");
        await screen.Page.EvaluateAsync("name => localStorage.setItem('mr.people', JSON.stringify([name]))", Attack[..40]);
        await screen.GoAsync("/place");
        await screen[".pick:not(.cols3) .key"].Filter(new LocatorFilterOptions { HasText = "R " + Attack }).TapAsync();
        await Shows(screen, "L " + Attack);
        await screen.OnCourseAsync(race, location, day.PiHost);
        await Shows(screen, "R " + Attack, "L " + Attack);
        await screen[".bibs [data-bib=\"1\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync("Bib 1 saved");
        await Shows(screen, "Z " + Attack);
        await screen.GoAsync("/today");
        await screen[".row"].Filter(new LocatorFilterOptions { HasText = "D " + Attack }).TapAsync();
        await Expect(screen["#one"]).ToContainTextAsync("D " + Attack);
        await Shows(screen, "R " + Attack);
        foreach (var page in new[] { "/send", "/download", "/pair", "/place" })
        {
            await screen.GoAsync(page);
            await screen.DrawnAsync();
            await Shows(screen);
        }

        screen.AssertQuiet();
    }

    [Fact]
    public async Task At_the_desk()
    {
        var (race, location) = await FillAsync(day.Cloud);
        var whole = await day.Cloud.Get($"/races/{race}");
        var standing = Assert.Single(await day.Cloud.List($"/races/{race}/incidents?bib_number=1")).Text("client_uuid");
        await day.Cloud.Post($"/incidents/{standing}/officialize", null, HttpStatusCode.OK);
        await day.Cloud.Post($"/incidents/{standing}/decision", new { decision = "penalty_applied", penalty_code = "P " + Attack[..30], note = "N " + Attack }, HttpStatusCode.OK);
        await day.Cloud.Post("/devices/pairing-codes", new { name = "Pi " + Attack }, HttpStatusCode.Created);
        using var device = await HandDevice.PairAsync(day, name: "Pi " + Attack);

        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync("/competitions");
        await Shows(desk, "C " + Attack);
        await desk.GoAsync($"/competitions/{whole.Text("competition_uuid")}");
        await Shows(desk, "C " + Attack, "R " + Attack);
        foreach (var (list, word) in new[] { ("penalties", "code"), ("phrases", "text") })
        {
            await day.Cloud.Put($"/competitions/{whole.Text("competition_uuid")}/{list}", new JsonObject
            {
                ["items"] = new JsonArray(new JsonObject { [word] = "K " + Attack, ["name"] = "M " + Attack, ["language"] = Attack[^20..] }),
            });
            await desk.GoAsync($"/competitions/{whole.Text("competition_uuid")}/{list}");
            await Shows(desk, "K " + Attack, "C " + Attack);
        }

        await desk.GoAsync($"/races/{race}");
        await Shows(desk, "C " + Attack, "R " + Attack, "L " + Attack, "Z " + Attack);
        await desk.GoAsync($"/races/{race}/incidents/{standing}");
        await Expect(desk[".why"]).ToContainTextAsync("Why this is one incident");
        await Shows(desk, "R " + Attack, "L " + Attack, "Z " + Attack, "D " + Attack, "N " + Attack, "P " + Attack[..30]);
        await desk.GoAsync($"/incidents/{standing}/split");
        await Shows(desk, "L " + Attack, "Z " + Attack, "D " + Attack, "W " + Attack);
        await desk.GoAsync($"/incidents/{standing}/correct");
        await Shows(desk, "L " + Attack, "D " + Attack);
        await day.Cloud.Post("/incidents", new { race_uuid = race, bib_number = 2, occurred_at = "2026-02-07T11:00:00.000Z", description = "D " + Attack }, HttpStatusCode.Created);
        await desk.GoAsync($"/incidents/{standing}/merge");
        await Shows(desk, "D " + Attack);
        await desk[".rows a"].First.ClickAsync();
        await Expect(desk["h2.what"]).ToContainTextAsync("become one incident");
        await Shows(desk, "Z " + Attack, "L " + Attack, "D " + Attack);
        await desk.GoAsync("/devices");
        await Shows(desk, "Pi " + Attack);
        await desk["tbody tr"].Filter(new LocatorFilterOptions { HasText = "Pi " + Attack }).First.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Manage" }).ClickAsync();
        await Expect(desk["dialog[open] h2"]).ToHaveTextAsync("Pi " + Attack);

        using var another = await HandDevice.PairAsync(day, name: "Pi 2 " + Attack);
        var incident = Shared.Identifiers.Uuids.New(TimeProvider.System).ToString();
        JsonObject Says(string what) => new()
        {
            ["type"] = "incident", ["client_uuid"] = incident, ["data"] = new JsonObject { ["race_uuid"] = day.Race, ["bib_number"] = 9, ["occurred_at"] = "2026-02-08T10:30:05.000Z", ["description"] = what + Attack },
        };
        await device.Upload([Says("X ")]);
        var conflict = (await another.Upload([Says("Y ")]))[0].Text("conflict_uuid");
        await desk.GoAsync($"/conflicts?conflict={conflict}");
        await Shows(desk, "Pi " + Attack, "Pi 2 " + Attack, "X " + Attack, "Y " + Attack);
        await day.Cloud.Post($"/conflicts/{conflict}/resolve", new { resolution = "device_wins", notes = "N " + Attack }, HttpStatusCode.OK);
        await desk.GoAsync($"/conflicts?state=resolved&conflict={conflict}");
        await Shows(desk, "Pi " + Attack, "N " + Attack);
        await desk.GoAsync($"/merges?competition={whole.Text("competition_uuid")}");
        await Shows(desk, "Bib 1 at L " + Attack, "by W " + Attack);
        desk.AssertQuiet();
    }

    /// <summary>Each text stands there to the letter, and nothing of it became an element.</summary>
    private static async Task Shows(Screen screen, params string[] texts)
    {
        foreach (var text in texts) await Expect(screen["body"]).ToContainTextAsync(text);
        await Expect(screen["img[src='/none']"]).ToHaveCountAsync(0);
        Assert.Equal(0, await screen.Page.EvaluateAsync<int>("() => [...document.scripts].filter(s => s.textContent.startsWith('alert')).length"));
    }

    /// <summary>A competition whose every text attacks, with two reports of one fault.</summary>
    private static async Task<(string Race, string Location)> FillAsync(HttpClient host)
    {
        var competition = await host.Post("/competitions", new { name = "C " + Attack, place = Attack, city = Attack, country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created);
        var race = (await host.Post($"/competitions/{competition.Text("client_uuid")}/races", new { name = "R " + Attack, discipline = "other", stage = Attack, category = Attack }, HttpStatusCode.Created)).Text("client_uuid");
        var location = (await host.Post($"/races/{race}/locations", new { name = "L " + Attack, course_segment = Attack, position = 1 }, HttpStatusCode.Created)).Text("client_uuid");
        var name = ("Z " + Attack).Replace("\"", "\"\"", StringComparison.Ordinal);
        using var csv = new StringContent($"bib,first_name,last_name,nation,gender,heat\n1,\"{name}\",\"{name}\",ITA,M,\"{name}\"\n", Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
        await host.Post($"/races/{race}/start-list", csv, HttpStatusCode.OK);
        foreach (var second in new[] { 1, 9 })
        {
            await host.Post("/incidents", new JsonObject
            {
                ["race_uuid"] = race,
                ["race_location_uuid"] = location,
                ["bib_number"] = 1,
                ["occurred_at"] = $"2026-02-07T10:00:0{second}.000Z",
                ["description"] = "D " + Attack,
                ["reporter_name"] = "W " + Attack,
            }, HttpStatusCode.Created);
        }

        return (race, location);
    }
}
