using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModularRace.Shared.Json;

namespace ModularRace.Host.Features.Alerts.Delivering;

/// <summary>
/// Tells a program of an alert, as Standard Webhooks (standardwebhooks.com) has it: <c>webhook-id</c> is the same for the same
/// delivery, and the signature is HMAC-SHA-256 over id, time and body.
/// </summary>
internal sealed class AlertWebhook(HttpClient client, AlertChannels channels, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="HttpRequestException">It is away, or does not answer 2xx.</exception>
    public async Task SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var to = channels.Webhook!;
        var told = new Event("alert.raised", delivery.RaisedAt, new Told(delivery.AlertUuid, delivery.Kind, delivery.Words, delivery.CompetitionUuid, delivery.DeviceUuid));
        var body = JsonSerializer.Serialize(told, ApiJson.Options);
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, to.Url) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("webhook-id", delivery.ClientUuid.ToString());
        request.Headers.Add("webhook-timestamp", at);
        if (to.Secret is { } secret)
            request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{delivery.ClientUuid}.{at}.{body}")))}");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private sealed record Event(string Type, DateTimeOffset Timestamp, Told Data);

    private sealed record Told(Guid AlertUuid, string Kind, string Words, Guid? CompetitionUuid, Guid? DeviceUuid);
}
