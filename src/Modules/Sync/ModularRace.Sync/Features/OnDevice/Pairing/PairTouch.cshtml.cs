using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Configuration;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using ModularRace.Sync.Contracts;

namespace ModularRace.Sync.Features.OnDevice.Pairing;

/// <summary>Pairing with the cloud by the code that the desk shows: <c>POST /api/v1/device/pair</c>.</summary>
[Authorize(Policies.PiOperator)]
internal sealed class PairTouchModel(IMediator mediator, IConfiguration configuration) : PageModel
{
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var device = await mediator.Send(new ReadDeviceState(), cancellationToken);
        var zone = device.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault()?.TimeZone : null;
        new TouchPage("pair", new { device.Paired, Name = device.DeviceName, ServerUrl = configuration["SYNC_SERVER_URL"] }, TimeZone: zone).Show(ViewData);
    }
}
