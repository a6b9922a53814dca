using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Locations;

internal sealed class SayLocationHandler(CompetitionsDbContext db, IMediator mediator, ISystemIdentity here, TimeProvider time) : IRequestHandler<SayLocation, Guid>
{
    public async Task<Guid> Handle(SayLocation request, CancellationToken cancellationToken)
    {
        var standings = await Standings.ReadAsync(db, cancellationToken);
        var ofRace = await db.RaceLocations.Where(l => (l.SaidRaceUuid ?? l.RaceUuid) == request.RaceUuid && !l.Deleted).OrderBy(l => l.Id).ToListAsync(cancellationToken);
        if (ofRace.Find(l => standings.Of(l.ClientUuid) == request.LocationUuid) is { } known) return known.ClientUuid;

        var standing = await db.RaceLocations.SingleOrDefaultAsync(l => l.ClientUuid == request.LocationUuid, cancellationToken) ?? throw Problem.NotFound("location");
        var changes = new ReferenceChanges(db, here, time);
        var twin = changes.Make(new RaceLocation
        {
            RaceUuid = standing.RaceUuid,
            SaidRaceUuid = request.RaceUuid,
            MergedInto = standing.ClientUuid,
            Name = standing.Name,
            CourseSegment = standing.CourseSegment,
            Position = standing.Position,
        });
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return twin.ClientUuid;
    }
}
