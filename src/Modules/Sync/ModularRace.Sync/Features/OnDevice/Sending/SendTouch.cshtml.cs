using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Contracts;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>How much waits, why, and Sync now. The figures are <c>GET /api/v1/device</c> and <c>/device/queue</c>.</summary>
[Authorize(Policies.PiReferee)]
internal sealed class SendTouchModel(IMediator mediator) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var device = await mediator.Send(new ReadDeviceState(), cancellationToken);
        var zone = device.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault()?.TimeZone : null;
        new TouchPage("send", new { Competition = device.CompetitionName is { } name ? new { Name = name } : null }, TimeZone: zone).Show(ViewData);
    }
}
