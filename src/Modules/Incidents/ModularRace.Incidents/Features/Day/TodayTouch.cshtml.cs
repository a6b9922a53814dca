using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Day;

/// <summary>The incidents of the chosen race, and where each of them is. The list is <c>GET /api/v1/races/{uuid}/incidents</c>.</summary>
[Authorize(Policies.Report)]
internal sealed class TodayTouchModel(IMediator mediator) : PageModel
{
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await ChosenPlace.ReadAsync(Request, mediator, cancellationToken) is not { } chosen) return LocalRedirect("/place");
        var bibs = await mediator.Send(new FindStartList(chosen.Race.ClientUuid), cancellationToken);
        new TouchPage("today", new { chosen.Race, chosen.Location, StartList = bibs.ForScreen() }, chosen.Race.Name, chosen.Where, chosen.Race.TimeZone).Show(ViewData);
        return Page();
    }
}
