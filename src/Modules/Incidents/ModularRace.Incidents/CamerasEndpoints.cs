using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ModularRace.Incidents.Features.Cameras;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents;

/// <summary>On a Pi: the cameras of the course.</summary>
internal static class CamerasEndpoints
{
    public static void MapCameras(this IEndpointRouteBuilder api)
    {
        api.MapPut("/device/cameras/{uuid:guid}", (Guid uuid, bool? again, IMediator mediator, CancellationToken ct) => mediator.Send(new KeepCamera(uuid, again ?? false), ct))
            .WithTags("This device").RequireAuthorization(Policies.PiReferee).WithName("KeepCamera").WithSummary("Somebody reports at this location: the last minute of its camera is kept; says how it stands with it")
            .Produces<CameraView>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(404);
    }
}
