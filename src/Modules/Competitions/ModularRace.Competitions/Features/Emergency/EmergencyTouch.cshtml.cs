using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Emergency;

/// <summary>
/// No network and no competition: a referee makes one on the Pi, with its races, locations and bibs. The page sends what the
/// desk sends, to the same slices; it needs no cloud, and what is made syncs later with this Pi as its origin.
/// </summary>
[Authorize(Policies.PiOperator)]
internal sealed class EmergencyTouchModel(IMediator mediator, ISystemIdentity here) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var competitions = (await mediator.Send(new ListCompetitions(new PageRequest(PageRequest.Most, null)), cancellationToken)).Items;
        var races = new List<object>();
        foreach (var competition in competitions)
        {
            var counts = await mediator.Send(new CountRaces(competition.ClientUuid), cancellationToken);
            foreach (var race in (await mediator.Send(new ListRaces(competition.ClientUuid, new PageRequest(PageRequest.Most, null)), cancellationToken)).Items)
                races.Add(new { Race = race, Bibs = counts[race.ClientUuid].Bibs, Locations = counts[race.ClientUuid].Locations });
        }

        new TouchPage("emergency", new { Here = here.Origin, Unnamed = Unnamed.Nation, Competitions = competitions, Races = races }, TimeZone: competitions.Count > 0 ? competitions[0].TimeZone : null).Show(ViewData);
    }
}
