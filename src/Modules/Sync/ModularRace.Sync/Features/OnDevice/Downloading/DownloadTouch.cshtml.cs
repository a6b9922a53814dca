using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Contracts;

namespace ModularRace.Sync.Features.OnDevice.Downloading;

/// <summary>Choosing and fetching the competition, and the counts to hold against the paper start lists.</summary>
[Authorize(Policies.PiOperator)]
internal sealed class DownloadTouchModel(IMediator mediator) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var device = await mediator.Send(new ReadDeviceState(), cancellationToken);
        var competition = device.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault() : null;
        var races = new List<object>();
        foreach (var race in competition is null ? [] : await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken))
        {
            var bibs = await mediator.Send(new FindStartList(race.ClientUuid), cancellationToken);
            var locations = await mediator.Send(new FindLocationsOfRace(race.ClientUuid), cancellationToken);
            races.Add(new { race.Name, Bibs = bibs.Count, Locations = locations.Count });
        }

        new TouchPage("download", new
        {
            Device = new { device.Paired, device.ReadyForOffline },
            Competition = competition is null ? null : new { competition.ClientUuid, competition.Name, competition.Place, competition.StartDate, competition.EndDate },
            Counts = competition is null ? null : new { competition.Races, competition.Bibs, competition.Athletes, competition.Locations },
            Races = races,
        }, TimeZone: competition?.TimeZone).Show(ViewData);
    }
}
