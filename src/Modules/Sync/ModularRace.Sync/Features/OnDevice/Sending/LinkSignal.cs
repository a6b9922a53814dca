using System.Threading.Channels;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Something was committed here that the cloud should have. Any number of signals are one.</summary>
internal sealed class LinkSignal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Changed() => channel.Writer.TryWrite(true);

    /// <summary>True when something changed before the time was over.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await channel.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Drain() => channel.Reader.TryRead(out _);
}
