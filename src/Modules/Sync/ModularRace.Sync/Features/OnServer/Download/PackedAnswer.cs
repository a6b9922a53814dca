using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModularRace.Shared.Json;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Download;

/// <summary>
/// An answer that is packed before it goes, not while it goes: so its length is known, and who waits for it over a slow link
/// sees how far it is; the host leaves it as it is. Who does not take brotli gets it as any other answer.
/// </summary>
internal sealed class PackedAnswer(DownloadAnswer answer) : IResult
{
    private const string Brotli = "br";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (!StringWithQualityHeaderValue.TryParseList(httpContext.Request.Headers.AcceptEncoding, out var taken) || !taken.Any(t => t.Value == Brotli && t.Quality != 0))
        {
            await TypedResults.Ok(answer).ExecuteAsync(httpContext);
            return;
        }

        using var packed = new MemoryStream();
        await using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            await JsonSerializer.SerializeAsync(brotli, answer, ApiJson.Options, httpContext.RequestAborted);

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = packed.Length;
        response.Headers.ContentEncoding = Brotli;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers[Protocol.PackedLengthHeader] = HeaderUtilities.FormatNonNegativeInt64(packed.Length);
        packed.Position = 0;
        await packed.CopyToAsync(response.Body, httpContext.RequestAborted);
    }
}
