using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents;

/// <summary>Clips come by tus 1.0.0 (core, creation, checksum with sha256) and are served with ranges.</summary>
internal static class ClipsEndpoints
{
    private const string Version = "1.0.0", Extensions = "creation,checksum", Bytes = "application/offset+octet-stream", Root = "/api/v1/clips", Jpeg = "image/jpeg";

    public static void MapClips(this IEndpointRouteBuilder api)
    {
        var clips = api.MapGroup("/clips").WithTags("Clips").RequireAuthorization(Policies.Clips).AddEndpointFilter(Speak);

        clips.MapMethods("", ["OPTIONS"], Describe).WithName("DescribeUploads").WithSummary("What this server takes: tus 1.0.0 with creation and checksum").Produces(204);
        clips.MapMethods("/{uuid:guid}", ["OPTIONS"], (Guid uuid, HttpResponse response, ClipSettings settings) => Describe(response, settings))
            .WithName("DescribeUpload").WithSummary("The same of one upload").Produces(204);

        clips.MapPost("", async (
                [FromHeader(Name = "Upload-Length")] string? length, [FromHeader(Name = "Upload-Metadata")] string? metadata, HttpResponse response, IMediator mediator, CancellationToken ct) =>
            {
                var said = Metadata(metadata);
                var begun = await mediator.Send(new BeginClip(Uuid(said.GetValueOrDefault("report_uuid")), Number(length, "upload_length"), said.GetValueOrDefault("sha256")?.ToLowerInvariant()), ct);
                Tell(response, begun);
                response.Headers.Location = $"{Root}/{begun.UploadUuid}";
                return begun.Created ? Results.Created($"{Root}/{begun.UploadUuid}", begun) : Results.Ok(begun);
            })
            .WithName("BeginClip").WithSummary("Announces a clip of a report (tus creation); the same again goes on where it stopped")
            .Produces<ClipProgress>(201).Produces<ClipProgress>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(413).ProducesProblem(503).ProducesProblem(507);

        clips.MapMethods("/{uuid:guid}", ["HEAD"], async (Guid uuid, HttpResponse response, IMediator mediator, CancellationToken ct) =>
            {
                Tell(response, await mediator.Send(new ReadClipUpload(uuid), ct));
                response.Headers.CacheControl = "no-store";
                return Results.NoContent();
            })
            .WithName("ReadClipUpload").WithSummary("How far an upload is, in Upload-Offset").Produces(204).ProducesProblem(412).ProducesProblem(503);

        clips.MapPatch("/{uuid:guid}", WriteAsync)
            .Accepts<byte[]>(Bytes).WithName("WriteClip").WithSummary("The next bytes of a clip, at Upload-Offset").Produces(204)
            .ProducesProblem(409).ProducesProblem(412).ProducesProblem(423).ProducesProblem(460).ProducesProblem(503);

        // tus: for whoever can send no PATCH.
        clips.MapPost("/{uuid:guid}", (
                Guid uuid, [FromHeader(Name = "X-HTTP-Method-Override")] string? method, [FromHeader(Name = "Upload-Offset")] string? offset,
                [FromHeader(Name = "Upload-Checksum")] string? checksum, HttpContext http, IMediator mediator, CancellationToken ct) =>
                string.Equals(method, "PATCH", StringComparison.OrdinalIgnoreCase)
                    ? WriteAsync(uuid, offset, checksum, http, mediator, ct)
                    : throw new Problem(405, "method_not_allowed", "This address does not take that method."))
            .Accepts<byte[]>(Bytes).ExcludeFromDescription();

        api.MapMethods("/reports/{uuid:guid}/clip", ["GET", "HEAD"], async (Guid uuid, HttpResponse response, IMediator mediator, CancellationToken ct) =>
            {
                var clip = await mediator.Send(new ServeClip(uuid), ct);
                Guard(response);
                response.Headers.ContentDisposition = $"inline; filename=\"{clip.FileName}\"";
                return Results.Stream(clip.Bytes, clip.ContentType, lastModified: clip.ChangedAt, entityTag: new EntityTagHeaderValue($"\"{clip.Sha256}\""), enableRangeProcessing: true);
            })
            .WithTags("Clips").RequireAuthorization(Policies.SignedIn).WithName("ServeClip").WithSummary("A report's clip, in ranges where asked")
            .Produces<byte[]>(200, ClipFormat.Mp4, ClipFormat.WebM).Produces<byte[]>(206, ClipFormat.Mp4, ClipFormat.WebM).ProducesProblem(404).ProducesProblem(503);

        api.MapMethods("/reports/{uuid:guid}/clip/poster", ["GET", "HEAD"], async (Guid uuid, HttpResponse response, IMediator mediator, CancellationToken ct) =>
            {
                var poster = await mediator.Send(new ServePoster(uuid), ct);
                Guard(response);
                return Results.Stream(poster.Jpeg, Jpeg, entityTag: new EntityTagHeaderValue($"\"{poster.Sha256}-poster\""));
            })
            .WithTags("Clips").RequireAuthorization(Policies.SignedIn).WithName("ServePoster").WithSummary("A picture of a report's clip, where there is one")
            .Produces<byte[]>(200, Jpeg).ProducesProblem(404).ProducesProblem(503);
    }

    private static void Guard(HttpResponse response)
    {
        // Whatever a browser took it for, it runs nothing and asks nobody.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; media-src 'self'; sandbox";
        // Rights may end: it is asked for anew each time, and not sent again where it is there.
        response.Headers.CacheControl = "private, no-cache";
    }

    private static async Task<IResult> WriteAsync(
        Guid uuid, [FromHeader(Name = "Upload-Offset")] string? offset, [FromHeader(Name = "Upload-Checksum")] string? checksum, HttpContext http, IMediator mediator, CancellationToken ct)
    {
        // A link that stalls for seconds is a mountain's, not an attack; silence has an end of its own.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        if (Number(offset, "upload_offset") is not { } from) throw Problem.Validation("upload_offset", "It is required.");
        Tell(http.Response, await mediator.Send(new WriteClip(uuid, from, Checksum(checksum), http.Request.ContentLength, http.Request.Body), ct));
        return Results.NoContent();
    }

    private static IResult Describe(HttpResponse response, ClipSettings settings)
    {
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = Extensions;
        response.Headers["Tus-Checksum-Algorithm"] = "sha256";
        response.Headers["Tus-Max-Size"] = settings.MostBytes.ToString(CultureInfo.InvariantCulture);
        return Results.NoContent();
    }

    /// <summary>Each answer says the version, a refusal too; a request that says another is not taken.</summary>
    private static ValueTask<object?> Speak(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        response.OnStarting(() =>
        {
            response.Headers["Tus-Resumable"] = Version;
            if (response.StatusCode == StatusCodes.Status412PreconditionFailed) response.Headers["Tus-Version"] = Version;
            return Task.CompletedTask;
        });
        return HttpMethods.IsOptions(request.Method) || request.Headers["Tus-Resumable"] == Version
            ? next(context)
            : throw new Problem(412, "tus_version_unsupported", "Tus-Resumable has to be 1.0.0.");
    }

    private static void Tell(HttpResponse response, ClipProgress progress)
    {
        response.Headers["Upload-Offset"] = progress.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Length"] = progress.Length.ToString(CultureInfo.InvariantCulture);
    }

    private static long? Number(string? text, string field) =>
        string.IsNullOrEmpty(text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw Problem.Validation(field, "It is a whole number, 0 or more.");

    private static Guid? Uuid(string? text) =>
        string.IsNullOrEmpty(text) ? null : Guid.TryParseExact(text, "D", out var uuid) ? uuid : throw Problem.Validation("report_uuid", "It is a UUID.");

    /// <summary>Names with values in base64; those that nobody knows here, such as a file's name, say nothing.</summary>
    private static Dictionary<string, string> Metadata(string? header)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ');
            if (parts.Length > 2 || !said.TryAdd(parts[0], parts.Length == 2 ? Decoded(parts[1]) : "")) throw Problem.Validation("upload_metadata", "It is a list of a name and a value in base64 each.");
        }

        return said;
    }

    private static string Decoded(string base64) => Base64.IsValid(base64)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
        : throw Problem.Validation("upload_metadata", "It is a list of a name and a value in base64 each.");

    private static byte[]? Checksum(string? header)
    {
        if (string.IsNullOrEmpty(header)) return null;
        return header.Split(' ') is ["sha256", var base64] && Base64.IsValid(base64) && Convert.FromBase64String(base64) is { Length: 32 } digest
            ? digest
            : throw Problem.Validation("upload_checksum", "It is sha256 and the digest in base64.");
    }
}
