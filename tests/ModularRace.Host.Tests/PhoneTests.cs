using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Host.Tests;

/// <summary>A Pi with a door for phones, on ports of its own.</summary>
public sealed class PiWithPhones : RunningHost
{
    public PiWithPhones()
        : base("offline_device") => Port = OpenPhoneDoor("pi-start.local");

    public int Port { get; }

    /// <summary>What the Pi's own screen asks for.</summary>
    public async Task<JsonNode> InviteAsync()
    {
        using var answer = await Admin.PostAsync("api/v1/device/phones/invitation", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    public async Task<string> CodeAsync() => ((string)(await InviteAsync())["url"]!).Split("?code=")[1];
}

/// <summary>R15 and issue 5: a referee's own phone comes in by the code on the Pi's screen, by HTTPS, and by nothing else.</summary>
public sealed partial class PhoneTests(PiWithPhones pi) : IClassFixture<PiWithPhones>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_certificate_is_the_one_that_the_screen_shows_and_outlives_a_restart()
    {
        var invitation = await pi.InviteAsync();
        Assert.StartsWith($"https://pi-start.local:{pi.Port}/join?code=mrp_", (string)invitation["url"]!, StringComparison.Ordinal);
        using (var phone = new Phone(pi)) (await phone.GetAsync("/join")).Dispose();
        Assert.Equal((string)invitation["fingerprint"]!, Phone.Seen);
        Assert.Matches("^([0-9A-F]{2}:){31}[0-9A-F]{2}$", Phone.Seen);
        foreach (var picture in new[] { invitation["qr"]!, invitation["fingerprint_qr"]! })
        {
            Assert.InRange((int)picture["size"]!, 29, 93);
            Assert.Matches("^(M[0-9]+ [0-9]+h[0-9]+v1H[0-9]+z)+$", (string)picture["path"]!);
        }

        await pi.StopAsync();
        await pi.StartAsync();
        using (var phone = new Phone(pi)) (await phone.GetAsync("/join")).Dispose();
        Assert.Equal((string)invitation["fingerprint"]!, Phone.Seen);
    }

    [Theory]
    [InlineData("pi-start.local", "https://pi-start.local:8443/join?code=mrp_x")]
    [InlineData("192.168.1.7", "https://192.168.1.7:8443/join?code=mrp_x")]
    [InlineData("fd00::7", "https://[fd00::7]:8443/join?code=mrp_x")]
    public void A_link_leads_to_an_address_of_either_kind(string address, string link) =>
        Assert.Equal(link, Host.Features.Phones.InvitePhoneHandler.LinkTo(address, 8443, "mrp_x"));

    [Fact]
    public async Task A_phone_that_was_let_in_reports_by_its_persons_name_and_may_not_touch_the_Pi_itself()
    {
        var (race, location) = await RaceAsync();
        using var phone = new Phone(pi);
        using (var in1 = await phone.JoinAsync(await pi.CodeAsync(), "  Rita Ciresa "))
        {
            Assert.Equal(HttpStatusCode.Redirect, in1.StatusCode);
            Assert.Equal("/place", in1.Headers.Location!.OriginalString);
        }

        using (var place = await phone.GetAsync("/place")) Assert.Equal(HttpStatusCode.OK, place.StatusCode);
        await phone.TokenAsync("/place");
        using (var made = await phone.SendAsync(HttpMethod.Post, "/api/v1/incidents", new { race_uuid = race, race_location_uuid = location, bib_number = 7 }))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            var incident = (await made.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
            Assert.StartsWith("Rita Ciresa (referee, ", (string)incident["report"]!["reported_by"]!, StringComparison.Ordinal);
        }

        foreach (var path in new[] { "/api/v1/device", "/api/v1/device/queue" })
            using (var answer = await phone.GetAsync(path)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var (method, path) in new[]
                 {
                     ("POST", "/api/v1/device/pair"), ("POST", "/api/v1/device/download"), ("POST", "/api/v1/device/clear"), ("POST", "/api/v1/device/verify"), ("GET", "/api/v1/device/export"),
                     ("GET", "/api/v1/device/phones"), ("POST", "/api/v1/device/phones/invitation"), ("DELETE", $"/api/v1/device/phones/{race}"),
                     ("GET", "/pair"), ("GET", "/download"), ("GET", "/evening"), ("GET", "/phones"),
                 })
            using (var answer = await phone.SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null))
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path}: {(int)answer.StatusCode}");

        var line = Assert.Single((await pi.Admin.GetFromJsonAsync<JsonArray>("api/v1/device/phones", Ct))!, p => (string)p!["name"]! == "Rita Ciresa")!;
        foreach (var _ in new[] { 1, 2 })
            using (var removed = await pi.Admin.DeleteAsync($"api/v1/device/phones/{line["client_uuid"]}", Ct)) Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        using (var gone = await phone.GetAsync("/api/v1/device")) Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
        using (var gone = await phone.GetAsync("/report")) Assert.Equal("/join", gone.Headers.Location!.OriginalString);
        using (var unknown = await pi.Admin.DeleteAsync($"api/v1/device/phones/{race}", Ct)) Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_code_lets_one_phone_in_and_looking_at_it_uses_nothing_up()
    {
        var (old, code) = (await pi.CodeAsync(), await pi.CodeAsync());
        using var first = new Phone(pi);
        foreach (var _ in new[] { 1, 2 })
            using (var look = await first.GetAsync($"/join?code={code}")) Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        foreach (var name in new[] { "", " ", new string('n', 61), "a\u0001b" })
            using (var refused = await first.JoinAsync(code, name))
            {
                Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
                Assert.Contains("at most 60 letters", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            }

        using (var joined = await first.JoinAsync(code, "<b>Al</b>")) Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        using var second = new Phone(pi);
        foreach (var used in new[] { code, old, "mrp_" + new string('A', 43), new string('x', 5000), "", "' OR 1=1" })
        {
            using (var refused = await second.JoinAsync(used, "Bo")) Assert.Equal(HttpStatusCode.Gone, refused.StatusCode);
            using (var look = await second.GetAsync($"/join?code={Uri.EscapeDataString(used)}")) Assert.True(look.StatusCode is HttpStatusCode.Gone || used.Length == 0, $"{(int)look.StatusCode}");
        }

        using (var still = await second.GetAsync("/api/v1/device")) Assert.Equal(HttpStatusCode.Unauthorized, still.StatusCode);
    }

    [Fact]
    public async Task Who_comes_by_the_phones_door_is_nobody_though_it_be_from_this_machine()
    {
        using var phone = new Phone(pi);
        using (var page = await phone.GetAsync("/report")) Assert.Equal("/join", page.Headers.Location!.OriginalString);
        using (var page = await phone.GetAsync("/join"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.DoesNotContain("name=\"Name\"", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        using (var own = await pi.Anonymous.GetAsync("place", Ct)) Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task More_than_a_races_officials_are_not_let_in_and_the_code_stays_good()
    {
        await pi.Database.ExecuteAsync("INSERT INTO identity.phones (client_uuid, name, joined_at) SELECT gen_random_uuid(), 'Many', now() FROM generate_series(1, 20)");
        var code = await pi.CodeAsync();
        using var phone = new Phone(pi);
        using (var refused = await phone.JoinAsync(code, "Al")) Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await pi.Database.ExecuteAsync("UPDATE identity.phones SET removed_at = now() WHERE name = 'Many'");
        using (var joined = await phone.JoinAsync(code, "Al")) Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("https")]
    public async Task A_port_that_is_none_stops_the_start_with_one_line(string port)
    {
        await using var host = new RunningHost("offline_device");
        host.Settings["Phones__Port"] = port;
        Assert.Equal(1, await host.StartAndEndAsync());
        Assert.Contains($"ModularRace does not start: Phones__Port is a port, 1 to 65535: not '{port}'.", host.Output, StringComparison.Ordinal);
    }

    private async Task<(Guid Race, Guid Location)> RaceAsync()
    {
        async Task<Guid> MadeAsync(string path, object body)
        {
            using var answer = await pi.Admin.PostAsJsonAsync(path, body, Ct);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            Assert.True(answer.IsSuccessStatusCode, text);
            return Guid.Parse((string)JsonNode.Parse(text)!["client_uuid"]!);
        }

        var competition = await MadeAsync("api/v1/competitions", new { name = "Val Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" });
        var race = await MadeAsync($"api/v1/competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" });
        return (race, await MadeAsync($"api/v1/races/{race}/locations", new { name = "Start" }));
    }

    /// <summary>A phone's browser: it keeps cookies, follows nothing by itself, and takes the certificate that it is shown.</summary>
    private sealed partial class Phone : IDisposable
    {
        private readonly HttpClient client;
        private string? token;

#pragma warning disable MA0039 // What a person does who compares the fingerprint: it is looked at in the first test.
        public Phone(PiWithPhones pi) => client = new HttpClient(new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                Seen = BitConverter.ToString(certificate!.GetCertHash(HashAlgorithmName.SHA256)).Replace('-', ':');
                return true;
            },
        })
        { BaseAddress = new Uri($"https://127.0.0.1:{pi.Port}") };
#pragma warning restore MA0039

        /// <summary>SHA-256 of the certificate that was shown last.</summary>
        public static string Seen { get; private set; } = "";

        public Task<HttpResponseMessage> GetAsync(string path) => client.GetAsync(path, Ct);

        public async Task TokenAsync(string path)
        {
            using var page = await GetAsync(path);
            token = CsrfMeta().Match(await page.Content.ReadAsStringAsync(Ct)).Groups["token"].Value;
        }

        public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null) request.Content = JsonContent.Create(body);
            if (token is not null) request.Headers.Add("X-CSRF-TOKEN", token);
            return await client.SendAsync(request, Ct);
        }

        public async Task<HttpResponseMessage> JoinAsync(string code, string name)
        {
            using var page = await GetAsync($"/join?code={Uri.EscapeDataString(code.Length < 1000 ? code : code[..1000])}");
            var form = CsrfField().Match(await page.Content.ReadAsStringAsync(Ct)).Groups["token"].Value;
            // A form that somebody else wrote has no token of ours, and one of ours is only shown to who holds a code.
            if (form.Length == 0)
            {
                using var open = await GetAsync("/sign-in");
                form = CsrfField().Match(await open.Content.ReadAsStringAsync(Ct)).Groups["token"].Value;
            }

            return await client.PostAsync("/join", new FormUrlEncodedContent([new("Code", code), new("Name", name), new("__RequestVerificationToken", form)]), Ct);
        }

        public void Dispose() => client.Dispose();

        [GeneratedRegex("name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex CsrfMeta();

        [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex CsrfField();
    }
}
