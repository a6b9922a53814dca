using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Host.Tests;

/// <summary>A cloud whose jobs look every second, with devices that send to it and a desk that is looked at.</summary>
public sealed class WatchfulCloud : RunningCloud
{
    /// <summary>The setting by which jobs look every second: for each replica of one database the same.</summary>
    public static readonly KeyValuePair<string, string> Interval = new("Jobs__WatchInterval", "00:00:01");

    private readonly Dictionary<string, string> form = [];
    private Browser? browser;

    public WatchfulCloud() => Settings[Interval.Key] = Interval.Value;

    [CollectionDefinition]
    public sealed class Tests : ICollectionFixture<WatchfulCloud>;

    public static Guid NewUuid() => Uuids.New(TimeProvider.System);

    /// <summary>A competition that is on today, or was in the year given.</summary>
    public async Task<Guid> CompetitionAsync(string name, int? year = null)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var (from, to) = year is { } past ? (new DateOnly(past, 2, 1), new DateOnly(past, 2, 2)) : (today.AddDays(-1), today.AddDays(1));
        return Guid.Parse((await PostAsync("competitions", new { name, country = "ITA", start_date = from, end_date = to, time_zone = "Europe/Rome" }))["client_uuid"]!.GetValue<string>());
    }

    /// <summary>A race with the usual places of its discipline.</summary>
    public async Task<(Guid Race, IReadOnlyList<Guid> Places)> RaceAsync(Guid competition)
    {
        var race = (await PostAsync($"competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" }))["client_uuid"]!.GetValue<string>();
        var places = (await Admin.GetFromJsonAsync<JsonObject>($"api/v1/races/{race}/locations"))!["items"]!.AsArray();
        return (Guid.Parse(race), [.. places.Select(p => Guid.Parse(p!["client_uuid"]!.GetValue<string>()))]);
    }

    public async Task<Sender> DeviceAsync(string name, Guid? competition = null)
    {
        var uuid = NewUuid();
        return new Sender(uuid, Client(await PairAsync(uuid, name, competition: competition)));
    }

    public async Task<string> PairAsync(Guid uuid, string name, Guid? anew = null, Guid? competition = null)
    {
        var code = await PostAsync("devices/pairing-codes", new { name, device_uuid = anew, competition_uuids = competition is { } one ? new[] { one } : null });
        return (await PostAsync("devices/pair", new { pairing_code = code["pairing_code"]!.GetValue<string>(), device_uuid = uuid }))["api_token"]!.GetValue<string>();
    }

    /// <summary>The words of each alert of a kind, and whether it is on or over.</summary>
    public Task<IReadOnlyList<string>> AlertsAsync(string kind, Guid? device) => Database.QueryAsync<string>(
        "SELECT words || CASE WHEN ended_at IS NULL THEN ' (on)' ELSE ' (over)' END FROM identity.alerts WHERE kind = $1 AND device_uuid IS NOT DISTINCT FROM $2::uuid ORDER BY id", kind, device?.ToString());

    /// <summary>A page as the first admin sees it.</summary>
    public async Task<string> PageAsync(string path)
    {
        await SignInAsync();
        using var answer = await browser!.GetAsync(path[1..]);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Sends a form of a page, as the first admin.</summary>
    public async Task<HttpResponseMessage> FormAsync(string path, Dictionary<string, string> fields)
    {
        await SignInAsync();
        return await browser!.PostFormAsync(path[1..], new Dictionary<string, string>(form.Concat(fields)));
    }

    public static async Task UntilAsync(Func<Task<bool>> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await so()) await Task.Delay(50, patience.Token);
    }

    public async Task<JsonObject> PostAsync(string path, object body)
    {
        using var answer = await Admin.PostAsJsonAsync($"api/v1/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task SignInAsync()
    {
        if (browser is not null) return;
        browser = new Browser(Anonymous);
        var token = Browser.FormToken(await (await browser.GetAsync("sign-in")).Content.ReadAsStringAsync());
        await browser.PostFormAsync("sign-in", new() { ["Email"] = AdminEmail, ["Password"] = AdminPassword, ["__RequestVerificationToken"] = token });
        form["__RequestVerificationToken"] = Browser.FormToken(await (await browser.GetAsync("competitions/new")).Content.ReadAsStringAsync());
    }
}

/// <summary>A device that is no Pi of ours, as far as a test needs one.</summary>
public sealed record Sender(Guid Uuid, HttpClient Http)
{
    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null, string boot = "boot")
    {
        var request = new HttpRequestMessage(method, $"api/v1/sync/{path}") { Content = content };
        request.Headers.Add("X-Device-UUID", Uuid.ToString());
        request.Headers.Add("X-Protocol-Version", "1");
        request.Headers.Add("X-Boot-Id", boot);
        return request;
    }

    public static JsonContent Upload(object? record = null, object? status = null) =>
        JsonContent.Create(new { batch_uuid = WatchfulCloud.NewUuid(), status, records = record is null ? [] : new[] { record } }, new MediaTypeHeaderValue("application/json"));

    /// <summary>Uploads; gives the outcome of the record.</summary>
    public async Task<JsonNode?> UploadAsync(object? record = null, object? status = null, string boot = "boot")
    {
        using var request = Request(HttpMethod.Post, "upload", Upload(record, status), boot);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["results"]!.AsArray().FirstOrDefault();
    }
}
