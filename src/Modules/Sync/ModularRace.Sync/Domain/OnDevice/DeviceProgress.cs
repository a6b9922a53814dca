using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Domain.OnDevice;

/// <param name="Phase"><c>idle, connecting, downloading, storing, sending, receiving, clips, verifying, done, failed</c>.</param>
/// <param name="Done">Records done in this phase.</param>
/// <param name="Total">Of so many; 0: not known.</param>
/// <param name="Message">Why it failed, for a referee.</param>
/// <param name="Bytes">What went over the link in this phase so far, both ways; 0 where it needs none.</param>
/// <param name="Share">How far the phase is, 0 to 1, what is on its way and not answered counted by its bytes; it never goes back. 0: not known.</param>
internal sealed record ProgressStep(string Phase, int Done, int Total, string? Message = null, long Bytes = 0, double Share = 0);

/// <summary>How far the run or the download that is on has come, for whoever looks on.</summary>
internal sealed class DeviceProgress
{
    /// <summary>Bytes are told in steps of these, or of so much of the whole: on the slowest link that is of use, one in two seconds.</summary>
    private const long Step = 4096;
    private const double Part = 0.05;
    private static readonly string[] OverTheLink = ["downloading", "sending", "receiving", "verifying", "clips"];
    private readonly IHostApplicationLifetime? lifetime;
    private readonly LinkMeter meter;
    private readonly Lock gate = new();
    private readonly List<Channel<ProgressStep>> watchers = [];
    private ProgressStep last = new("idle", 0, 0);
    private long bytesBefore;
    private int underway;

    public DeviceProgress(IHostApplicationLifetime? lifetime, LinkMeter meter)
    {
        (this.lifetime, this.meter) = (lifetime, meter);
        meter.Moved = Moved;
    }

    private long Bytes => meter.Sent + meter.Received - bytesBefore;

    /// <param name="underway">Records of the request that goes now.</param>
    public void Report(string phase, int done = 0, int total = 0, string? message = null, int underway = 0)
    {
        lock (gate)
        {
            if (phase != last.Phase)
            {
                last = new ProgressStep(phase, 0, 0);
                bytesBefore = meter.Sent + meter.Received;
            }

            meter.ExpectNothing();
            this.underway = underway;
            Tell(last with { Done = done, Total = total, Message = message });
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

    private void Moved()
    {
        lock (gate)
        {
            if (!OverTheLink.Contains(last.Phase)) return;
            var share = ShareOf(last);
            if (Bytes >= last.Bytes + Step || share >= last.Share + Part || (share >= 1 && last.Share < 1)) Tell(last);
        }
    }

    private void Tell(ProgressStep step)
    {
        last = step with { Bytes = OverTheLink.Contains(step.Phase) ? Bytes : 0, Share = Math.Max(last.Share, ShareOf(step)) };
        foreach (var watcher in watchers) watcher.Writer.TryWrite(last);
    }

    private double ShareOf(ProgressStep step) => step.Total > 0 ? Math.Min(1, (step.Done + (underway * meter.Passed)) / step.Total) : step.Phase == "downloading" ? meter.Passed : 0;
}
