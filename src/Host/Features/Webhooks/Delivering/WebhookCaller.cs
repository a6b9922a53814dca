using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Host.Features.Webhooks.Delivering;

/// <summary>
/// Calls a webhook, as Standard Webhooks (standardwebhooks.com) has it: <c>webhook-id</c> is the same for the same message, and
/// the signature is HMAC-SHA-256 over id, time and body. Nothing of the answer but its status is read.
/// </summary>
internal sealed class WebhookCaller(HttpClient client, WebhookSecrets secrets, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>The status of the answer.</returns>
    /// <exception cref="HttpRequestException">It is away, or may not be reached.</exception>
    public async Task<int> CallAsync(ClaimedWebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(secrets.Open(delivery.SealedSecret), Encoding.UTF8.GetBytes($"{delivery.ClientUuid}.{at}.{delivery.Body}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new StringContent(delivery.Body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("webhook-id", delivery.ClientUuid.ToString());
        request.Headers.Add("webhook-timestamp", at);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(signature)}");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ModularRace", null));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)answer.StatusCode;
    }
}
