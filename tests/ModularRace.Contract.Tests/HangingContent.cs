using System.Net;

namespace ModularRace.Contract.Tests;

/// <summary>Sends so much, and then nothing more for as long as the test likes.</summary>
internal sealed class HangingContent(byte[] bytes, int passes) : HttpContent
{
    private readonly TaskCompletionSource hangs = new(TaskCreationOptions.RunContinuationsAsynchronously), giveUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Hangs => hangs.Task;

    public void GiveUp() => giveUp.TrySetException(new IOException("The link is gone."));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(bytes.AsMemory(0, passes));
        await stream.FlushAsync();
        hangs.TrySetResult();
        await giveUp.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
