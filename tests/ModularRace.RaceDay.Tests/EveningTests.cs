using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>R13 on two real hosts: the proof, the clearing, and the day on which no link returns. Each test begins with a Pi that has the competition.</summary>
public sealed class EveningTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task The_cloud_proves_what_was_sent_and_tells_what_was_not()
    {
        await ReportAsync(101, 0);
        await day.SyncUntilSentAsync();
        var proof = await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);
        Assert.True((bool)proof["verified"]!, proof.ToJsonString());
        Assert.Equal((await day.Pi.List("/device/queue")).Count, (int)proof["records"]!);
        Assert.Equal((int)proof["records"]!, proof["receipt"]!["counts"]!.AsObject().Sum(c => (int)c.Value!));

        day.Link.GoDown();
        await day.Pi.Post("/device/verify", null, HttpStatusCode.ServiceUnavailable);
        day.Link.ComeBack();
    }

    [Fact]
    public async Task Whoever_looks_on_sees_a_download_an_upload_and_a_proof_come_on()
    {
        using var events = new StreamReader(await day.Pi.GetStreamAsync(new Uri("api/v1/device/progress", UriKind.Relative)));
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
        await ReportAsync(131, 2400, "Gate 9 cut");
        await day.SyncUntilSentAsync();
        await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);

        var steps = new List<JsonNode>();
        foreach (var phase in new[] { "downloading", "storing", "sending", "receiving", "verifying", "done" })
            while (steps.Count == 0 || steps[^1].Text("phase") != phase)
                if (await events.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && line.StartsWith("data:", StringComparison.Ordinal)) steps.Add(JsonNode.Parse(line["data:".Length..])!);
        Assert.Contains(steps, s => s.Text("phase") == "downloading" && (double)s["share"]! > 0.5);
        Assert.Contains(steps, s => s.Text("phase") == "storing" && (int)s["total"]! > 75);
        Assert.Contains(steps, s => s.Text("phase") == "sending" && (int)s["total"]! > 0 && (int)s["done"]! == (int)s["total"]!);
        Assert.Contains(steps, s => s.Text("phase") == "verifying" && (int)s["total"]! > 0 && (long)s["bytes"]! > 0);
        foreach (var (before, step) in steps.Zip(steps.Skip(1)))
            if (before.Text("phase") == step.Text("phase")) Assert.True((double)step["share"]! >= (double)before["share"]! && (long)step["bytes"]! >= (long)before["bytes"]!, $"{before} {step}");
    }

    [Fact]
    public async Task After_the_clearing_the_same_competition_comes_back_as_the_cloud_has_it_and_is_edited_as_before()
    {
        var made = await ReportAsync(111, 600, "Gate 3 cut");
        await day.SyncUntilSentAsync();
        var told = await day.Pi.Post("/device/clear", new { confirm = "Another Cup" }, HttpStatusCode.BadRequest);
        Assert.Equal("validation_failed", told.Text("code"));
        await ReportAsync(112, 1200);
        day.Link.GoDown();
        await day.PiHost.Database.ExecuteAsync("INSERT INTO identity.phones (client_uuid, name, joined_at) VALUES (gen_random_uuid(), 'Rita Ciresa', now())");
        told = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict);
        Assert.Single((await day.Pi.Get("/device/phones")).AsArray());
        Assert.Equal("not_safe_to_clear", told.Text("code"));
        Assert.Equal(["pending"], told["reasons"]!.AsArray().Select(r => r!.Text("code")));
        day.Link.ComeBack();
        await day.SyncUntilSentAsync();

        var held = (await day.Pi.List("/device/queue")).CountBy(r => r.Text("record_type")).ToDictionary();
        var cleared = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        Assert.Equal(held.OrderBy(h => h.Key), cleared["cleared"]!.AsObject().ToDictionary(c => c.Key, c => (int)c.Value!).OrderBy(c => c.Key));
        Assert.NotNull(cleared["receipt"]!["signature"]);
        var device = await day.Pi.Get("/device");
        Assert.True((bool)device["paired"]!);
        Assert.Null(device["competition"]);
        Assert.Empty(await day.Pi.List("/competitions"));
        Assert.Empty((await day.Pi.Get("/device/phones")).AsArray());

        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
        Assert.Equal(await StandingAsync(day.Cloud), await StandingAsync(day.Pi));
        await day.Pi.Patch($"/reports/{made["report"]!.Text("client_uuid")}", new { description = "Gate 3 cut, both skis" });
        await day.SyncUntilSentAsync();
        Assert.Equal(await StandingAsync(day.Cloud), await StandingAsync(day.Pi));
        Assert.Empty(await day.Cloud.List("/conflicts?state=pending"));
    }

    [Fact]
    public async Task A_day_without_a_link_goes_by_stick_and_its_receipt_clears_the_Pi()
    {
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
        await ReportAsync(121, 1800, "before the link died");
        await day.SyncUntilSentAsync();
        day.Link.GoDown();
        foreach (var bib in Enumerable.Range(122, 5)) await ReportAsync(bib, 1800 + bib * 40, "on the stick");
        var archive = await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative));
        Assert.Equal("MRARCH1\n", System.Text.Encoding.ASCII.GetString(archive, 0, 8));
        Assert.DoesNotContain("on the stick", System.Text.Encoding.UTF8.GetString(archive), StringComparison.Ordinal);

        var receipt = await ImportAsync(archive);
        var again = await ImportAsync(archive);
        Assert.All(again["results"]!.AsArray(), r => Assert.Equal("already_synced", r!.Text("status")));
        Assert.Contains("on the stick", await StandingAsync(day.Cloud), StringComparison.Ordinal);

        // A hand on the file, and an edit since.
        var forged = receipt.DeepClone();
        forged["results"]![0]!["status"] = "conflict";
        Assert.Equal("receipt_invalid", (await day.Pi.Post("/device/receipt", forged, HttpStatusCode.Conflict)).Text("code"));
        var taken = await day.Pi.Post("/device/receipt", receipt, HttpStatusCode.OK);
        Assert.True((bool)taken["covers"]!, taken.ToJsonString());
        Assert.Equal(0, (int)(await day.Pi.Get("/device"))["pending"]!);
        var late = await ReportAsync(130, 9000);
        Assert.Equal("not_safe_to_clear", (await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.Conflict)).Text("code"));

        receipt = await ImportAsync(await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative)));
        Assert.True((bool)(await day.Pi.Post("/device/receipt", receipt, HttpStatusCode.OK))["covers"]!);
        var cleared = await day.Pi.Post("/device/clear", new { confirm = "Trial Cup" }, HttpStatusCode.OK);
        Assert.Equal(receipt["receipts"]![0]!.Text("receipt_uuid"), cleared["receipt"]!.Text("receipt_uuid"));
        Assert.Contains(late["report"]!.Text("client_uuid"), await StandingAsync(day.Cloud), StringComparison.Ordinal);
        day.Link.ComeBack();
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = day.Competition }, HttpStatusCode.OK);
        Assert.Equal(await StandingAsync(day.Cloud), await StandingAsync(day.Pi));
    }

    private async Task<JsonNode> ImportAsync(byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/octet-stream");
        return await day.Cloud.Post("/sync/import", content, HttpStatusCode.OK);
    }

    private async Task<string> StandingAsync(HttpClient host)
    {
        var lines = new List<string>();
        foreach (var incident in await host.List($"/races/{day.Race}/incidents"))
            lines.AddRange((await host.Get($"/incidents/{incident.Text("client_uuid")}"))["reports"]!.AsArray().Select(r =>
                $"{incident.Text("client_uuid")} {incident["bib_number"]} {incident["occurred_at"]} {r!.Text("client_uuid")} {r!["description"]}"));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private async Task<JsonNode> ReportAsync(int bib, int second, string? description = null) => await day.Pi.Post("/incidents", new
    {
        race_uuid = day.Race,
        race_location_uuid = day.Locations[0],
        bib_number = bib,
        occurred_at = new DateTimeOffset(2026, 2, 8, 8, 0, 0, TimeSpan.Zero).AddSeconds(second).ToString("O"),
        description,
    }, HttpStatusCode.Created);
}
