using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Reporting;

/// <summary>The screen that reports: the bibs of the chosen race. A touch goes to <c>POST /api/v1/incidents</c>.</summary>
[Authorize(Policies.Report)]
internal sealed class ReportTouchModel(IMediator mediator) : PageModel
{
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await ChosenPlace.ReadAsync(Request, mediator, cancellationToken) is not { } chosen) return LocalRedirect("/place");
        var bibs = await mediator.Send(new FindStartList(chosen.Race.ClientUuid), cancellationToken);
        new TouchPage("report", new { chosen.Race, chosen.Location, StartList = bibs.ForScreen() }, chosen.Race.Name, chosen.Where, chosen.Race.TimeZone).Show(ViewData);
        return Page();
    }
}
