using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Host.Tests;

/// <summary>Whoever is not at the desk hears of an alert by mail, and a program by a webhook: once a cause, whatever number of replicas there is.</summary>
public sealed class AlertDeliveryTests : IAsyncLifetime
{
    private const string Secret = "between us";
    private readonly MailServer mails = new();
    private readonly OtherProgram program = new();
    private readonly WatchfulCloud one = new();
    private readonly RunningCloud two = new();
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.MigratedAsync();
        foreach (var replica in (RunningCloud[])[one, two])
        {
            replica.Database = database;
            foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Alerts__Smtp__Host"] = "127.0.0.1", ["Alerts__Smtp__Port"] = $"{mails.Port}", ["Alerts__Smtp__Security"] = "none", ["Alerts__Smtp__From"] = "race@example.org",
                ["Alerts__To"] = "jury@example.org, chief@example.org", ["Alerts__WebhookUrl"] = program.Address, ["Alerts__WebhookSecret"] = Secret,
            }) replica.Settings[name] = value;
        }

        await Task.WhenAll(one.StartAsync(), two.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await database.DisposeAsync();
        mails.Dispose();
        program.Dispose();
    }

    [Fact]
    public async Task An_alert_leaves_the_house_once_a_cause_and_what_cannot_be_sent_is_said_at_the_desk_and_tried_again()
    {
        // A cause that is noticed again and again is one; over and back again, it is another.
        var device = await one.DeviceAsync("Pi Gate");
        foreach (var free in (int[])[5, 4, 3, 20, 2]) await device.UploadAsync(status: new { disk_free_bytes = free, disk_total_bytes = 100 });
        await WatchfulCloud.UntilAsync(() => Task.FromResult(!mails.Taken.IsEmpty && !program.Called.IsEmpty));
        await WatchfulCloud.UntilAsync(async () => (await OpenAsync()).Count == 0);
        var first = mails.Taken.First();
        Assert.Contains("Subject: ModularRace: The card of Pi Gate is nearly full", first, StringComparison.Ordinal);
        Assert.Contains("To: jury@example.org, chief@example.org", first, StringComparison.Ordinal);
        // The first cause may have been over before a channel came to it.
        Assert.InRange(mails.Taken.Count, 1, 2);
        Assert.InRange(program.Called.Count, 1, 2);
        Assert.Equal(mails.Taken.Count, mails.Taken.Select(MessageId).Distinct(StringComparer.Ordinal).Count());

        var (headers, body) = program.Called.First();
        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}"));
        Assert.Equal($"v1,{Convert.ToBase64String(signed)}", headers["webhook-signature"]);
        var told = JsonNode.Parse(body)!;
        Assert.Equal(("alert.raised", "card_nearly_full", device.Uuid.ToString()), ((string)told["type"]!, (string)told["data"]!["kind"]!, (string)told["data"]!["device_uuid"]!));

        // The mail server is ill: the alert says so, and the other channel is not held up.
        (mails.Refuses, var before) = (true, program.Called.Count);
        var other = await one.DeviceAsync("Pi Start");
        await other.UploadAsync(status: new { disk_free_bytes = 1, disk_total_bytes = 100 });
        await WatchfulCloud.UntilAsync(async () => (await OpenAsync()) is [var error] && error.Contains("Greylisted", StringComparison.Ordinal));
        Assert.Equal(before + 1, program.Called.Count);
        Assert.Contains("It could not be sent by mail yet:", await one.PageAsync("/competitions"), StringComparison.Ordinal);

        // Well again, and the time of the next try has come: the same message goes, beside the next.
        (mails.Refuses, before) = (false, mails.Taken.Count);
        await database.ExecuteAsync("UPDATE identity.alert_deliveries SET next_attempt_at = now() WHERE sent_at IS NULL");
        await (await one.DeviceAsync("Pi Finish")).UploadAsync(status: new { disk_free_bytes = 1, disk_total_bytes = 100 });
        await WatchfulCloud.UntilAsync(() => Task.FromResult(mails.Taken.Count >= before + 2));
        await WatchfulCloud.UntilAsync(async () => (await OpenAsync()).Count == 0);
        Assert.Equal(before + 2, mails.Taken.Count);
        Assert.DoesNotContain("could not be sent", await one.PageAsync("/competitions"), StringComparison.Ordinal);
        Assert.Contains(MessageId(mails.Tried.Last(t => t.Contains("Pi Start", StringComparison.Ordinal))), string.Join('\n', mails.Taken), StringComparison.Ordinal);

        // Programs are never told of a practice; people are.
        var practice = await one.PostAsync("competitions", new { name = "Practice", country = "ITA", start_date = "2026-01-01", end_date = "2026-01-01", time_zone = "Europe/Rome", practice = true });
        (before, var calls) = (mails.Taken.Count, program.Called.Count);
        await (await one.DeviceAsync("Pi Practice", Guid.Parse((string)practice["client_uuid"]!))).UploadAsync(status: new { disk_free_bytes = 1, disk_total_bytes = 100 });
        await WatchfulCloud.UntilAsync(() => Task.FromResult(mails.Taken.Count == before + 1));
        await WatchfulCloud.UntilAsync(async () => (await database.QueryAsync<string>("SELECT last_error FROM identity.alert_deliveries WHERE given_up_at IS NOT NULL")).Contains("Programs are not told of a practice."));
        Assert.Equal(calls, program.Called.Count);
    }

    /// <summary>What waits, by its last fault.</summary>
    private Task<IReadOnlyList<string>> OpenAsync() =>
        database.QueryAsync<string>("SELECT coalesce(last_error, '') FROM identity.alert_deliveries WHERE sent_at IS NULL AND given_up_at IS NULL");

    private static string MessageId(string mail) => mail.Split('\n').First(l => l.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase)).Trim();

    /// <summary>Somebody else's program that is called.</summary>
    private sealed class OtherProgram : IDisposable
    {
        private readonly HttpListener listener = new();

        public OtherProgram()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/alerts/";
            }

            listener.Prefixes.Add(Address);
            listener.Start();
            _ = AnswerAsync();
        }

        public string Address { get; }

        public ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, string Body)> Called { get; } = new();

        public void Dispose() => listener.Close();

        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    var call = await listener.GetContextAsync();
                    using var reader = new StreamReader(call.Request.InputStream, Encoding.UTF8);
                    Called.Enqueue((call.Request.Headers.AllKeys.ToDictionary(k => k!, k => call.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync()));
                    call.Response.StatusCode = 204;
                    call.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
