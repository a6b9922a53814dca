using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Persistence.S3;

/// <summary>A wrong address, bucket or key is in the log at the start and not with the first clip. Records need none of it, so the host runs.</summary>
internal sealed class S3Look(S3Bucket bucket, ISystemIdentity system, ILogger<S3Look> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (system.Origin != CloudIdentity.Cloud) return;
        try
        {
            await using var first = bucket.ListAsync("incoming/", stoppingToken).GetAsyncEnumerator(stoppingToken);
            await first.MoveNextAsync();
        }
        catch (Problem)
        {
            logger.LogError("The bucket of clips cannot be used; no clip is taken or shown until it can");
        }
    }
}
