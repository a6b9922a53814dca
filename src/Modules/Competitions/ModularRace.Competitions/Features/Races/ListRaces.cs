using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Races;

/// <summary>The races of a competition, by position, time and name.</summary>
internal sealed record ListRaces(Guid CompetitionUuid, PageRequest Page) : IQuery<Page<RaceView>>;

internal sealed class ListRacesHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ListRaces, Page<RaceView>>
{
    public async Task<Page<RaceView>> Handle(ListRaces request, CancellationToken cancellationToken)
    {
        access.MustSee(request.CompetitionUuid);
        var races = await db.Races.AsNoTracking().Where(r => r.CompetitionUuid == request.CompetitionUuid).ToListAsync(cancellationToken);
        if (races.Count == 0 && !await db.Competitions.AnyAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken)) throw Problem.NotFound("competition");
        return SortedPage.Of(races, request.Page, Key, RaceView.Of);
    }

    private static string Key(Race race) =>
        $"{SortedPage.Position(race.Position)}/{(race.ScheduledAt is { } at ? InstantConverter.Write(at) : "~")}/{race.Name}/{race.ClientUuid:D}";
}
