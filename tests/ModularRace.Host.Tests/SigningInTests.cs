using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModularRace.Host.Tests;

public sealed class SigningInTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_opens_the_api_until_its_session_ends()
    {
        var tokens = await LogInAsync();
        using var client = cloud.Client(tokens.Access);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("api/v1/api-keys", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("api/v1/auth/logout", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("api/v1/api-keys", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(tokens.Refresh)).StatusCode);
    }

    [Fact]
    public async Task A_refresh_token_used_twice_ends_the_whole_family()
    {
        var first = await LogInAsync();
        using var answer = await RefreshAsync(first.Refresh);
        var second = await TokensAsync(answer);
        using var client = cloud.Client(second.Access);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("api/v1/api-keys", Stop)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(first.Refresh)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("api/v1/api-keys", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(second.Refresh)).StatusCode);
    }

    [Fact]
    public async Task Wrong_passwords_slow_down_where_they_come_from_and_lock_nobody_out()
    {
        HttpResponseMessage? answer = null;
        for (var i = 0; i < 40 && answer?.StatusCode != HttpStatusCode.TooManyRequests; i++)
            answer = await LogInAsync("wrong wrong wrong", from: "203.0.113.7");
        Assert.Equal(HttpStatusCode.TooManyRequests, answer!.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("too_many_attempts", (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString());

        // From elsewhere the same person comes in.
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(RunningHost.AdminPassword, from: "198.51.100.4")).StatusCode);
    }

    [Fact]
    public async Task What_is_refused_unlooked_at_is_in_the_audit_trail_once_for_each_wait()
    {
        const string from = "203.0.113.8";
        var statuses = new List<HttpStatusCode>();
        while (statuses.Count(s => s == HttpStatusCode.TooManyRequests) < 3 && statuses.Count < 40)
        {
            using var answer = await LogInAsync("wrong wrong wrong", from);
            statuses.Add(answer.StatusCode);
        }

        // A wait that runs out between two of these tries is told anew, as the wait after the next failure.
        var waits = statuses.Zip(statuses.Skip(1)).Count(s => s is (HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests));
        var told = await cloud.Database.QueryAsync<string>($"SELECT subject_kind || ' ' || subject FROM identity.audit_entries WHERE action = 'sign_in_failed' AND address = '{from}' AND detail LIKE 'too many attempts%'");
        Assert.Equal(Enumerable.Repeat("person Administrator", waits), told);
        Assert.InRange(waits, 1, 3);

        // Of an account that nobody has, nothing is kept of what was typed.
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/auth/login") { Content = JsonContent.Create(new { email = "my-other-password", password = "wrong wrong" }) };
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            using var answer = await cloud.Anonymous.SendAsync(request, Stop);
        }

        var unknown = await cloud.Database.QueryAsync<string>("SELECT e::text FROM identity.audit_entries e WHERE address = '203.0.113.9' AND detail LIKE 'too many attempts%'");
        Assert.NotEmpty(unknown);
        Assert.DoesNotContain(unknown, e => e.Contains("my-other-password", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Secrets_are_stored_as_digests_only()
    {
        var tokens = await LogInAsync();
        var rows = await cloud.Database.QueryAsync<string>("SELECT t::text FROM identity.session_tokens t UNION ALL SELECT s::text FROM identity.sessions s UNION ALL SELECT p::text FROM identity.people p");
        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, r => r.Contains(tokens.Access, StringComparison.Ordinal) || r.Contains(tokens.Refresh, StringComparison.Ordinal) || r.Contains(RunningHost.AdminPassword, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_is_no_admin_and_ends_at_once()
    {
        using var refused = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "Timing", role = "admin" }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        using var made = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "Timing", role = "jury_president" }, Stop);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var key = await made.Content.ReadFromJsonAsync<JsonElement>(Stop);
        using var client = cloud.Client(key.GetProperty("key").GetString()!);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("api/v1/api-keys", new { name = "Child", role = "viewer" }, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("openapi/v1.json", Stop)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await cloud.Admin.DeleteAsync($"api/v1/api-keys/{key.GetProperty("client_uuid").GetString()}", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("openapi/v1.json", Stop)).StatusCode);
    }

    private async Task<(string Access, string Refresh)> LogInAsync()
    {
        using var answer = await LogInAsync(RunningHost.AdminPassword, from: null);
        return await TokensAsync(answer);
    }

    private async Task<HttpResponseMessage> LogInAsync(string password, string? from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/auth/login") { Content = JsonContent.Create(new { email = RunningHost.AdminEmail, password }) };
        if (from is not null) request.Headers.Add("X-Forwarded-For", from);
        return await cloud.Anonymous.SendAsync(request, Stop);
    }

    private Task<HttpResponseMessage> RefreshAsync(string token) => cloud.Anonymous.PostAsJsonAsync("api/v1/auth/refresh", new { refresh_token = token }, Stop);

    private static async Task<(string Access, string Refresh)> TokensAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.True(json.GetProperty("expires_in").GetInt32() >= 3600);
        return (json.GetProperty("access_token").GetString()!, json.GetProperty("refresh_token").GetString()!);
    }
}
