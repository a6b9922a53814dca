using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Places;

/// <summary>Race and location, chosen once. On a Pi there is one competition as a rule; where there are more, all their races are offered.</summary>
[Authorize(Policies.Report)]
internal sealed class PlaceTouchModel(IMediator mediator) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var races = new List<object>();
        foreach (var competition in await mediator.Send(new FindCompetitions(), cancellationToken))
        {
            foreach (var race in await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken))
            {
                var locations = await mediator.Send(new FindLocationsOfRace(race.ClientUuid), cancellationToken);
                var bibs = await mediator.Send(new FindStartList(race.ClientUuid), cancellationToken);
                races.Add(new
                {
                    race.ClientUuid, race.Name, race.Discipline, race.ScheduledAt, race.Status, race.TimeZone, race.CompetitionName, Bibs = bibs.Count,
                    Locations = locations.Select(l => new { l.ClientUuid, l.Name, l.CourseSegment }),
                });
            }
        }

        var chosen = await ChosenPlace.ReadAsync(Request, mediator, cancellationToken);
        new TouchPage("place", new { Races = races, chosen?.Race, chosen?.Location }, chosen?.Race.Name, chosen?.Where, chosen?.Race.TimeZone).Show(ViewData);
    }
}
