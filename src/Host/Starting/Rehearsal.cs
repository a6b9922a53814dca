using MediatR;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Host.Starting;

/// <summary>On a Pi, once it can be used: the first tap after a start takes as long as any other.</summary>
internal sealed class Rehearsal(IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, ILogger<Rehearsal> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RehearseTap(), stoppingToken);
            logger.LogInformation("A tap was rehearsed");
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The day goes on without: the first tap is slower.
            logger.LogWarning(e, "A tap could not be rehearsed");
        }
        catch (OperationCanceledException)
        {
            // It stops before it was used.
        }
    }
}
