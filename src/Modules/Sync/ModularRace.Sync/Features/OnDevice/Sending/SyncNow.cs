using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// The button, the API and the clock all send this. No transaction is around it: a run has many, and none over the network.
/// </summary>
/// <param name="Manual">A person asked: the server is probed anew, past an open circuit, and what failed goes too.</param>
/// <param name="Wait">Answer when the run has ended.</param>
internal sealed record SyncNow(bool Manual, bool Wait) : IRequest<SyncFigures?>;

internal sealed class SyncNowHandler(SyncRunner runner, DeviceRow row, CloudLink link, AnchoredClock clock, IMediator mediator) : IRequestHandler<SyncNow, SyncFigures?>
{
    private const long WellKnownMs = 1000;

    /// <exception cref="Problem">409 <c>not_paired</c>; 503 <c>server_unreachable</c>.</exception>
    public async Task<SyncFigures?> Handle(SyncNow request, CancellationToken cancellationToken)
    {
        if (request.Manual)
        {
            var access = await row.RequireAccessAsync(cancellationToken);
            try
            {
                if (request.Wait && await IsOwnProbeAsync(cancellationToken)) await link.TryAnewAsync(cancellationToken);
                else await link.ProbeAsync(access.Server, cancellationToken);
            }
            catch (LinkFailure e)
            {
                throw e.ToProblem();
            }
        }
        else if (await row.AccessAsync(cancellationToken) is null)
        {
            return null;
        }

        var ended = runner.SyncAsync(request.Manual);
        return request.Wait ? await ended.WaitAsync(cancellationToken) : null;
    }

    /// <summary>
    /// R12: an upload tells as well as a probe whether the cloud is there, and saves a round trip. But a probe first fixes the
    /// clock (R10), where that has run free for long; and who does not wait for the end of the run is told at once.
    /// </summary>
    private async Task<bool> IsOwnProbeAsync(CancellationToken cancellationToken) =>
        clock.Read().UncertaintyMs <= WellKnownMs && await mediator.Send(new CountDue(), cancellationToken) > 0;
}
