using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Locations;

/// <summary>The locations of a race in course order, without tombstones.</summary>
internal sealed record ListLocations(Guid RaceUuid, PageRequest Page) : IQuery<Page<LocationView>>;

internal sealed class ListLocationsHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ListLocations, Page<LocationView>>
{
    public async Task<Page<LocationView>> Handle(ListLocations request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustSee(race.CompetitionUuid);
        var locations = await db.RaceLocations.AsNoTracking().Where(l => l.RaceUuid == race.ClientUuid && !l.Deleted && l.MergedInto == null).ToListAsync(cancellationToken);
        return SortedPage.Of(locations, request.Page, l => $"{SortedPage.Position(l.Position)}/{l.Name}/{l.ClientUuid:D}", l => LocationView.Of(l, access.MayEdit(race.CompetitionUuid, l)));
    }
}
