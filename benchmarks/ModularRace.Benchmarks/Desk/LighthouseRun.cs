using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Desk;

/// <summary>
/// What Lighthouse says of the pages: the desk as on a laptop, the touchscreen as on a processor a quarter of this one's. Each is
/// looked at some times, and the middle score counts; a day's incidents and an open conflict are there.
/// </summary>
internal static class LighthouseRun
{
    private const int Incidents = 120, Bibs = 100, Looks = 3, Least = 95;
    private static readonly string[] Categories = ["performance", "accessibility", "best practices"];
    private static readonly string Programs = Checkout.PathOf("benchmarks", "lighthouse");

    public static async Task<bool> RunAsync()
    {
        await NodePrograms.FetchAsync(Programs, Path.Combine("lighthouse", "package.json"));
        await using var day = await MountainDay.BeginAsync(MountainDay.StartList(Bibs));
        await day.ReportAsync(Incidents);
        await day.Link.UpAsync(LinkPreset.None);
        await day.SyncAsync();
        await ConflictAsync(day);

        var (cloud, pi) = (day.CloudHost, day.PiHost);
        var incident = (await day.Cloud.GetJsonAsync($"/races/{day.Race}/incidents?limit=1"))["items"]![0]!.Text("client_uuid");
        var reached = true;
        foreach (var (name, host, path, face) in new (string, RunningHost, string, string)[]
                 {
                     ("the desk", cloud, $"races/{day.Race}/incidents", "desk"),
                     ("one incident", cloud, $"races/{day.Race}/incidents/{incident}", "desk"),
                     ("dashboard", cloud, $"competitions/{day.Competition}/dashboard", "desk"),
                     ("conflicts", cloud, "conflicts", "desk"),
                     ("touch, home", pi, "report", "touch"),
                     ("touch, where it stands", pi, "place", "touch"),
                     ("touch, today", pi, "today", "touch"),
                 })
            reached &= await LookAsync(name, host, path, face, day);
        Report.Line("");
        return reached;
    }

    private static async Task<bool> LookAsync(string name, RunningHost host, string path, string face, MountainDay day)
    {
        // A Pi knows who stands before it, and where by the cookie that its own page sets.
        var who = face == "desk" ? host.Admin.DefaultRequestHeaders.Authorization!.Parameter! : $"mr_place={day.Race}.{day.Locations[0]}; mr_lang=en";
        var said = await NodePrograms.RunAsync("node", ["look.mjs", ChromiumProgram.Find(), new Uri(host.Address, path).ToString(), face, who, Looks.ToString(CultureInfo.InvariantCulture)], Programs);
        var looks = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        if (looks.FirstOrDefault(look => look["status"] is not null || !((string)look["at"]!).EndsWith("/" + path, StringComparison.Ordinal)) is { } astray)
            throw new InvalidOperationException($"{name} was not looked at: {astray.ToJsonString()}");
        var scores = Categories.Select((_, i) => Middle(looks.Select(look => (int)look["scores"]![i]!))).ToList();
        Report.Line($"{name}: {string.Join(", ", Categories.Zip(scores, (category, score) => $"{category} {score.ToString(CultureInfo.InvariantCulture)}"))}; drawn after {Middle(looks.Select(l => (int)l["drawn_ms"]!))} ms, blocked {Middle(looks.Select(l => (int)l["blocked_ms"]!))} ms; machine {Middle(looks.Select(l => (int)l["machine"]!))}");
        if (scores.Min() < Least)
            foreach (var fault in looks.SelectMany(look => look["faults"]!.AsArray().Select(f => (string)f!)).Distinct(StringComparer.Ordinal)) Report.Line($"    {fault}");
        return Report.Goal($"each score of {name} at least {Least}", scores.Min() >= Least);
    }

    /// <summary>The desk and a device say something else of the same incident.</summary>
    private static async Task ConflictAsync(MountainDay day)
    {
        var device = await CloudDevice.PairAsync(day.CloudHost);
        var records = device.Records(day.Race, day.Locations, 1, TimeProvider.System.GetUtcNow().AddDays(-2)).ToList();
        foreach (var body in CloudDevice.Pack(records)) await device.UploadAsync(body);
        var incident = records[0].Text("client_uuid");
        var known = await day.Cloud.GetJsonAsync($"/incidents/{incident}");
        await day.Cloud.PatchJsonAsync($"/incidents/{incident}", new { description = "Cut the corner before the gate" }, known.Text("revision"));
        var other = records[0].DeepClone().AsObject();
        (other["edit"], other["base_revision"], other["data"]!["description"]) = (2, known.Text("revision"), "Gate missed");
        foreach (var body in CloudDevice.Pack([other])) await device.UploadAsync(body, "conflict");
    }

    private static int Middle(IEnumerable<int> values) => values.Order().ElementAt(Looks / 2);
}
