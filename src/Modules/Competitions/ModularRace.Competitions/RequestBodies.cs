using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions;

/// <summary>A catalogue in JSON.</summary>
internal sealed record CatalogueBody(IReadOnlyList<CatalogueItem>? Items);

/// <summary>Bodies that are not plain JSON.</summary>
internal static class RequestBodies
{
    private const int LargestCatalogue = 1024 * 1024;

    /// <summary>A CSV body, whole; 415 for another type, 413 as soon as it is too large.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadCsvAsync(HttpRequest request, int largest, string invalidCode, CancellationToken cancellationToken)
    {
        if (!IsType(request, "text/csv", out var charset)) throw new Problem(415, "unsupported_media_type", "The file is sent as text/csv.");
        if (charset is not null && !string.Equals(charset, "utf-8", StringComparison.OrdinalIgnoreCase) && !string.Equals(charset, "us-ascii", StringComparison.OrdinalIgnoreCase))
            throw Problem.Validation(
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["line 1"] = [$"The file is said to be {charset}. Save it as \"CSV UTF-8\" and send it again."] },
                invalidCode);
        return await ReadAsync(request, largest, cancellationToken);
    }

    /// <summary><c>{items: [...]}</c> or the bare list in JSON, or CSV.</summary>
    public static async Task<IReadOnlyList<CatalogueItem>?> ReadCatalogueAsync(HttpRequest request, CatalogueKind kind, CancellationToken cancellationToken)
    {
        if (IsType(request, "text/csv", out _)) return CatalogueCsv.Read((await ReadCsvAsync(request, LargestCatalogue, "validation_failed", cancellationToken)).Span, kind);
        if (!request.HasJsonContentType()) throw new Problem(415, "unsupported_media_type", "A catalogue is sent as application/json or text/csv.");
        var body = await ReadAsync(request, LargestCatalogue, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Array
                ? json.RootElement.Deserialize<IReadOnlyList<CatalogueItem>>(ApiJson.Options)
                : json.RootElement.Deserialize<CatalogueBody>(ApiJson.Options)?.Items;
        }
        catch (JsonException e)
        {
            throw Problem.Validation(string.IsNullOrEmpty(e.Path) ? "body" : e.Path.TrimStart('$', '.'), "It is not JSON of the right form.");
        }
    }

    private static bool IsType(HttpRequest request, string type, out string? charset)
    {
        charset = null;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media) || !media.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)) return false;
        charset = media.Charset.HasValue ? media.Charset.Value!.Trim('"') : null;
        return true;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int largest, CancellationToken cancellationToken)
    {
        if (request.ContentLength > largest) throw TooLarge(largest);
        using var body = new MemoryStream(request.ContentLength is > 0 and var length ? (int)length : 64 * 1024);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > largest) throw TooLarge(largest);
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static Problem TooLarge(int largest) => new(413, "payload_too_large", $"The body is larger than {largest / 1024 / 1024} MiB.");
}
