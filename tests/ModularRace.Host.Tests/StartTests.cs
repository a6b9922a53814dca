using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

public sealed class StartTests
{
    [Theory]
    [InlineData("SYSTEM_MODE", "offline", "SYSTEM_MODE is 'offline'")]
    [InlineData("ConnectionStrings__ModularRace", "", "ConnectionStrings__ModularRace is not set")]
    [InlineData("ConnectionStrings__ModularRace", "Host=127.0.0.1;Port=1;Username=nobody;Database=race", "the database 'race' at 127.0.0.1:1 cannot be used")]
    [InlineData("KeyLimits__PerSecond", "0", "KeyLimits__PerSecond is '0'")]
    [InlineData("KeyLimits__Burst", "many", "KeyLimits__Burst is 'many'")]
    [InlineData("Clips__S3__Bucket", "clips", "Clips__S3__ServiceUrl is missing")]
    [InlineData("Clips__S3__ServiceUrl", "ftp://clips.example.org", "Clips__S3__ServiceUrl is an http or https address")]
    [InlineData("Clips__S3__ServiceUrl", "https://clips.example.org", "Clips__S3__Bucket is missing")]
    [InlineData("Admin__Password", "short", "the first admin cannot be made")]
    public async Task What_is_wrong_stops_the_start_with_one_line(string setting, string value, string line)
    {
        await using var host = new RunningHost("cloud");
        host.Settings[setting] = value;
        await DoesNotStartAsync(host, line);
    }

    [Theory]
    [InlineData("Sync__Interval", "soon", "Sync__Interval is 'soon'")]
    [InlineData("Sync__Interval", "00:00:00", "Sync__Interval is '00:00:00'")]
    [InlineData("Sync__Interval", "-00:05:00", "Sync__Interval is '-00:05:00'")]
    [InlineData("Sync__DeviceUuid", "pi-3", "Sync__DeviceUuid is 'pi-3'")]
    public async Task What_is_wrong_with_a_Pi_stops_the_start_with_one_line(string setting, string value, string line)
    {
        await using var host = new RunningHost("offline_device");
        host.Settings[setting] = value;
        await DoesNotStartAsync(host, line);
    }

    [Theory]
    [InlineData("cloud")]
    [InlineData("offline_device")]
    public async Task A_port_in_use_stops_the_start_with_one_line(string mode)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var host = new RunningHost(mode);
        host.Settings["ASPNETCORE_URLS"] = $"http://{other.LocalEndpoint}";
        await DoesNotStartAsync(host, $"Failed to bind to address http://{other.LocalEndpoint}: address already in use");
    }

    [Fact]
    public async Task An_address_that_cannot_be_read_stops_the_start_with_one_line()
    {
        await using var host = new RunningHost("cloud");
        host.Settings["ASPNETCORE_URLS"] = "here";
        await DoesNotStartAsync(host, "ASPNETCORE_URLS cannot be read");
    }

    [Fact]
    public async Task The_language_of_the_machine_changes_no_date()
    {
        await using var host = new RunningHost("cloud");
        host.Settings["LC_ALL"] = "th_TH.UTF-8"; // where it is the year 2569
        await host.StartAsync();
        foreach (var day in new[] { "2026-02-08", "2026-02-07" })
        {
            using var made = await host.Admin.PostAsJsonAsync("api/v1/competitions", new { name = day, country = "ITA", start_date = day, end_date = day, time_zone = "Europe/Rome" }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        var first = await host.Admin.GetFromJsonAsync<JsonNode>("api/v1/competitions?limit=1", TestContext.Current.CancellationToken);
        var second = await host.Admin.GetFromJsonAsync<JsonNode>($"api/v1/competitions?limit=1&cursor={first!["next_cursor"]}", TestContext.Current.CancellationToken);
        Assert.Equal(["2026-02-08", "2026-02-07"], new[] { first, second }.Select(p => p!["items"]![0]!["start_date"]!.GetValue<string>()));
    }

    private static async Task DoesNotStartAsync(RunningHost host, string line)
    {
        Assert.Equal(1, await host.StartAndEndAsync());
        Assert.Contains($"ModularRace does not start: {line}", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", host.Output, StringComparison.Ordinal);
    }
}
