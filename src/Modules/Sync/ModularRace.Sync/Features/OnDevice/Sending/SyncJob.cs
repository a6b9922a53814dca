using MediatR;
using Quartz;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>The fallback every <c>Sync__Interval</c>: sends what the button sends.</summary>
[DisallowConcurrentExecution]
internal sealed class SyncJob(IMediator mediator) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await mediator.Send(new SyncNow(Manual: false, Wait: false), cancellationToken);
}
