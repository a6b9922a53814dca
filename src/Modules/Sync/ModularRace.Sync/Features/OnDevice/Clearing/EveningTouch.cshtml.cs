using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Contracts;

namespace ModularRace.Sync.Features.OnDevice.Clearing;

/// <summary>The end of the day: what stands in the way, the proof, the clearing, and the way out by memory stick.</summary>
[Authorize(Policies.PiOperator)]
internal sealed class EveningTouchModel(IMediator mediator) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var device = await mediator.Send(new ReadDeviceState(), cancellationToken);
        var zone = device.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault()?.TimeZone : null;
        new TouchPage("evening", new { }, TimeZone: zone).Show(ViewData);
    }
}
