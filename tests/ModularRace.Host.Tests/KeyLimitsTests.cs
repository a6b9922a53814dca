using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>A program that runs in a circle is stopped by its key; nobody else is.</summary>
public sealed class KeyLimitsTests(KeyLimitsTests.StrictCloud cloud) : IClassFixture<KeyLimitsTests.StrictCloud>
{
    private const int Burst = 5;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_when_to_come_again_and_others_go_on()
    {
        using var circling = await KeyAsync();
        using var other = await KeyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => circling.GetAsync("api/v1/competitions", Stop)));
        Assert.True(answers.Count(a => a.StatusCode == HttpStatusCode.OK) >= Burst);
        var refused = Assert.IsType<HttpResponseMessage>(answers.FirstOrDefault(a => a.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.Equal("too_many_requests", (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>(Stop))!["code"]);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));

        // Whatever it asks for, pages too; and nobody pays for it.
        Assert.Contains(await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await circling.GetAsync("competitions", Stop)).StatusCode)), s => s == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("api/v1/competitions", Stop)).StatusCode);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await cloud.Admin.GetAsync("api/v1/competitions", Stop)).StatusCode)), s => Assert.Equal(HttpStatusCode.OK, s));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await circling.GetAsync("api/v1/competitions", patience.Token)).StatusCode != HttpStatusCode.OK) await Task.Delay(100, patience.Token);
    }

    private async Task<HttpClient> KeyAsync()
    {
        using var made = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "Scoreboard", role = "viewer" }, Stop);
        return cloud.Client((string)(await made.Content.ReadFromJsonAsync<JsonObject>(Stop))!["key"]!);
    }

    public sealed class StrictCloud : RunningCloud
    {
        public StrictCloud()
        {
            Settings["KeyLimits__Burst"] = $"{Burst}";
            Settings["KeyLimits__PerSecond"] = "1";
        }
    }
}
