using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Locations;

/// <summary>Leaves a tombstone. A location that an incident names stays: 409 <c>in_use</c>. Again: unchanged.</summary>
internal sealed record DeleteLocation(Guid LocationUuid, string? IfMatch = null) : ICommand<LocationView>;

internal sealed class DeleteLocationHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<DeleteLocation, LocationView>
{
    public async Task<LocationView> Handle(DeleteLocation request, CancellationToken cancellationToken)
    {
        var stored = await db.RaceLocations.ForUpdate(request.LocationUuid, cancellationToken) ?? throw Problem.NotFound("location");
        var competition = await db.Races.Where(r => r.ClientUuid == stored.RaceUuid).Select(r => r.CompetitionUuid).SingleAsync(cancellationToken);
        access.MustEdit(competition);
        if (stored.Deleted) return LocationView.Of(stored, access.MayEdit(competition, stored));
        stored.MustMatch(request.IfMatch);
        access.MustBeMadeHere(stored);
        var leaving = new ReferenceLeaving(stored.RaceUuid, [stored.ClientUuid], []);
        await mediator.Publish(leaving, cancellationToken);
        if (leaving.InUse.Count > 0) throw Problem.Conflict("in_use", "Incidents name this location: it stays.");

        var changes = new ReferenceChanges(db, here, time);
        changes.Change(stored, new RaceLocation
        {
            RaceUuid = stored.RaceUuid,
            Name = stored.Name,
            CourseSegment = stored.CourseSegment,
            Position = stored.Position,
            CameraUrl = stored.CameraUrl,
            Deleted = true,
        });
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return LocationView.Of(stored);
    }
}
