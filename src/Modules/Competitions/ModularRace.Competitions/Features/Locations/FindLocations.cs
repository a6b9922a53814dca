using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Locations;

internal sealed class FindLocationsHandler(CompetitionsDbContext db)
    : IRequestHandler<FindLocations, IReadOnlyList<LocationSummary>>, IRequestHandler<FindLocationsOfRace, IReadOnlyList<LocationSummary>>,
        IRequestHandler<FindCamera, string?>
{
    public async Task<IReadOnlyList<LocationSummary>> Handle(FindLocations request, CancellationToken cancellationToken)
    {
        var uuids = request.Uuids.ToArray();
        if (uuids.Length == 0) return [];
        var found = await db.RaceLocations.Where(l => uuids.Contains(l.ClientUuid))
            .Select(l => new LocationSummary(l.ClientUuid, l.RaceUuid, l.Name, l.CourseSegment, l.Position ?? 0, l.Deleted, l.MergedInto ?? l.ClientUuid, l.CameraUrl != null))
            .ToListAsync(cancellationToken);
        if (!found.Exists(l => l.StandsFor != l.ClientUuid)) return found;
        var standings = await Standings.ReadAsync(db, cancellationToken);
        return found.ConvertAll(l => l with { StandsFor = standings.Of(l.ClientUuid) });
    }

    public async Task<IReadOnlyList<LocationSummary>> Handle(FindLocationsOfRace request, CancellationToken cancellationToken)
    {
        var race = (await db.Races.StandingAsync(request.RaceUuid, cancellationToken))?.ClientUuid ?? request.RaceUuid;
        return await db.RaceLocations.Where(l => l.RaceUuid == race && !l.Deleted && l.MergedInto == null)
            .OrderBy(l => l.Position ?? int.MaxValue).ThenBy(l => l.Name).ThenBy(l => l.ClientUuid)
            .Select(l => new LocationSummary(l.ClientUuid, l.RaceUuid, l.Name, l.CourseSegment, l.Position ?? 0, l.Deleted, l.ClientUuid, l.CameraUrl != null))
            .ToListAsync(cancellationToken);
    }

    public async Task<string?> Handle(FindCamera request, CancellationToken cancellationToken) =>
        await db.RaceLocations.Where(l => l.ClientUuid == request.LocationUuid && !l.Deleted && l.MergedInto == null).Select(l => l.CameraUrl).SingleOrDefaultAsync(cancellationToken);
}
