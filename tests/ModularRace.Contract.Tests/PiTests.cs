using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>"Pi only".</summary>
public sealed class PiTests(Season season)
{
    private const string DeviceFields =
        "device_uuid name paired server_url online syncing competition ready_for_offline pending synced conflicts failed clips_pending last_sync_at last_error disk_free_bytes clock_offset_ms "
        + "clock_uncertainty_ms clock_source";

    [Fact]
    public async Task A_pi_pairs_downloads_reports_and_syncs()
    {
        using var alone = await season.AlonePairingAsync();
        var (course, other) = (await season.CourseAsync(), await season.CourseAsync());
        await season.Admin.Good("POST", $"/races/{course.Race}/start-list", Season.Csv("bib,first_name,last_name,nation,gender\n1,Jürg,Łoś,SUI,M\n"));
        var pi = season.Pi;
        var before = await pi.Good("GET", "/device");
        before.Has(DeviceFields);
        Assert.False((bool)before["paired"]!);

        var code = (await season.Admin.Good("POST", "/devices/pairing-codes", new { name = "Pi Start", competition_uuids = new[] { course.Competition } }, 201)).Of("pairing_code");
        Assert.Contains((await pi.Call("POST", "/device/pair", new { server_url = season.CloudUrl, pairing_code = "ZZZZZZZZ" })).Code, new[] { "pairing_code_invalid", "too_many_attempts" });
        var paired = await pi.Good("POST", "/device/pair", new { server_url = season.CloudUrl + "/", pairing_code = code.ToLowerInvariant() });
        paired.Has(DeviceFields);
        Assert.Equal((true, "Pi Start"), ((bool)paired["paired"]!, paired.Of("name")));
        Assert.DoesNotContain("token", paired.ToJsonString(), StringComparison.Ordinal);

        Assert.Contains(course.Competition, (await pi.Good("GET", "/device/competitions")).ToJsonString(), StringComparison.Ordinal);
        await pi.RefusesEach("POST", "/device/download?wait=true", new JsonObject { ["competition_uuid"] = course.Competition }, ("competition_uuid", [null, "x", 5]), ("date", ["x", 5]));
        await pi.Refused("POST", "/device/download?wait=true", new { competition_uuid = other.Competition }, 403, "competition_not_granted");
        await pi.Good("POST", "/device/download", new { competition_uuid = course.Competition }, 202);
        var ready = await pi.Good("POST", "/device/download?wait=true", new { competition_uuid = course.Competition });
        Assert.True((bool)ready["ready_for_offline"]!);
        Assert.Single(await pi.All($"/races/{course.Race}/start-list"));
        Assert.Equal(course.Locations, (await pi.All($"/races/{course.Race}/locations")).Select(l => l.Of("client_uuid")));

        var made = await pi.Good("POST", "/incidents", new { race_uuid = course.Race, race_location_uuid = course.Locations[0], bib_number = 1, description = "perché 🎿" }, 201);
        var incident = made["incident"]!.Of("client_uuid");
        Assert.Equal(before.Of("device_uuid"), made["incident"]!.Of("origin"));
        var queued = Assert.Single(await pi.All("/device/queue"), q => q.Of("client_uuid") == incident);
        queued.Has("record_type client_uuid status retry_count next_attempt_at error_message created_at");
        foreach (var status in new[] { "pending", "synced", "conflict", "failed" }) await pi.Good("GET", $"/device/queue?status={status}");
        await pi.Refused("GET", "/device/queue?status=x", null, 400, "validation_failed", "status");
        await pi.Refused("POST", $"/device/queue/{Calls.Uuid()}/retry", null, 404, "not_found");

        var figures = await pi.Good("POST", "/device/sync?wait=true");
        figures.Has("uploaded merged conflicts failed downloaded clips_uploaded bytes_sent bytes_received requests duration_ms");
        Assert.Equal("perché 🎿", (await season.Admin.Good("GET", $"/incidents/{incident}")).Of("description"));
        Assert.Equal(0, (int)(await pi.Good("GET", "/device"))["pending"]!);
        await pi.Good("POST", "/device/sync", status: 202);

        await pi.Refused("POST", $"/incidents/{incident}/officialize", null, 403, "decision_not_granted");
        await pi.Refused("POST", $"/incidents/{incident}/decision", new { decision = "rejected" }, 403, "decision_not_granted");
        await season.Admin.Good("POST", $"/incidents/{incident}/officialize");
        await pi.Good("POST", "/device/sync?wait=true");
        Assert.Equal("official", (await pi.Good("GET", $"/incidents/{incident}")).Of("status"));

        var own = await pi.Good("POST", "/competitions", Season.CompetitionBody("Emergency"), 201);
        await pi.Good("POST", "/device/sync?wait=true");
        Assert.Equal(before.Of("device_uuid"), (await season.Admin.Good("GET", $"/competitions/{own.Of("client_uuid")}")).Of("origin"));
    }

    [Fact]
    public async Task A_pi_pairs_over_https_or_loopback_and_with_a_cloud_of_its_kind_only()
    {
        foreach (var body in (string[])
        [
            "{}", "{\"pairing_code\":\"ABCDEFGH\"}", "{\"server_url\":null,\"pairing_code\":null}", "{\"server_url\":5,\"pairing_code\":\"ABCDEFGH\"}",
            .. new[] { "http://example.org", "ftp://127.0.0.1", "x", "", "http://10.0.0.1", "http://user:pw@127.0.0.1:80", "http://127.0.0.1.example.org", "https://example.org/?x=1" }
                .Select(url => $"{{\"server_url\":\"{url}\",\"pairing_code\":\"ABCDEFGH\"}}"),
        ])
            await season.Pi.Refused("POST", "/device/pair", body, 400, "validation_failed");
        await season.Pi.Refused("POST", "/device/pair", new { server_url = "http://127.0.0.1:1", pairing_code = "ABCDEFGH" }, 502, "server_unreachable");
        await season.Pi.Refused("POST", "/device/pair", new { server_url = season.PiUrl, pairing_code = "ABCDEFGH" }, 502, "server_incompatible");
        using var hotel = new HotelSignIn();
        await season.Pi.Refused("POST", "/device/pair", new { server_url = hotel.Url, pairing_code = "ABCDEFGH" }, 502, "server_incompatible");
    }

    [Fact]
    public async Task Each_mode_has_its_own_calls_and_not_the_others()
    {
        foreach (var path in new[] { "/devices", "/sync/competitions", "/conflicts", "/sync/quarantine" }) await season.Pi.Refused("GET", path, null, 404, "not_found", headers: ("X-Protocol-Version", "1"));
        foreach (var path in new[] { "/devices/pair", "/devices/pairing-codes", "/sync/upload" }) await season.Pi.Refused("POST", path, new { }, 404, "not_found", headers: ("X-Protocol-Version", "1"));
        foreach (var path in new[] { "/device", "/device/queue", "/device/competitions" }) await season.Admin.Refused("GET", path, null, 404, "not_found");
        await season.Admin.Refused("POST", "/device/sync", null, 404, "not_found");
    }

    [Fact]
    public async Task The_calls_of_a_pi_are_for_its_referee_and_its_admin()
    {
        foreach (var role in new[] { "jury_president", "var_operator", "viewer", "referee" })
        {
            using var key = season.OnPiWithToken((await season.Pi.Good("POST", "/api-keys", new { name = role, role }, 201)).Of("key"));
            Assert.Equal(role == "referee" ? 200 : 403, (await key.Call("GET", "/device")).Status);
            Assert.Equal(role == "referee" ? 400 : 403, (await key.Call("POST", "/competitions", new { })).Status);
        }
    }

    /// <summary>A network that answers everything with its own page, and 200.</summary>
    private sealed class HotelSignIn : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public HotelSignIn()
        {
            listener.Start();
            _ = ServeAsync();
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

        public void Dispose() => listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var guest = await listener.AcceptTcpClientAsync();
                    await using var stream = guest.GetStream();
                    var buffer = new byte[8192];
                    _ = await stream.ReadAsync(buffer);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\nConnection: close\r\n\r\n<html>Hotel</html>"));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // Closed: the test is over.
            }
        }
    }
}
