using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Clearing;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Features.OnDevice.Downloading;
using ModularRace.Sync.Features.OnDevice.Exporting;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Queueing;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Features.OnDevice.StartLists;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync;

/// <summary>The routes of the Pi's half.</summary>
internal static class DeviceEndpoints
{
    /// <summary>The outcome of every record of a season.</summary>
    private const long LargestReceipt = 64 << 20;

    public static void Map(IEndpointRouteBuilder api)
    {
        var device = api.MapGroup("/device").WithTags("This device").ProducesProblem(401).ProducesProblem(403);

        device.MapGet("", (IMediator mediator, CancellationToken ct) => mediator.Send(new ReadDevice(), ct))
            .RequireAuthorization(Policies.PiReferee).WithName("ReadDevice").WithSummary("How this Pi stands").Produces<DeviceView>();

        device.MapPost("/pair", (PairWithCloud message, IMediator mediator, CancellationToken ct) => mediator.Send(message, ct))
            .RequireAuthorization(Policies.PiOperator).WithName("PairWithCloud").WithSummary("Pairs this Pi with a cloud by a code").Produces<DeviceView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(502);

        device.MapGet("/competitions", (IMediator mediator, CancellationToken ct) => mediator.Send(new ListOfferedCompetitions(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ListOfferedCompetitions").WithSummary("What this Pi may download").Produces<DeviceCompetitions>().ProducesProblem(409).ProducesProblem(503);

        device.MapPost("/download", async (DownloadBody body, bool? wait, IMediator mediator, CancellationToken ct) =>
            {
                var view = await mediator.Send(new DownloadCompetition(body.CompetitionUuid, body.Date, wait ?? false), ct);
                return wait == true ? Results.Ok(view) : Results.Accepted((string?)null, view);
            })
            .RequireAuthorization(Policies.PiOperator).WithName("DownloadCompetition").WithSummary("Downloads a competition; with wait=true answers when done").Produces<DeviceView>().Produces<DeviceView>(202)
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(503);

        device.MapGet("/progress", (DeviceProgress progress, CancellationToken ct) => TypedResults.ServerSentEvents(progress.WatchAsync(ct), eventType: "progress"))
            .RequireAuthorization(Policies.PiReferee).WithName("WatchProgress").WithSummary("Progress of downloads and runs, as server-sent events");

        device.MapPost("/sync", async (bool? wait, IMediator mediator, CancellationToken ct) =>
                await mediator.Send(new SyncNow(Manual: true, wait ?? false), ct) is { } figures
                    ? Results.Ok(figures)
                    : Results.Accepted((string?)null, await mediator.Send(new ReadDevice(), ct)))
            .RequireAuthorization(Policies.PiReferee).WithName("SyncNow").WithSummary("Brings this Pi and the cloud up to date; with wait=true answers when done").Produces<SyncFigures>().Produces<DeviceView>(202).ProducesProblem(409).ProducesProblem(503);

        device.MapPost("/verify", (IMediator mediator, CancellationToken ct) => mediator.Send(new ProveDevice(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ProveDevice").WithSummary("Asks the cloud whether it holds all that this Pi made or changed").Produces<ProofView>().ProducesProblem(409).ProducesProblem(502).ProducesProblem(503);

        device.MapGet("/export", async (HttpContext http, IMediator mediator, TimeProvider time, CancellationToken ct) =>
            {
                await mediator.Send(new ExportArchive((piece, cancelled) =>
                {
                    // Before the first byte: what goes wrong earlier is told as a problem.
                    if (!http.Response.HasStarted)
                        (http.Response.ContentType, http.Response.Headers.ContentDisposition) = ("application/octet-stream", $"attachment; filename=\"{ArchiveNames.Archive(time.GetUtcNow())}\"");
                    return http.Response.Body.WriteAsync(piece, cancelled).AsTask();
                }), ct);
                return Results.Empty;
            })
            .RequireAuthorization(Policies.PiOperator).WithName("ExportArchive").WithSummary("All that was not cleared, as one file for a memory stick: encrypted for the cloud, signed by this Pi")
            .Produces<byte[]>(200, "application/octet-stream").ProducesProblem(409);

        device.MapPost("/receipt", (ImportReceipt file, IMediator mediator, CancellationToken ct) => mediator.Send(new TakeReceipt(file), ct))
            .RequireAuthorization(Policies.PiOperator).WithMetadata(new RequestSizeLimitAttribute(LargestReceipt)).WithName("TakeReceipt").WithSummary("Takes back the cloud's receipt for an archive").Produces<TakenReceipt>()
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413);

        device.MapPost("/stick/export", (IMediator mediator, CancellationToken ct) => mediator.Send(new ExportToStick(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ExportToStick").WithSummary("Writes the archive to the memory stick that is in").Produces<StickFile>().ProducesProblem(409);

        device.MapPost("/stick/receipt", (IMediator mediator, CancellationToken ct) => mediator.Send(new TakeReceiptFromStick(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("TakeReceiptFromStick").WithSummary("Takes the newest receipt for this Pi from the memory stick").Produces<TakenReceipt>().ProducesProblem(404).ProducesProblem(409);

        device.MapGet("/stick/start-lists", (IMediator mediator, CancellationToken ct) => mediator.Send(new ListStickStartLists(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ListStickStartLists").WithSummary("The CSV files on the memory stick that is in, newest first").Produces<StickStartLists>().ProducesProblem(409);

        device.MapGet("/stick/start-list", async (string? name, IMediator mediator, CancellationToken ct) =>
                Results.Bytes((await mediator.Send(new ReadStickStartList(name), ct)).Csv, "text/csv"))
            .RequireAuthorization(Policies.PiOperator).WithName("ReadStickStartList").WithSummary("One of those files, as it lies there").Produces<byte[]>(200, "text/csv")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413);

        device.MapGet("/clearance", (IMediator mediator, CancellationToken ct) => mediator.Send(new ReadClearance(), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ReadClearance").WithSummary("What stands in the way of clearing this Pi").Produces<Clearance>();

        device.MapPost("/clear", (ClearDevice message, IMediator mediator, CancellationToken ct) => mediator.Send(message, ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ClearDevice").WithSummary("Deletes what the cloud has confirmed, for the next race").Produces<ClearedView>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(503);

        device.MapGet("/clips", (IMediator mediator, CancellationToken ct) => mediator.Send(new ListClips(), ct))
            .RequireAuthorization(Policies.PiReferee).WithName("ListClips").WithSummary("The clips taken here: which wait, how far they are, and when they go").Produces<ClipList>();

        device.MapPut("/clips", (ChooseClipSending message, IMediator mediator, CancellationToken ct) => mediator.Send(message, ct))
            .RequireAuthorization(Policies.PiOperator).WithName("ChooseClipSending").WithSummary("When clips go, after the records or by hand with Sync now, and how much of them in a day").Produces<ClipList>().ProducesProblem(400);

        device.MapGet("/queue", (string? status, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListQueue(status, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.PiReferee).WithName("ListQueue").WithSummary("What waits, was sent, or failed").Produces<Page<QueueRow>>().ProducesProblem(400);

        device.MapPost("/queue/{uuid:guid}/retry", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new RetryQueued(uuid), ct))
            .RequireAuthorization(Policies.PiOperator).WithName("RetryQueued").WithSummary("Tries a failed record again").Produces<QueueRow>().ProducesProblem(404);
    }

    internal sealed record DownloadBody(Guid? CompetitionUuid, DateOnly? Date);
}
