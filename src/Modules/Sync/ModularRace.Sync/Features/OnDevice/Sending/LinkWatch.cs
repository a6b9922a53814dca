using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// Knows whether there is a link: a change that was made while there is one goes within seconds, and one that comes back is
/// noticed. Offline it asks every fifteen seconds, online every minute (R12).
/// </summary>
internal sealed class LinkWatch(
    IServiceScopeFactory scopes, ScopedSender sender, LinkSignal signal, LinkState link, SyncRunner runner, TimeProvider time, ILogger<LinkWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan WhenOffline = TimeSpan.FromSeconds(15), WhenOnline = TimeSpan.FromMinutes(1);

    /// <summary>A report is followed by its description and the like: they go together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var changed = false;
            while (true)
            {
                await LookAsync(changed, stoppingToken);
                changed = await signal.WaitAsync(link.Online ? WhenOnline : WhenOffline, time, stoppingToken);
                if (!changed) continue;
                await Task.Delay(Gather, time, stoppingToken);
                signal.Drain();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task LookAsync(bool changed, CancellationToken stoppingToken)
    {
        try
        {
            var target = await sender.SendAsync(new ReadCloudTarget(), stoppingToken);
            if (target.Access is null) return;
            if (runner.Syncing && !changed) return;
            if (changed && (link.Online || runner.Syncing))
            {
                // The upload is its own probe, and so is a run that is on.
                _ = runner.SyncAsync(manual: false);
                return;
            }

            var before = link.Online;
            await using (var scope = scopes.CreateAsyncScope())
                await scope.ServiceProvider.GetRequiredService<CloudLink>().ProbeAsync(target.Access.Server, stoppingToken);
            if (changed || !before || await sender.SendAsync(new CountDue(), stoppingToken) > 0 || await sender.SendAsync(new CountClipsDue(), stoppingToken) > 0) _ = runner.SyncAsync(manual: false);
        }
        catch (LinkFailure e)
        {
            logger.LogDebug("No link: {Reason}", e.Message);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "The link could not be looked at.");
        }
    }
}

/// <summary>How many records may go now.</summary>
internal sealed record CountDue : IQuery<int>;

internal sealed class CountDueHandler(SyncDbContext db, AnchoredClock clock) : IRequestHandler<CountDue, int>
{
    public Task<int> Handle(CountDue request, CancellationToken cancellationToken) => db.Queue.Due(clock.Read().Corrected).CountAsync(cancellationToken);
}
