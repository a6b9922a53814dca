using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>
/// Some bytes of a clip, read as they go: a long one takes no more memory than a short one. Its length is left open, so that
/// it can end early on a connection that stays warm.
/// </summary>
internal sealed class ClipPiece : HttpContent
{
    /// <summary>Seconds on the slowest link: what else wants to go shares it with no more than this.</summary>
    private const int Block = 4 * 1024;
    /// <summary>Below what a server, or a proxy before it, waits for the next byte.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private readonly Stream file;
    private readonly long from;
    private readonly ClipTurn turn;
    private readonly TimeProvider time;
    private readonly Action? written;

    public ClipPiece(Stream file, long from, long most, ClipTurn turn, TimeProvider time, Action? written = null)
    {
        (this.file, this.from, this.turn, this.time, this.written, Most) = (file, from, turn, time, written, most);
        Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    }

    public long Most { get; }

    public long Sent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Sent = 0;
        file.Position = from;
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            while (Sent < Most && await turn.WaitAsync(LongestPause, time, cancellationToken) && !turn.Ended)
            {
                var count = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Block, Most - Sent)), cancellationToken);
                if (count == 0) break;
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                Sent += count;
            }

            if (Sent == Most) written?.Invoke();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
