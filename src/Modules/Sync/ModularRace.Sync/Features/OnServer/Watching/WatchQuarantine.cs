using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using Quartz;

namespace ModularRace.Sync.Features.OnServer.Watching;

/// <summary>R14: rejected records wait for a person. One alert a competition, with their number.</summary>
internal sealed record WatchQuarantine : ICommand<Done>;

internal sealed class WatchQuarantineHandler(SyncDbContext db, DatabaseSession session, IMediator mediator, TimeProvider time) : IRequestHandler<WatchQuarantine, Done>
{
    private static readonly Guid AllOfIt = new("3d0d5a0e-6b43-5b6f-8a4e-1f6c2f0f9d31");

    public async Task<Done> Handle(WatchQuarantine request, CancellationToken cancellationToken)
    {
        // Who counts must see what another has just put there, or would end the alert that it raised.
        await session.LockAsync("quarantine", AllOfIt, cancellationToken);
        var now = time.GetUtcNow();
        var open = await db.Quarantine.Where(q => q.State == QuarantineStates.Open).GroupBy(q => q.CompetitionUuid)
            .Select(g => new { Competition = g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        var names = open.Count == 0 ? []
            : (await mediator.Send(new FindCompetitions([.. open.Select(o => o.Competition).OfType<Guid>()]), cancellationToken)).ToDictionary(c => c.ClientUuid, c => c.Name);
        var causes = open.Select(o => new AlertRaised(
            AlertKinds.RecordQuarantined, $"{AlertKinds.RecordQuarantined}/{o.Competition?.ToString() ?? "none"}", o.Competition, null, Words(o.Count, o.Competition is { } c ? names.GetValueOrDefault(c) : null), now));
        await mediator.Publish(new AlertsHold(AlertKinds.RecordQuarantined, [.. causes], now), cancellationToken);
        return default;
    }

    private static string Words(int count, string? competition)
    {
        var (records, wait) = count == 1 ? ("One record", "waits") : ($"{count} records", "wait");
        return competition is null
            ? $"{records} could not be taken and {wait} for a person. Of which competition cannot be told."
            : $"{records} of {competition} could not be taken and {wait} for a person.";
    }
}

/// <summary>At once where an upload brought some, or a good edit closed one.</summary>
internal sealed class WatchRejections(IMediator mediator) : INotificationHandler<UploadTaken>
{
    public async Task Handle(UploadTaken notification, CancellationToken cancellationToken)
    {
        if (notification.QuarantineChanged) await mediator.Send(new WatchQuarantine(), cancellationToken);
    }
}

[DisallowConcurrentExecution]
internal sealed class WatchQuarantineJob(IMediator mediator, ILogger<WatchQuarantineJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        await mediator.Send(new WatchQuarantine(), cancellationToken);
        logger.LogDebug("The quarantine looked at for {FireTime:O}", context.ScheduledFireTimeUtc);
    }
}
