using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
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

        // Whoever asked may turn to another page meanwhile: the clip is made all the same, as long as the host runs.
        api.MapPost("/reports/{uuid:guid}/clip/camera", (Guid uuid, IMediator mediator, IHostApplicationLifetime host) => mediator.Send(new FilmReport(uuid), host.ApplicationStopping))
            .WithTags("Clips").RequireAuthorization(Policies.PiReferee).WithName("FilmReport").WithSummary("Takes what the location's camera saw of a tap, ten seconds before it and five after, as the report's clip")
            .Produces<FilmedClip>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(507);
    }
}
