using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace ModularRace.Testing;

/// <summary>tus 1.0.0 by hand: each request as the test wants it.</summary>
public static class TusSender
{
    public static Task<HttpResponseMessage> BeginClip(this HttpClient http, string? report, long length, string? sha256, string contentType = "video/mp4", string? filename = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/clips");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        (string Name, string? Value)[] said = [("report_uuid", report), ("content_type", contentType), ("sha256", sha256), ("filename", filename)];
        request.Headers.Add("Upload-Metadata", string.Join(',', said.Where(s => s.Value is not null).Select(s => $"{s.Name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(s.Value!))}")));
        return http.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PatchClip(this HttpClient http, string location, long offset, HttpContent body, byte[]? checksum = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = body };
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        if (checksum is not null) request.Headers.Add("Upload-Checksum", $"sha256 {Convert.ToBase64String(checksum)}");
        body.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return http.SendAsync(request, cancellationToken);
    }

    public static Task<HttpResponseMessage> PatchClip(this HttpClient http, string location, long offset, byte[] bytes, byte[]? checksum = null) =>
        http.PatchClip(location, offset, new ByteArrayContent(bytes), checksum);

    public static Task<HttpResponseMessage> HeadClip(this HttpClient http, string location)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, location);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        return http.SendAsync(request);
    }

    public static long Offset(this HttpResponseMessage answer) => long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);

    /// <summary>Announces a clip and sends it whole; answers what the last request was answered.</summary>
    public static async Task<HttpResponseMessage> SendClip(this HttpClient http, string report, byte[] clip, bool sayDigest = true)
    {
        var begun = await http.BeginClip(report, clip.Length, sayDigest ? ClipFiles.Sha256(clip) : null);
        if (!begun.IsSuccessStatusCode || begun.Offset() == clip.Length) return begun;
        using (begun) return await http.PatchClip(begun.Headers.Location!.ToString(), begun.Offset(), clip[(int)begun.Offset()..]);
    }
}
