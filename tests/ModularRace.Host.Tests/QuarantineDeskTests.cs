using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>The quarantine and the devices at the desk, as a browser without JavaScript sees them.</summary>
[Collection<WatchfulCloud.Tests>]
public sealed class QuarantineDeskTests(WatchfulCloud cloud)
{
    [Fact]
    public async Task A_record_is_read_whole_corrected_in_the_field_at_fault_and_what_waited_for_it_follows()
    {
        var competition = await cloud.CompetitionAsync("Quarantine Cup");
        var (race, places) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Pi <img src=x onerror=alert(1)>", competition);
        var (incident, report) = (WatchfulCloud.NewUuid(), WatchfulCloud.NewUuid());
        var entry = await EntryAsync(device, Incident(incident, race, places[0], bib: 99_999, "<script>alert('x')</script> \u202Eback"));
        var follower = await EntryAsync(device, new { type = "report", client_uuid = report, edit = 1, data = new { incident_uuid = incident, reporter_name = "Łucja", occurred_at = "2026-02-08T10:00:00Z" } });

        var page = await cloud.PageAsync($"/quarantine?entry={entry}");
        Assert.Contains("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("id=\"field-bib_number\" name=\"Field.bib_number\" value=\"99999\"", page, StringComparison.Ordinal);
        Assert.Contains("One record waits", page, StringComparison.Ordinal);
        Assert.Contains($"entry={follower}", page, StringComparison.Ordinal);
        Assert.Contains("Quarantine Cup", page, StringComparison.Ordinal);
        var waiting = await cloud.PageAsync($"/quarantine?entry={follower}");
        Assert.Contains("It follows by itself when", waiting, StringComparison.Ordinal);
        Assert.Contains(", Quarantine Cup</p>", waiting, StringComparison.Ordinal);

        using var refused = await cloud.FormAsync("/quarantine?handler=Accept", Typed(entry, ("bib_number", "no bib"), ("description", "kept as it was typed")));
        var again = await refused.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("value=\"no bib\"", again, StringComparison.Ordinal);
        Assert.Contains("class=\"error\"", again, StringComparison.Ordinal);
        Assert.Contains("kept as it was typed", again, StringComparison.Ordinal);

        using var taken = await cloud.FormAsync("/quarantine?handler=Accept", Typed(entry, ("bib_number", "99")));
        Assert.Equal(HttpStatusCode.Redirect, taken.StatusCode);
        Assert.Contains("Accepted:", await cloud.PageAsync(taken.Headers.Location!.OriginalString), StringComparison.Ordinal);
        var stands = await cloud.Admin.GetFromJsonAsync<JsonObject>($"api/v1/incidents/{incident}");
        Assert.Equal(99, stands!["bib_number"]!.GetValue<int>());
        Assert.Equal("<script>alert('x')</script> \u202Eback", stands["description"]!.GetValue<string>());
        Assert.Single(stands["reports"]!.AsArray());
    }

    [Fact]
    public async Task A_record_is_set_aside_with_a_note_and_can_still_be_taken()
    {
        var competition = await cloud.CompetitionAsync("Aside Cup");
        var (race, places) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Pi Aside", competition);
        var incident = WatchfulCloud.NewUuid();
        var entry = await EntryAsync(device, Incident(incident, race, places[0], bib: -1, "x"));
        using var aside = await cloud.FormAsync("/quarantine?handler=SetAside", new() { ["entry"] = entry, ["note"] = "a test\r\nof the Pi" });
        Assert.Equal(HttpStatusCode.Redirect, aside.StatusCode);
        Assert.DoesNotContain(entry, await cloud.PageAsync("/quarantine"), StringComparison.Ordinal);
        var page = await cloud.PageAsync($"/quarantine?entry={entry}");
        Assert.Contains("a test&#xA;of the Pi", page, StringComparison.Ordinal);
        using var taken = await cloud.FormAsync("/quarantine?handler=Accept", Typed(entry, ("bib_number", "")));
        Assert.Equal(HttpStatusCode.Redirect, taken.StatusCode);
        Assert.Null((await cloud.Admin.GetFromJsonAsync<JsonObject>($"api/v1/incidents/{incident}"))!["bib_number"]);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_is_shown_as_received_and_can_only_be_set_aside()
    {
        var device = await cloud.DeviceAsync("Pi Garbled");
        var entry = await EntryAsync(device, new { type = "<b>no type", data = "none" });
        var page = await cloud.PageAsync($"/quarantine?entry={entry}");
        Assert.Contains("cannot be read", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>no type", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"accept\"", page, StringComparison.Ordinal);
        using var aside = await cloud.FormAsync("/quarantine?handler=SetAside", new() { ["entry"] = entry });
        Assert.Equal(HttpStatusCode.Redirect, aside.StatusCode);
    }

    [Fact]
    public async Task An_entry_that_is_not_there_is_not_found() =>
        Assert.Contains("There is no such quarantined record", await cloud.PageAsync($"/quarantine?entry={WatchfulCloud.NewUuid()}"), StringComparison.Ordinal);

    [Fact]
    public async Task A_device_is_granted_other_competitions_at_its_form_and_shows_its_last_runs()
    {
        var (one, other) = (await cloud.CompetitionAsync("Cup one"), await cloud.CompetitionAsync("Cup other"));
        var device = await cloud.DeviceAsync("Pi Granted", one);
        await device.UploadAsync();
        Assert.Contains("0 sent, in", await cloud.PageAsync("/devices"), StringComparison.Ordinal);
        using var saved = await cloud.FormAsync("/devices?handler=Change", new()
        {
            ["deviceUuid"] = device.Uuid.ToString(), ["Device.Name"] = "Pi Moved", ["Device.MayDecide"] = "true", ["Device.Scope"] = "some", ["Device.CompetitionUuids"] = other.ToString(),
        });
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var item = (await cloud.Admin.GetFromJsonAsync<JsonObject>("api/v1/devices?limit=500"))!["items"]!.AsArray().Single(d => d!["device_uuid"]!.GetValue<Guid>() == device.Uuid)!;
        Assert.Equal(("Pi Moved", true), (item["name"]!.GetValue<string>(), item["may_decide"]!.GetValue<bool>()));
        Assert.Equal([other], item["competition_uuids"]!.AsArray().Select(c => c!.GetValue<Guid>()));
    }

    private static object Incident(Guid uuid, Guid race, Guid place, int bib, string description) => new
    {
        type = "incident", client_uuid = uuid, edit = 1,
        data = new { race_uuid = race, race_location_uuid = place, bib_number = bib, occurred_at = "2026-02-08T10:00:00Z", clock_offset_ms = 0, clock_uncertainty_ms = 20, clock_source = "monotonic", description },
    };

    private static async Task<string> EntryAsync(Sender device, object record) => (await device.UploadAsync(record))!["quarantine_uuid"]!.GetValue<string>();

    private static Dictionary<string, string> Typed(string entry, params (string Field, string Text)[] fields)
    {
        var form = new Dictionary<string, string> { ["entry"] = entry, ["state"] = "open" };
        foreach (var (field, text) in fields) form[$"Field.{field}"] = text;
        return form;
    }
}
