using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.Link;
using ModularRace.Sync.Features.OnServer.Devices;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Features.OnServer.Importing;
using ModularRace.Sync.Features.OnServer.Metrics;
using ModularRace.Sync.Features.OnServer.Pairing;
using ModularRace.Sync.Features.OnServer.Quarantine;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Features.OnServer.Verifying;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync;

/// <summary>The routes of the cloud's half, and <c>GET /sync/health</c>, which both halves have.</summary>
internal static class ServerEndpoints
{
    /// <summary>Limits count decompressed bytes: 8 MiB under <c>/sync</c>.</summary>
    private const long LargestBody = 8 * 1024 * 1024;

    /// <summary>An archive is read as it comes, never whole.</summary>
    private const long LargestArchive = 32L * 1024 * 1024 * 1024;

    public static void MapHealth(IEndpointRouteBuilder api, SyncRole role) =>
        api.MapGet("/sync/health", (TimeProvider time) => TypedResults.Ok(ReadHealth.Answer(role, time)))
            .AllowAnonymous().WithName("ReadHealth").WithSummary("Whether this is a ModularRace host, its mode, time and the protocols that it speaks").WithTags("Sync");

    public static void Map(IEndpointRouteBuilder api)
    {
        var devices = api.MapGroup("/devices").WithTags("Devices");
        devices.MapPost("/pairing-codes", async (MakePairingCode message, IMediator mediator, CancellationToken ct) =>
                TypedResults.Created((string?)null, await mediator.Send(message, ct)))
            .RequireAuthorization(Policies.Admin).WithName("MakePairingCode").WithSummary("A code that pairs one device within ten minutes").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        devices.MapPost("/pair", async (PairRequest body, HttpContext http, IMediator mediator, CancellationToken ct) =>
            {
                var outcome = await mediator.Send(new PairDevice(body.PairingCode, body.DeviceUuid, body.Metadata, http.Connection.RemoteIpAddress?.ToString() ?? "unknown", body.SigningKey), ct);
                return outcome.Refused is { } refused ? throw refused : TypedResults.Created((string?)null, outcome.Paired!);
            })
            .AllowAnonymous().WithName("PairDevice").WithSummary("A device's token for a code").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(429);
        devices.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ListDevices(new PageRequest(limit, cursor)), ct)))
            .RequireAuthorization(Policies.Admin).WithName("ListDevices").WithSummary("The devices with what they last said").ProducesProblem(400).ProducesProblem(403);
        devices.MapPatch("/{uuid:guid}", async (Guid uuid, JsonObject patch, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ChangeDevice(uuid, patch), ct)))
            .RequireAuthorization(Policies.Admin).WithName("ChangeDevice").WithSummary("Renames a device, or changes what it may (JSON merge patch)").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        devices.MapPost("/{uuid:guid}/revoke", async (Guid uuid, IMediator mediator, CancellationToken ct) => TypedResults.Ok(await mediator.Send(new RevokeDevice(uuid), ct)))
            .RequireAuthorization(Policies.Admin).WithName("RevokeDevice").WithSummary("Shuts a device out; what it sent stays").ProducesProblem(403).ProducesProblem(404);

        // For people: a browser says no version; one that is said must be spoken here.
        var people = api.MapGroup("/sync").WithTags("Sync").RequireAuthorization(Policies.Jury)
            .AddEndpointFilter(static (context, next) =>
            {
                if (context.HttpContext.Request.Headers[Protocol.VersionHeader].FirstOrDefault() is { } version) Protocol.Require(version);
                return next(context);
            });
        people.MapGet("/metrics", async ([FromQuery(Name = "competition_uuid")] Guid? competitionUuid, string? from, string? to, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ReadMetrics(competitionUuid, from, to), ct)))
            .WithName("ReadMetrics").WithSummary("The figures of success with their targets").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        people.MapGet("/quarantine", async (string? state, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ListQuarantine(state, new PageRequest(limit, cursor)), ct)))
            .WithName("ListQuarantine").WithSummary("What was rejected, whole, with the reason").ProducesProblem(400).ProducesProblem(403);
        people.MapPost("/quarantine/{uuid:guid}", async (Guid uuid, SettleQuarantinedBody body, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new SettleQuarantined(uuid, body.Action, body.Data, body.Note), ct)))
            .WithName("SettleQuarantined").WithSummary("Takes a rejected record, corrected or not, or sets it aside").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);

        api.MapPost("/sync/import", async (HttpContext http, IMediator mediator, CancellationToken ct) => TypedResults.Ok(await mediator.Send(new ImportArchive(http.Request.Body), ct)))
            .RequireAuthorization(Policies.Admin).WithTags("Sync").WithMetadata(new RequestSizeLimitAttribute(LargestArchive)).Accepts<Stream>("application/octet-stream")
            .WithName("ImportArchive").WithSummary("Takes a device's archive or journal from a memory stick, with a receipt that the device takes back").ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(413);

        var sync = api.MapGroup("/sync").WithTags("Sync").RequireAuthorization(Policies.Device).WithMetadata(new RequestSizeLimitAttribute(LargestBody))
            .AddEndpointFilter(static async (context, next) =>
            {
                var http = context.HttpContext;
                Protocol.Require(http.Request.Headers[Protocol.VersionHeader]);
                var answer = await next(context);
                // What writes takes its turn with a revocation; what reads is asked once more.
                if (HttpMethods.IsGet(http.Request.Method)) await http.RequestServices.GetRequiredService<IMediator>().Send(new ConfirmDevice(), http.RequestAborted);
                return answer;
            })
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(426);
        sync.MapGet("/competitions", async (HttpContext http, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ListDeviceCompetitions(http.Request.Headers[Protocol.SigningKeyHeader].FirstOrDefault()), ct)))
            .WithName("ListDeviceCompetitions").WithSummary("What the device may download");
        sync.MapGet("/download", async ([FromQuery(Name = "competition_uuid")] Guid? competitionUuid, DateOnly? date, IMediator mediator, CancellationToken ct) =>
                new PackedAnswer(await mediator.Send(new DownloadCompetition(competitionUuid, date), ct)))
            .Produces<DownloadAnswer>().WithName("DownloadCompetition").WithSummary("All that a device needs of a competition, and the cursor of the changes from there").ProducesProblem(400).ProducesProblem(404);
        sync.MapGet("/changes", async (string? cursor, int? limit, [FromQuery(Name = "store_uuid")] Guid? storeUuid, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new ReadChanges(cursor, limit, storeUuid), ct)))
            .WithName("ReadChanges").WithSummary("What changed since a cursor").ProducesProblem(400).ProducesProblem(410);
        sync.MapPost("/upload", async (string? results, HttpContext http, IMediator mediator, TimeProvider time, CancellationToken ct) =>
            {
                var began = time.GetTimestamp();
                var envelope = await UploadEnvelope.ReadAsync(http.Request.Body, ct);
                var answer = await mediator.Send(new UploadRecords(envelope, http.Request.Headers[Protocol.BootHeader].FirstOrDefault(), began), ct);
                return results == "short" ? TypedResults.Ok(answer.InShort()) : (IResult)TypedResults.Ok(answer);
            })
            .Accepts<UploadRequest>("application/json").Produces<UploadAnswer>().WithName("UploadRecords").WithSummary("Takes up to 2,000 records of a device, with an outcome for each").ProducesProblem(400).ProducesProblem(413);
        sync.MapPost("/verify", async (VerifyRequest body, IMediator mediator, CancellationToken ct) =>
                TypedResults.Ok(await mediator.Send(new VerifyRecords(body.CompetitionUuid, body.Records, body.Clips, body.Earlier), ct)))
            .WithName("VerifyRecords").WithSummary("Whether all that a device made is here, with a signed receipt").ProducesProblem(400);
    }

    private sealed record SettleQuarantinedBody(string? Action, JsonObject? Data, string? Note);
}
