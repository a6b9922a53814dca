using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// The button, the API and the clock all send this. No transaction is around it: a run has many, and none over the network.
/// </summary>
/// <param name="Manual">A person asked: the server is probed anew, past an open circuit, and what failed goes too.</param>
/// <param name="Wait">Answer when the run has ended.</param>
internal sealed record SyncNow(bool Manual, bool Wait) : IRequest<SyncFigures?>;

internal sealed class SyncNowHandler(SyncRunner runner, DeviceRow row, CloudLink link) : IRequestHandler<SyncNow, SyncFigures?>
{
    /// <exception cref="Problem">409 <c>not_paired</c>; 503 <c>server_unreachable</c>.</exception>
    public async Task<SyncFigures?> Handle(SyncNow request, CancellationToken cancellationToken)
    {
        if (request.Manual)
        {
            var access = await row.RequireAccessAsync(cancellationToken);
            try
            {
                await link.ProbeAsync(access.Server, cancellationToken);
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
}
