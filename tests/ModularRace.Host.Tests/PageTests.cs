using System.Net;
using System.Text.RegularExpressions;

namespace ModularRace.Host.Tests;

public sealed class PiPageTests(RunningPi pi) : IClassFixture<RunningPi>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_person_at_the_screen_is_signed_in_and_the_page_may_call_the_api()
    {
        var browser = new Browser(pi.Anonymous);
        var page = await browser.GetAsync("send");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        // Signed in (not 401), as a referee (so 403).
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("api/v1/api-keys")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("api/v1/auth/logout", token: null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("api/v1/auth/logout", browser.Token(await page.Content.ReadAsStringAsync(Stop)))).StatusCode);
    }

    [Theory]
    [InlineData("Host", "pi.example.org")]
    [InlineData("X-Forwarded-Host", "pi.example.org")]
    public async Task From_the_network_nobody_is_signed_in_and_forwarded_headers_count_for_nothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "send");
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await pi.Anonymous.SendAsync(request, Stop);
        Assert.Equal(header == "Host" ? HttpStatusCode.Redirect : HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_screens_cookie_opens_nothing_from_the_network()
    {
        var browser = new Browser(pi.Anonymous);
        await browser.GetAsync("send");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("api/v1/api-keys", host: "pi.example.org")).StatusCode);
    }

    [Fact]
    public async Task The_api_is_not_opened_by_sitting_at_the_machine() =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await pi.Anonymous.GetAsync("api/v1/api-keys", Stop)).StatusCode);

    [Fact]
    public async Task The_desk_is_not_on_a_Pi() => Assert.Equal(HttpStatusCode.NotFound, (await pi.Anonymous.GetAsync("devices", Stop)).StatusCode);
}

public sealed class CloudPageTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_leads_to_sign_in_and_back()
    {
        var browser = new Browser(cloud.Anonymous);
        var away = await browser.GetAsync("competitions");
        Assert.Equal("/sign-in?ReturnUrl=%2Fcompetitions", away.Headers.Location!.OriginalString);
        var signIn = await browser.GetAsync("sign-in?ReturnUrl=%2Fcompetitions");
        var token = Browser.FormToken(await signIn.Content.ReadAsStringAsync(Stop));

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostFormAsync("sign-in", new() { ["Email"] = RunningHost.AdminEmail, ["Password"] = "wrong wrong", ["__RequestVerificationToken"] = token })).StatusCode);
        var form = new Dictionary<string, string> { ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword, ["ReturnUrl"] = "/competitions", ["__RequestVerificationToken"] = token };
        var entered = await browser.PostFormAsync("sign-in", form);
        Assert.Equal("/competitions", entered.Headers.Location!.OriginalString);
        Assert.Contains("httponly", string.Join(' ', entered.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("competitions")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("api/v1/api-keys")).StatusCode);
    }

    [Fact]
    public async Task Sign_in_leads_to_no_other_site()
    {
        var browser = new Browser(cloud.Anonymous);
        var token = Browser.FormToken(await (await browser.GetAsync("sign-in")).Content.ReadAsStringAsync(Stop));
        var entered = await browser.PostFormAsync("sign-in", new()
        {
            ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword, ["ReturnUrl"] = "//example.org/", ["__RequestVerificationToken"] = token,
        });
        Assert.Equal("/", entered.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(cloud.Anonymous).PostFormAsync("sign-in", new() { ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword })).StatusCode);

    [Fact]
    public async Task Over_https_the_cookie_is_bound_to_the_host()
    {
        var browser = new Browser(cloud.Anonymous) { Https = true };
        var token = Browser.FormToken(await (await browser.GetAsync("sign-in")).Content.ReadAsStringAsync(Stop));
        var entered = await browser.PostFormAsync("sign-in", new() { ["Email"] = RunningHost.AdminEmail, ["Password"] = RunningHost.AdminPassword, ["__RequestVerificationToken"] = token });
        Assert.Contains(entered.Headers.GetValues("Set-Cookie"), c => c.StartsWith("__Host-ModularRace=", StringComparison.Ordinal) && c.Contains("secure", StringComparison.OrdinalIgnoreCase) && c.Contains("path=/", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Asked_by_https_it_says_to_be_asked_by_nothing_else()
    {
        using var answer = await new Browser(cloud.Anonymous) { Https = true }.GetAsync("sign-in", "desk.example.org");
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        using var plain = await new Browser(cloud.Anonymous).GetAsync("sign-in", "desk.example.org");
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_touchscreen_is_not_on_the_cloud() => Assert.Equal(HttpStatusCode.NotFound, (await cloud.Anonymous.GetAsync("send", Stop)).StatusCode);

    [Fact]
    public async Task Every_answer_has_the_security_headers_and_no_page_inline_script()
    {
        foreach (var path in new[] { "sign-in", "api/v1/nothing", "health/live" })
        {
            using var answer = await cloud.Anonymous.GetAsync(path, Stop);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.False(answer.Headers.Contains("Server"));
        }
    }
}

/// <summary>As much of a browser as these tests need: it keeps cookies.</summary>
internal sealed partial class Browser(HttpClient client)
{
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>As behind a proxy that ends TLS.</summary>
    public bool Https { get; init; }

    public Task<HttpResponseMessage> GetAsync(string path, string? host = null) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), host);

    public Task<HttpResponseMessage> PostAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (token is not null) request.Headers.Add("X-CSRF-TOKEN", token);
        return SendAsync(request);
    }

    public Task<HttpResponseMessage> PostFormAsync(string path, Dictionary<string, string> form) => SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) });

    public string Token(string html) => MetaTokenOf(html);

    public static string MetaTokenOf(string html) => WebUtility.HtmlDecode(MetaToken().Match(html).Groups["token"].Value);

    public static string FormToken(string html) => WebUtility.HtmlDecode(FieldToken().Match(html).Groups["token"].Value);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? host = null)
    {
        if (host is not null) request.Headers.Host = host;
        if (Https) request.Headers.Add("X-Forwarded-Proto", "https");
        if (cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var pair = cookie.Split(';')[0].Split('=', 2);
            cookies[pair[0]] = pair[1];
        }

        return answer;
    }

    [GeneratedRegex("name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetaToken();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FieldToken();
}
