using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>Uploads as any client may make them, without our Pi: twice, in reverse, in pieces, with bad records among good ones.</summary>
public sealed class UploadByHandTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task The_same_batch_twice_and_in_reverse_changes_nothing()
    {
        using var device = await HandDevice.PairAsync(day);
        var batch = Enumerable.Range(0, 20).SelectMany(i => Sighting(bib: 300 + i, second: i * 40)).ToList();
        var first = await device.Upload(batch);
        Assert.All(first, r => Assert.Equal("created", r.Text("status")));
        var before = await StateAsync();
        var again = await device.Upload(batch);
        Assert.All(again, r => Assert.Equal("already_synced", r.Text("status")));
        var reverse = await device.Upload([.. Enumerable.Reverse(batch)]);
        Assert.All(reverse, r => Assert.Equal("already_synced", r.Text("status")));
        Assert.Equal(before, await StateAsync());
        Assert.Equal(first.Select(r => r.Text("revision")), again.Select(r => r.Text("revision")));
    }

    [Fact]
    public async Task A_poison_record_harms_itself_and_what_refers_to_it_only()
    {
        using var device = await HandDevice.PairAsync(day);
        var (good, bad) = (Sighting(bib: 401, second: 4000), Sighting(bib: 402, second: 4100));
        bad[0]["data"]!["description"] = "bell \u0007 in the text";
        var results = await device.Upload([bad[0], bad[1], .. good]);
        Assert.Equal(["rejected", "rejected", "created", "created"], results.Select(r => r.Text("status")));
        Assert.Equal(("validation_failed", "description"), (results[0]["error"]!.Text("code"), results[0]["error"]!.Text("field")));
        Assert.Equal("parent_in_quarantine", results[1]["error"]!.Text("code"));

        bad[0]["edit"] = 2;
        bad[0]["data"]!["description"] = "the bell rang";
        var mended = await device.Upload(bad);
        Assert.All(mended, r => Assert.Contains(r.Text("status"), new[] { "created", "already_synced" }));
    }

    [Fact]
    public async Task An_edit_is_an_update_and_an_old_duplicate_undoes_nothing()
    {
        using var device = await HandDevice.PairAsync(day);
        var records = Sighting(bib: 501, second: 5000).ToList();
        await device.Upload(records);
        var edited = (JsonObject)records[1].DeepClone();
        edited["edit"] = 2;
        edited["data"]!["description"] = "seen again on the video";
        Assert.Equal("updated", (await device.Upload([edited]))[0].Text("status"));
        Assert.Equal("already_synced", (await device.Upload([records[1]]))[0].Text("status"));
        var incident = await day.Cloud.Get($"/incidents/{records[0].Text("client_uuid")}");
        Assert.Equal("seen again on the video", incident["reports"]![0]!.Text("description"));

        var other = (JsonObject)edited.DeepClone();
        other["data"]!["description"] = "another text under the same number";
        var conflict = (await device.Upload([other]))[0];
        Assert.Equal("conflict", conflict.Text("status"));
        var shown = await day.Cloud.Get($"/conflicts/{conflict.Text("conflict_uuid")}");
        Assert.Equal("uuid_exists_different_data", shown.Text("conflict_type"));
        Assert.Equal("another text under the same number", shown["device_data"]!.Text("description"));
    }

    [Fact]
    public async Task Two_devices_edit_the_same_incident_and_a_person_must_choose_between_their_decisions()
    {
        using var one = await HandDevice.PairAsync(day, mayDecide: true);
        using var other = await HandDevice.PairAsync(day, mayDecide: true);
        var seen = Sighting(bib: 700, second: 7000).ToList();
        await one.Upload(seen);
        JsonObject Decided(string decision)
        {
            var edit = (JsonObject)seen[0].DeepClone();
            edit["edit"] = 2;
            edit["data"]!["status"] = "official";
            edit["data"]!["decision"] = decision;
            return edit;
        }

        Assert.Equal("updated", (await one.Upload([Decided("no_action")]))[0].Text("status"));
        var clash = (await other.Upload([Decided("penalty_applied")]))[0];
        Assert.Equal("conflict", clash.Text("status"));
        Assert.Equal("decision_mismatch", (await day.Cloud.Get($"/conflicts/{clash.Text("conflict_uuid")}")).Text("conflict_type"));
        Assert.Equal("no_action", (await day.Cloud.Get($"/incidents/{seen[0].Text("client_uuid")}")).Text("decision"));
    }

    [Fact]
    public async Task Without_the_clouds_grant_a_device_decides_nothing()
    {
        using var device = await HandDevice.PairAsync(day);
        var records = Sighting(bib: 801, second: 8000).ToList();
        records[0]["data"]!["status"] = "official";
        var results = await device.Upload(records);
        Assert.Equal(("rejected", "decision_not_granted"), (results[0].Text("status"), results[0]["error"]!.Text("code")));
        Assert.Equal(("rejected", "parent_in_quarantine"), (results[1].Text("status"), results[1]["error"]!.Text("code")));
        Assert.Equal(HttpStatusCode.Forbidden, await device.Status(HttpMethod.Get, $"/competitions/{day.Competition}"));
    }

    private JsonObject[] Sighting(int bib, int second) => HandDevice.Sighting(day, bib, new DateTimeOffset(2026, 2, 8, 6, 0, 0, TimeSpan.Zero).AddSeconds(second));

    private async Task<string> StateAsync() =>
        string.Join('\n', (await day.Cloud.List($"/races/{day.Race}/incidents")).Where(i => (int?)i["bib_number"] is >= 300 and < 320).Select(i => i.ToJsonString()));
}
