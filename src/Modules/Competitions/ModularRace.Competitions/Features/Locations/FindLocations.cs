using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Locations;

internal sealed class FindLocationsHandler(CompetitionsDbContext db)
    : IRequestHandler<FindLocations, IReadOnlyList<LocationSummary>>, IRequestHandler<FindLocationsOfRace, IReadOnlyList<LocationSummary>>
{
    public async Task<IReadOnlyList<LocationSummary>> Handle(FindLocations request, CancellationToken cancellationToken)
    {
        var uuids = request.Uuids.ToArray();
        if (uuids.Length == 0) return [];
        return await db.RaceLocations.Where(l => uuids.Contains(l.ClientUuid))
            .Select(l => new LocationSummary(l.ClientUuid, l.RaceUuid, l.Name, l.CourseSegment, l.Position ?? 0, l.Deleted))
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<LocationSummary>> Handle(FindLocationsOfRace request, CancellationToken cancellationToken) =>
        await db.RaceLocations.Where(l => l.RaceUuid == request.RaceUuid && !l.Deleted)
            .OrderBy(l => l.Position ?? int.MaxValue).ThenBy(l => l.Name).ThenBy(l => l.ClientUuid)
            .Select(l => new LocationSummary(l.ClientUuid, l.RaceUuid, l.Name, l.CourseSegment, l.Position ?? 0, l.Deleted))
            .ToListAsync(cancellationToken);
}
