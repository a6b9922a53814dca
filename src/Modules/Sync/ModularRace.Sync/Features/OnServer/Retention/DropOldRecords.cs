using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using Quartz;

namespace ModularRace.Sync.Features.OnServer.Retention;

/// <summary>What only figures and explanations are made of goes when two seasons have passed. What people made, and receipts, stay.</summary>
internal sealed record DropOldRecords : ICommand<DroppedRecords>;

internal sealed record DroppedRecords(int Runs, int Uploads, int PairingCodes, int PairingTries);

internal sealed class DropOldRecordsHandler(SyncDbContext db, TimeProvider time) : IRequestHandler<DropOldRecords, DroppedRecords>
{
    private static readonly TimeSpan TwoSeasons = TimeSpan.FromDays(730), AfterUse = TimeSpan.FromDays(30), Tries = TimeSpan.FromDays(1);

    public async Task<DroppedRecords> Handle(DropOldRecords request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (seasons, codes, tries) = (now - TwoSeasons, now - AfterUse, now - Tries);
        return new DroppedRecords(
            await db.DeviceRuns.Where(r => r.ReceivedAt < seasons).ExecuteDeleteAsync(cancellationToken),
            await db.Uploads.Where(u => u.ReceivedAt < seasons).ExecuteDeleteAsync(cancellationToken),
            await db.PairingCodes.Where(c => c.ExpiresAt < codes).ExecuteDeleteAsync(cancellationToken),
            await db.PairingTries.Where(t => t.At < tries).ExecuteDeleteAsync(cancellationToken));
    }
}

[DisallowConcurrentExecution]
internal sealed class DropOldRecordsJob(IMediator mediator, ILogger<DropOldRecordsJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        logger.LogInformation("Old records went: {Dropped}", await mediator.Send(new DropOldRecords(), cancellationToken));
}
