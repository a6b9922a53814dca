using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModularRace.Host.Features.Wifi;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Tests;

/// <summary>What nmcli writes, and what is made of it, by the real process on a command that plays it.</summary>
public sealed class WifiNetworksTests : IDisposable
{
    private readonly FakeNmcli nmcli = new();
    private readonly WifiNetworks wifi;

    public WifiNetworksTests() => wifi = new WifiNetworks(new Nmcli(nmcli.ProgramPath));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => nmcli.Dispose();

    [Theory]
    [InlineData("wlan0:wifi:connected", "wlan0", "wifi", "connected")]
    [InlineData("*:34\\:2C\\:C4\\:00\\:11\\:22:Race\\: Office:71", "*", "34:2C:C4:00:11:22", "Race: Office", "71")]
    [InlineData(" :uni\\\\mobil:", " ", "uni\\mobil", "")]
    [InlineData("", "")]
    [InlineData("Café 雪:\\", "Café 雪", "\\")]
    public void Fields_stand_between_colons_that_have_no_backslash(string line, params string[] fields) => Assert.Equal(fields, NmcliOutput.Fields(line));

    [Fact]
    public void Names_are_taken_from_their_bytes_and_what_is_no_text_or_hidden_has_none()
    {
        var points = NmcliOutput.AccessPoints("*:436166C3A920E99BAA:88:WPA2:Infra\n :::WPA2:Infra\n :FFFE41:50::Infra\n :41:7:WPA1 WPA2:Ad-Hoc\n :0A41:9::Infra\nError\n");
        Assert.Equal([("Café 雪", 88, true), (null, 0, false), (null, 50, false), (null, 9, false)], points.Select(p => (p.Ssid, p.Strength, p.InUse)));
        Assert.Equal([("u1", "a:b\\c"), ("u2", " x ")], NmcliOutput.Profiles("connection.uuid:u1\n802-11-wireless.ssid:a:b\\c\n\nconnection.uuid:u2\n802-11-wireless.ssid: x \n"));
    }

    [Fact]
    public async Task Each_network_is_told_once_with_what_it_needs()
    {
        var view = await wifi.ReadAsync(rescan: true, Ct);
        Assert.Equal(("ready", "Race: Office", "full"), (view.State, view.InUse, view.Connectivity));
        Assert.Equal(
            [
                new WifiNetwork("Race: Office", 71, "password", true, true), new WifiNetwork("Café Köln 雪", 88, "password", false, false), new WifiNetwork("iPhone of Rita", 64, "password", false, false),
                new WifiNetwork("Hotel Alpenblick", 55, "open", false, false), new WifiNetwork("uni\\mobil", 30, "enterprise", false, false), new WifiNetwork("Old", 20, "unsupported", false, false),
            ],
            view.Networks);
        Assert.Contains(nmcli.Calls, c => c.EndsWith("device wifi list --rescan yes", StringComparison.Ordinal));
        Assert.Equal("C.UTF-8", nmcli.Read("language"));
    }

    [Theory]
    [InlineData("general", "disconnected:none:enabled:disabled", "switched_off")]
    [InlineData("general", "disconnected:none:disabled:enabled", "blocked")]
    [InlineData("devices", "eth0:ethernet:connected", "no_adapter")]
    [InlineData("devices", "wlan0:wifi:unmanaged", "no_adapter")]
    public async Task A_machine_without_Wi_Fi_says_why(string file, string text, string state)
    {
        nmcli.Write(file, text + "\n");
        Assert.Equal(state, (await wifi.ReadAsync(rescan: false, Ct)).State);
    }

    [Fact]
    public async Task A_machine_without_NetworkManager_says_so()
    {
        Assert.Equal("no_program", (await new WifiNetworks(new Nmcli(nmcli.ProgramPath + "-not-there")).ReadAsync(rescan: false, Ct)).State);
        nmcli.Write("nmcli", "#!/bin/bash\necho 'Error: NetworkManager is not running.' >&2\nexit 8\n");
        Assert.Equal("not_running", (await wifi.ReadAsync(rescan: false, Ct)).State);
        Assert.Equal("wifi_unavailable", await RefusedAsync("Hotel Alpenblick", null));
    }

    [Fact]
    public async Task A_password_goes_by_the_commands_input_and_stands_in_no_argument()
    {
        await wifi.ConnectAsync("Café Köln 雪", FakeNmcli.RightPassword, hidden: false, Ct);
        Assert.Equal($"802-11-wireless-security.psk:{FakeNmcli.RightPassword}", nmcli.Given);
        Assert.DoesNotContain(nmcli.Calls, c => c.Contains("piste", StringComparison.Ordinal));
        Assert.Contains(nmcli.Calls, c => c.Contains("connection add type wifi", StringComparison.Ordinal) && c.Contains("wifi-sec.key-mgmt wpa-psk", StringComparison.Ordinal) && c.Contains("ifname wlan0", StringComparison.Ordinal));
        Assert.EndsWith($"connection up uuid {FakeNmcli.MadeUuid} passwd-file /dev/stdin", nmcli.Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_nothing_new_is_kept()
    {
        Assert.Equal("wifi_password", await RefusedAsync("Race: Office", "not the password"));
        Assert.EndsWith($"connection delete uuid {FakeNmcli.MadeUuid}", nmcli.Calls[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(nmcli.Calls, c => c.Contains($"delete uuid {FakeNmcli.KnownUuid}", StringComparison.Ordinal));
        // The right one takes the place of the one that was kept.
        await wifi.ConnectAsync("Race: Office", FakeNmcli.RightPassword, hidden: false, Ct);
        Assert.EndsWith($"connection delete uuid {FakeNmcli.KnownUuid}", nmcli.Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_or_an_open_network_needs_no_password_and_others_do()
    {
        await wifi.ConnectAsync("Race: Office", null, hidden: false, Ct);
        Assert.EndsWith($"connection up uuid {FakeNmcli.KnownUuid}", nmcli.Calls[^1], StringComparison.Ordinal);
        await wifi.ConnectAsync("Hotel Alpenblick", null, hidden: false, Ct);
        Assert.DoesNotContain("passwd-file", nmcli.Calls[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("key-mgmt", nmcli.Calls[^2], StringComparison.Ordinal);
        Assert.Equal("", nmcli.Given);
        Assert.Equal("wifi_password", await RefusedAsync("Café Köln 雪", null));
        Assert.Equal("wifi_enterprise", await RefusedAsync("uni\\mobil", "some password"));
        Assert.Equal("wifi_gone", await RefusedAsync("Not here", "some password"));
        nmcli.Remove("given");
        await wifi.ConnectAsync("iPhone of Rita", FakeNmcli.RightPassword, hidden: false, Ct);
        Assert.Contains("wifi-sec.key-mgmt sae", nmcli.Calls[^2], StringComparison.Ordinal);
        await wifi.ConnectAsync("Not told; rm -rf $HOME", FakeNmcli.RightPassword, hidden: true, Ct);
        Assert.Contains("wifi.hidden yes", nmcli.Calls[^2], StringComparison.Ordinal);
        Assert.Contains("Not\\ told\\;\\ rm\\ -rf\\ \\$HOME", nmcli.Calls[^2], StringComparison.Ordinal); // one argument, and no shell between
    }

    [Theory]
    [InlineData("Error: Connection activation failed: (5) IP configuration could not be reserved (no available address, timeout, etc.).", "wifi_no_address")]
    [InlineData("Error: Connection activation failed: (53) The Wi-Fi network could not be found.", "wifi_gone")]
    [InlineData("Error: Connection activation failed: Not authorized to control networking.", "wifi_not_allowed")]
    [InlineData("Error: Connection activation failed: (1) Unknown error.", "wifi_failed")]
    public async Task What_went_wrong_is_told_apart(string said, string code)
    {
        nmcli.Write("refuses", said);
        Assert.Equal(code, await RefusedAsync("Hotel Alpenblick", null));
    }

    [Fact]
    public async Task A_network_is_forgotten_and_again_changes_nothing()
    {
        await wifi.ForgetAsync("Race: Office", Ct);
        Assert.EndsWith($"connection delete uuid {FakeNmcli.KnownUuid}", nmcli.Calls[^1], StringComparison.Ordinal);
        nmcli.Write("types", "");
        var calls = nmcli.Calls.Count;
        await wifi.ForgetAsync("Race: Office", Ct);
        Assert.DoesNotContain(nmcli.Calls.Skip(calls), c => c.Contains("delete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended()
    {
        nmcli.Write("nmcli", "#!/bin/bash\nexec sleep 600\n");
        var answer = await new Nmcli(nmcli.ProgramPath).RunAsync(["x"], null, TimeSpan.FromMilliseconds(200), Ct);
        Assert.Equal(NmcliAnswer.TookTooLong, answer!.Code);
    }

    private async Task<string> RefusedAsync(string ssid, string? password) => (await Assert.ThrowsAsync<Problem>(() => wifi.ConnectAsync(ssid, password, hidden: false, Ct))).Code;
}

/// <summary>A Pi whose Wi-Fi is played.</summary>
public sealed class PiWithWifi : RunningHost
{
    public PiWithWifi()
        : base("offline_device")
    {
        Settings["PATH"] = Nmcli.SearchPath;
        PhonePort = OpenPhoneDoor();
    }

    public FakeNmcli Nmcli { get; } = new();

    public int PhonePort { get; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Nmcli.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>R15: the Wi-Fi is chosen at the Pi itself, and a password is nowhere to be read.</summary>
public sealed class WifiCallsTests(PiWithWifi pi) : IClassFixture<PiWithWifi>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_networks_are_told_and_a_password_is_in_no_log()
    {
        using var listed = await pi.Admin.GetAsync("api/v1/device/wifi", Ct);
        Assert.Equal(6, (await ReadAsync(listed))["networks"]!.AsArray().Count);
        using var connected = await pi.Admin.PostAsJsonAsync("api/v1/device/wifi/connect", new { ssid = "Café Köln 雪", password = FakeNmcli.RightPassword }, Ct);
        Assert.True(connected.IsSuccessStatusCode, await connected.Content.ReadAsStringAsync(Ct));
        using var wrong = await pi.Admin.PostAsJsonAsync("api/v1/device/wifi/connect", new { ssid = "Café Köln 雪", password = "wrong password" }, Ct);
        Assert.Equal((HttpStatusCode.Conflict, "wifi_password"), (wrong.StatusCode, (string?)(await ReadAsync(wrong))["code"]));
        foreach (var password in new[] { "piste:nera", "wrong password" }) Assert.DoesNotContain(password, pi.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("piste", new ConnectWifi("x", "piste").ToString(), StringComparison.Ordinal);
        foreach (var bad in new object[] { new { ssid = "x", password = "1234567" }, new { ssid = "x", password = new string('é', 10) }, new { ssid = "x", password = "two\nlines of it" }, new { ssid = new string('雪', 11) }, new { ssid = "" } })
        {
            using var refused = await pi.Admin.PostAsJsonAsync("api/v1/device/wifi/connect", bad, Ct);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Nobody_in_the_venues_network_leads_the_Pi_into_another()
    {
        var token = pi.Admin.DefaultRequestHeaders.Authorization;
        foreach (var (method, path) in new[] { ("GET", ""), ("POST", "/connect"), ("POST", "/forget"), ("POST", "/on") })
        {
            // With an admin's password, by the door for phones, and by another name for this machine.
#pragma warning disable MA0039 // What a person does who compares the fingerprint: PhoneTests look at it.
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
#pragma warning restore MA0039
            using var outside = new HttpClient(handler);
            foreach (var address in new[] { $"https://127.0.0.1:{pi.PhonePort}/", pi.Address.ToString() })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), $"{address}api/v1/device/wifi{path}") { Content = method == "POST" ? JsonContent.Create(new { ssid = "Hotel Alpenblick" }) : null };
                request.Headers.Authorization = token;
                if (address == pi.Address.ToString()) request.Headers.Host = "pi.example.org";
                using var answer = await outside.SendAsync(request, Ct);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {address}{path}: {(int)answer.StatusCode}");
            }
        }

        Assert.DoesNotContain(pi.Nmcli.Calls, c => c.Contains("Alpenblick", StringComparison.Ordinal));
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
}
