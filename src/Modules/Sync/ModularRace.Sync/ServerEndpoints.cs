using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ModularRace.Shared.Access;
using ModularRace.Sync.Features.Link;
using ModularRace.Sync.Features.OnServer.Pairing;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync;

/// <summary>The routes of the cloud's half, and <c>GET /sync/health</c>, which both halves have.</summary>
internal static class ServerEndpoints
{
    public static void MapHealth(IEndpointRouteBuilder api, SyncRole role) =>
        api.MapGet("/sync/health", (TimeProvider time) => TypedResults.Ok(ReadHealth.Answer(role, time)))
            .AllowAnonymous().WithName("ReadHealth").WithTags("Sync");

    public static void Map(IEndpointRouteBuilder api)
    {
        var devices = api.MapGroup("/devices").WithTags("Devices");
        devices.MapPost("/pairing-codes", async (MakePairingCode message, IMediator mediator, CancellationToken ct) =>
                TypedResults.Created((string?)null, await mediator.Send(message, ct)))
            .RequireAuthorization(Policies.Admin).WithName("MakePairingCode").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        devices.MapPost("/pair", async (PairRequest body, HttpContext http, IMediator mediator, CancellationToken ct) =>
            {
                var outcome = await mediator.Send(new PairDevice(body.PairingCode, body.DeviceUuid, body.Metadata, http.Connection.RemoteIpAddress?.ToString() ?? "unknown"), ct);
                return outcome.Refused is { } refused ? throw refused : TypedResults.Created((string?)null, outcome.Paired!);
            })
            .AllowAnonymous().WithName("PairDevice").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(429);
    }
}
