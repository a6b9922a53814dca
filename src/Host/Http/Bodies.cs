using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RequestDecompression;
using Microsoft.AspNetCore.ResponseCompression;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Http;

/// <summary>How large a body may be, and how it may be packed. Limits count what comes out of the packing.</summary>
internal static class Bodies
{
    public const long Sync = 8 << 20, StartList = 5 << 20, Other = 1 << 20, Archive = 32L << 30, Receipt = 64 << 20, Clip = 1 << 30;

    /// <summary>A refused body up to this size is read to its end and thrown away (for five seconds at most): a client that is still sending when its connection closes never hears why.</summary>
    private const long Drained = 64 << 20;

    public static void AddBodies(this IServiceCollection services)
    {
        services.AddRequestDecompression();
        services.Configure<RequestDecompressionOptions>(options => options.DecompressionProviders.Remove("deflate"));
        // R12: the quickest packing, which is the default, makes answers a third longer.
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.AddResponseCompression(options =>
        {
            // Antiforgery tokens are masked anew each time, so packing tells nothing of them.
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/problem+json", "text/csv", "image/svg+xml"];
        });
    }

    public static void UseBodies(this WebApplication app)
    {
        app.UseResponseCompression();
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var encoding = request.Headers.ContentEncoding.ToString();
            if (encoding.Length > 0 && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)
                && !string.Equals(encoding, "br", StringComparison.OrdinalIgnoreCase) && !string.Equals(encoding, "gzip", StringComparison.OrdinalIgnoreCase))
                throw Refuse(new Problem(415, "unsupported_media_type", "A body may be packed with br or gzip."));

            var limit = LimitFor(request.Path);
            if (request.ContentLength > limit) throw Refuse(ProblemAnswers.TooLarge());
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = limit;
            await next(context);

            Problem Refuse(Problem problem)
            {
                if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Drained;
                return problem;
            }
        });
        app.UseRequestDecompression();
    }

    private static long LimitFor(PathString path)
    {
        if (path.StartsWithSegments("/api/v1/sync/import", StringComparison.OrdinalIgnoreCase)) return Archive;
        if (path.StartsWithSegments("/api/v1/device/receipt", StringComparison.OrdinalIgnoreCase)) return Receipt;
        // What a setting allows of a clip is told when it is announced.
        if (path.StartsWithSegments("/api/v1/clips", StringComparison.OrdinalIgnoreCase)) return Clip;
        if (path.StartsWithSegments("/api/v1/sync", StringComparison.OrdinalIgnoreCase)) return Sync;
        return path.Value?.EndsWith("/start-list", StringComparison.OrdinalIgnoreCase) == true || path.Value?.EndsWith("/start-list/", StringComparison.OrdinalIgnoreCase) == true
            ? StartList
            : Other;
    }
}
