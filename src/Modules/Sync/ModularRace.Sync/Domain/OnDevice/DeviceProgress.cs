using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace ModularRace.Sync.Domain.OnDevice;

/// <param name="Phase"><c>idle, connecting, downloading, storing, sending, receiving, verifying, done, failed</c>.</param>
/// <param name="Done">Records done in this phase.</param>
/// <param name="Total">Of so many; 0: not known.</param>
/// <param name="Message">Why it failed, for a referee.</param>
internal sealed record ProgressStep(string Phase, int Done, int Total, string? Message = null);

/// <summary>How far the run or the download that is on has come, for whoever looks on.</summary>
internal sealed class DeviceProgress(IHostApplicationLifetime? lifetime)
{
    private readonly Lock gate = new();
    private readonly List<Channel<ProgressStep>> watchers = [];
    private ProgressStep last = new("idle", 0, 0);

    public void Report(string phase, int done = 0, int total = 0, string? message = null)
    {
        lock (gate)
        {
            last = new ProgressStep(phase, done, total, message);
            foreach (var watcher in watchers) watcher.Writer.TryWrite(last);
        }
    }

    /// <summary>Where it stands, then each step, until the caller goes or the host stops (open streams must not hold it up).</summary>
    public async IAsyncEnumerable<ProgressStep> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime?.ApplicationStopping ?? CancellationToken.None);
        // A slow watcher misses steps between, never the newest.
        var channel = Channel.CreateBounded<ProgressStep>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            watchers.Add(channel);
            channel.Writer.TryWrite(last);
        }

        try
        {
            while (true)
            {
                ProgressStep step;
                try
                {
                    step = await channel.Reader.ReadAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    yield break;
                }

                yield return step;
            }
        }
        finally
        {
            lock (gate) watchers.Remove(channel);
        }
    }
}
