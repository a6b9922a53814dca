using System.Net;
using System.Net.Sockets;
using System.Text;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>What answers in the cloud's place, each as bytes on a real socket.</summary>
public sealed class LinkTests
{
    internal const string Health =
        """{"service":"modularrace","status":"ok","system_mode":"cloud","server_time":"2026-02-08T12:00:00.000Z","version":"1","protocol":{"min":1,"max":1},"later":true}""";

    [Fact]
    public async Task ModularRace_answers_and_the_clock_is_known()
    {
        await using var server = new SmallServer(_ => Json(Health));
        using var pi = new LinkedPi();
        await pi.Link.ProbeAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.True(pi.State.Online);
        Assert.Null(pi.State.LastError);
        Assert.Equal("monotonic", pi.Clock.Read().Source);
        Assert.True(pi.Meter.Sent > 50 && pi.Meter.Received > Health.Length);
    }

    [Fact]
    public Task A_sign_in_page_that_answers_200_is_offline() => Fails(_ => Answer("200 OK", "text/html", "<html>Welcome to Hotel Alpina</html>"), LinkFault.SignInPage);

    [Fact]
    public Task A_redirect_to_a_sign_in_page_is_offline() => Fails(_ => "HTTP/1.1 302 Found\r\nLocation: http://hotel.example/\r\nContent-Length: 0\r\n\r\n", LinkFault.SignInPage);

    [Fact]
    public Task Another_service_that_speaks_JSON_is_offline() => Fails(_ => Json("""{"status":"ok"}"""), LinkFault.WrongServer);

    [Fact]
    public Task JSON_that_is_none_is_offline() => Fails(_ => Json("not json"), LinkFault.WrongServer);

    [Fact]
    public Task A_Pi_in_the_place_of_the_cloud_is_the_wrong_server() => Fails(_ => Json(Health.Replace("cloud", "offline_device")), LinkFault.WrongServer);

    [Fact]
    public Task A_cloud_that_speaks_only_a_later_version_is_incompatible() => Fails(_ => Json(Health.Replace("\"min\":1,\"max\":1", "\"min\":3,\"max\":4")), LinkFault.Incompatible);

    [Fact]
    public Task A_proxy_without_its_server_is_trouble_there() => Fails(_ => Answer("502 Bad Gateway", "text/html", "<html>"), LinkFault.ServerTrouble);

    [Fact]
    public Task A_server_that_takes_the_call_and_says_nothing_hangs() => Fails(_ => null, LinkFault.Hung);

    [Fact]
    public Task A_body_that_never_ends_hangs() => Fails(_ => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{", LinkFault.Hung);

    [Fact]
    public async Task Nobody_at_the_address_is_refused()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await Fails(new Uri($"http://127.0.0.1:{port}"), LinkFault.Refused);
    }

    [Fact]
    public Task A_name_that_nobody_knows_is_no_network() => Fails(new Uri("https://cloud.invalid"), LinkFault.NoNetwork);

    [Fact]
    public async Task Https_to_a_server_without_it_is_no_secure_connection()
    {
        await using var server = new SmallServer(_ => Json(Health));
        await Fails(new Uri($"https://127.0.0.1:{server.Address.Port}"), LinkFault.Tls);
    }

    [Fact]
    public async Task What_the_cloud_refuses_with_a_code_is_told_as_it_is_and_is_online()
    {
        await using var server = new SmallServer(_ => Answer("404 Not Found", "application/problem+json", """{"title":"No.","status":404,"code":"pairing_code_invalid"}"""));
        using var pi = new LinkedPi();
        var told = await Assert.ThrowsAsync<Problem>(() => pi.Link.PairAsync(server.Address, "ABCDEFGH", Guid.Empty, [], null, TestContext.Current.CancellationToken));
        Assert.Equal((404, "pairing_code_invalid"), (told.Status, told.Code));
        Assert.True(pi.State.Online);
    }

    [Fact]
    public async Task A_revoked_device_is_told_so()
    {
        await using var server = new SmallServer(_ => Answer("401 Unauthorized", "application/problem+json", """{"title":"No.","status":401,"code":"device_revoked"}"""));
        using var pi = new LinkedPi();
        var told = await Assert.ThrowsAsync<LinkFailure>(() =>
            pi.Link.CompetitionsAsync(new CloudAccess(server.Address, Guid.Empty, "x"), TestContext.Current.CancellationToken));
        Assert.Equal(LinkFault.Revoked, told.Fault);
    }

    [Fact]
    public async Task A_call_that_failed_once_is_tried_again_with_the_same_bytes()
    {
        var bodies = new List<string>();
        await using var server = new SmallServer(request =>
        {
            bodies.Add(request);
            return bodies.Count == 1
                ? Answer("503 Service Unavailable", "application/problem+json", """{"title":"Away.","status":503,"code":"database_unavailable"}""")
                : Json("""{"server_time":"2026-02-08T12:00:00.000Z","results":[]}""");
        });
        using var pi = new LinkedPi();
        var upload = new UploadRequest(Guid.Empty, null, DateTimeOffset.UnixEpoch, null, null, []);
        await pi.Link.UploadAsync(new CloudAccess(server.Address, Guid.Empty, "token"), upload, TestContext.Current.CancellationToken);
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Contains("Content-Encoding: br", bodies[0], StringComparison.Ordinal);
        Assert.Contains("X-Protocol-Version: 1", bodies[0], StringComparison.Ordinal);
        Assert.Equal(2, pi.Meter.Requests);
    }

    [Fact]
    public async Task An_upload_in_which_the_link_broke_is_not_sent_again_as_it_is()
    {
        var bodies = 0;
        await using var server = new SmallServer(_ =>
        {
            bodies++;
            return "";
        });
        using var pi = new LinkedPi();
        var upload = new UploadRequest(Guid.Empty, null, DateTimeOffset.UnixEpoch, null, null, []);
        var told = await Assert.ThrowsAsync<LinkFailure>(() => pi.Link.UploadAsync(new CloudAccess(server.Address, Guid.Empty, "token"), upload, TestContext.Current.CancellationToken));
        Assert.Equal((LinkFault.Hung, 1), (told.Fault, bodies));
    }

    [Fact]
    public async Task A_probe_looks_past_an_open_circuit_and_closes_it()
    {
        var well = false;
        await using var server = new SmallServer(request => !well
            ? Answer("500 Internal Server Error", "application/problem+json", """{"title":"Bad.","status":500,"code":"internal_error"}""")
            : request.Contains("/sync/health", StringComparison.Ordinal) ? Json(Health) : Json("""{"may_decide":true,"items":[]}"""));
        using var pi = new LinkedPi();
        var access = new CloudAccess(server.Address, Guid.Empty, "token");
        for (var i = 0; i < 3; i++) await Assert.ThrowsAsync<LinkFailure>(() => pi.Link.CompetitionsAsync(access, TestContext.Current.CancellationToken));
        well = true;
        await Assert.ThrowsAsync<LinkFailure>(() => pi.Link.CompetitionsAsync(access, TestContext.Current.CancellationToken));
        await pi.Link.ProbeAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.True((await pi.Link.CompetitionsAsync(access, TestContext.Current.CancellationToken)).MayDecide);
    }

    private static async Task Fails(Func<string, string?> answer, LinkFault fault)
    {
        await using var server = new SmallServer(answer);
        await Fails(server.Address, fault);
    }

    private static async Task Fails(Uri address, LinkFault fault)
    {
        using var pi = new LinkedPi();
        var failure = await Assert.ThrowsAsync<LinkFailure>(() => pi.Link.ProbeAsync(address, TestContext.Current.CancellationToken));
        Assert.Equal(fault, failure.Fault);
        Assert.Equal(failure.Offline, !pi.State.Online);
        Assert.Equal(failure.Message, pi.State.LastError);
    }

    internal static string Json(string body) => Answer("200 OK", "application/json; charset=utf-8", body);

    private static string Answer(string status, string type, string body) =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
}
