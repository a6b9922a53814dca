using MediatR;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Contracts;
using Quartz;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>More than ten conflicts within an hour in one competition: two people work against each other, or a clock is wrong.</summary>
internal sealed record WatchConflicts : ICommand<Done>;

internal sealed class WatchConflictsHandler(IMediator mediator, TimeProvider time) : IRequestHandler<WatchConflicts, Done>
{
    private const int Many = 10;
    private static readonly TimeSpan Within = TimeSpan.FromHours(1);

    public async Task<Done> Handle(WatchConflicts request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var many = (await mediator.Send(new CountConflictsSince(now - Within), cancellationToken)).Where(c => c.Value > Many).ToDictionary();
        var names = (await mediator.Send(new FindCompetitions(many.Keys), cancellationToken)).ToDictionary(c => c.ClientUuid, c => c.Name);
        var causes = many.Select(c => new AlertRaised(
            AlertKinds.ConflictSpike, $"{AlertKinds.ConflictSpike}/{c.Key}", c.Key, null, $"{c.Value} conflicts within an hour in {names.GetValueOrDefault(c.Key, "a competition")}.", now));
        await mediator.Publish(new AlertsHold(AlertKinds.ConflictSpike, [.. causes], now), cancellationToken);
        return default;
    }
}

[DisallowConcurrentExecution]
internal sealed class WatchConflictsJob(IMediator mediator, ILogger<WatchConflictsJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        await mediator.Send(new WatchConflicts(), cancellationToken);
        logger.LogDebug("Conflicts looked at for {FireTime:O}", context.ScheduledFireTimeUtc);
    }
}
