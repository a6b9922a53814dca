using System.ComponentModel.DataAnnotations;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Cameras;

/// <summary>
/// Somebody reports at this location: the last minute of its camera is kept from now on, until an hour after the last such word.
/// The page says it every few seconds, and is told how it stands. Again: nothing more happens (R2).
/// </summary>
/// <param name="LocationUuid">The location.</param>
/// <param name="Again">What was given up (a wrong password, another coding) is tried once more: said by a page that was just opened.</param>
internal sealed record KeepCamera(Guid LocationUuid, bool Again) : IRequest<CameraView>;

/// <param name="State">One of <c>none, starting, running, no_answer, refused, not_h264, no_room, no_program, too_many</c>.</param>
/// <param name="Since">This Pi's own time; null: nothing is going on.</param>
internal sealed record CameraView(
    Guid LocationUuid, [property: AllowedValues("none", "starting", "running", "no_answer", "refused", "not_h264", "no_room", "no_program", "too_many")] string State, DateTimeOffset? Since);

internal sealed class KeepCameraHandler(CourseCameras cameras, IMediator mediator, ICurrentActor current) : IRequestHandler<KeepCamera, CameraView>
{
    public async Task<CameraView> Handle(KeepCamera request, CancellationToken cancellationToken)
    {
        var location = (await mediator.Send(new FindLocations([request.LocationUuid]), cancellationToken)).SingleOrDefault() ?? throw Problem.NotFound("location");
        var race = await StandingRace.FindAsync(mediator, location.RaceUuid, cancellationToken) ?? throw Problem.NotFound("location");
        current.RequireReporting(race.CompetitionUuid);
        var standing = await cameras.KeepAsync(location.ClientUuid, await mediator.Send(new FindCamera(location.ClientUuid), cancellationToken), request.Again);
        return new CameraView(location.ClientUuid, standing.State, standing.Since);
    }
}

/// <summary>A location's camera was changed at the desk, or the location taken off the course: what films here follows at once.</summary>
internal sealed class FollowChangedLocations(CourseCameras cameras, DatabaseSession session, IMediator mediator) : INotificationHandler<RecordsChanged>
{
    public Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
    {
        foreach (var location in notification.Records.Where(r => r.Type == RecordTypes.RaceLocation && cameras.Of(r.ClientUuid) is not null))
            session.AfterCommit(async () => await cameras.ChangeAsync(location.ClientUuid, await mediator.Send(new FindCamera(location.ClientUuid), CancellationToken.None)));
        return Task.CompletedTask;
    }
}
