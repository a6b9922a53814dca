using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;

namespace ModularRace.RaceDay.Tests;

/// <summary>R15: whatever is logged, however loudly, nobody gets in by reading it.</summary>
public sealed class SecretsInLogsTests
{
    private const string WrongPassword = "a password for something else 7";

    [Fact]
    public async Task No_secret_stands_in_the_log_though_everything_is_logged()
    {
        var day = new CloudAndPi();
        await using var _ = day;
        foreach (var host in new RunningHost[] { day.CloudHost, day.PiHost })
        {
            host.LinesKept = int.MaxValue;
            foreach (var category in Categories) host.Settings[$"Logging__LogLevel__{category}"] = "Debug";
        }

        await day.InitializeAsync();

        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["the admin's password"] = RunningHost.AdminPassword, ["a wrong password"] = WrongPassword };
        using var anonymous = new HttpClient { BaseAddress = day.CloudHost.Address };
        using (await anonymous.PostAsJsonAsync("api/v1/auth/login", new { email = RunningHost.AdminEmail, password = WrongPassword })) { }

        // Typed into the wrong field, or broken off.
        using (await anonymous.PostAsync("api/v1/auth/login", new StringContent($"{{\"email\": \"{RunningHost.AdminEmail}\", \"password\": \"{WrongPassword}", Encoding.UTF8, "application/json"))) { }
        JsonNode tokens = await SignInAsync(anonymous);
        secrets["an access token"] = tokens.Text("access_token");
        secrets["a refresh token"] = tokens.Text("refresh_token");
        using (await anonymous.PostAsJsonAsync("api/v1/auth/refresh", new { refresh_token = tokens.Text("refresh_token") })) { }

        secrets["an API key"] = (await day.Cloud.Post("/api-keys", new { name = "Scoreboard", role = "viewer" }, HttpStatusCode.Created)).Text("key");
        using (var program = new HttpClient { BaseAddress = day.CloudHost.Address, DefaultRequestHeaders = { Authorization = new("Bearer", secrets["an API key"]) } })
        using (await program.GetAsync("api/v1/competitions")) { }

        var code = (await day.Cloud.Post("/devices/pairing-codes", new { name = "By hand" }, HttpStatusCode.Created)).Text("pairing_code");
        secrets["a pairing code"] = code;
        secrets["a device's token"] = (await anonymous.Post("/devices/pair", new { pairing_code = code, device_uuid = HandDevice.NewUuid() }, HttpStatusCode.Created)).Text("api_token");

        var link = (await day.Cloud.Post("/people", new { name = "Jo", email = "jo@example.org", roles = new[] { new { role = "referee" } } }, HttpStatusCode.Created))["password_link"]!.AsObject().Text("url");
        secrets["a password link"] = HttpUtility.ParseQueryString(new Uri(link).Query)["code"]!;
        using (await anonymous.GetAsync(new Uri(link).PathAndQuery)) { }
        using (await anonymous.GetAsync($"choose-password?code={secrets["a password link"]}&code=twice")) { }

        secrets["a webhook's secret"] = (await day.Cloud.Post("/webhooks", new { name = "Hook", url = "https://example.org/hook", events = new[] { "incident.decided" } }, HttpStatusCode.Created)).Text("secret");
        var invitation = new Uri((await day.Pi.Post("/device/phones/invitation", null, HttpStatusCode.OK)).Text("url"));
        secrets["a phone's invitation"] = HttpUtility.ParseQueryString(invitation.Query)["code"]!;
        using (await day.PiHost.Anonymous.GetAsync(invitation.PathAndQuery[1..])) { }

        await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = 17 }, HttpStatusCode.Created);
        await day.SyncUntilSentAsync();

        foreach (var (host, log) in new[] { ("cloud", day.CloudHost.Output), ("Pi", day.PiHost.Output) })
        {
            Assert.Contains("dbug: Microsoft.AspNetCore", log, StringComparison.Ordinal);
            Assert.Equal([], secrets.Where(s => log.Contains(s.Value, StringComparison.Ordinal)).Select(s => $"{s.Key} stands in the log of the {host}: {log.Split('\n').First(l => l.Contains(s.Value, StringComparison.Ordinal))}"));
        }
    }

    /// <summary>All that the settings turn down, turned up.</summary>
    private static IEnumerable<string> Categories =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "src", "Host", "appsettings.json")))!["Logging"]!["LogLevel"]!.AsObject().Select(c => c.Key);

    private static async Task<JsonObject> SignInAsync(HttpClient anonymous)
    {
        using var answer = await anonymous.PostAsJsonAsync("api/v1/auth/login", new { email = RunningHost.AdminEmail, password = RunningHost.AdminPassword });
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
