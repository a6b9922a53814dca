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
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustSee(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        var races = await db.Races.AsNoTracking().Where(r => r.CompetitionUuid == competition.ClientUuid && r.MergedInto == null).ToListAsync(cancellationToken);
        return SortedPage.Of(races, request.Page, Key, RaceView.Of);
    }

    private static string Key(Race race) =>
        $"{SortedPage.Position(race.Position)}/{(race.ScheduledAt is { } at ? InstantConverter.Write(at) : "~")}/{race.Name}/{race.ClientUuid:D}";
}
