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
    /// <summary>So much is asked for at once: what a host that is killed has asked for and not sent.</summary>
    private const int Allowance = 256 * 1024;
    /// <summary>Below what a server, or a proxy before it, waits for the next byte.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private readonly Stream file;
    private readonly long from;
    private readonly ClipTurn turn;
    private readonly TimeProvider time;
    private readonly Action? written;
    private readonly Func<int, CancellationToken, Task<int>>? allow;

    /// <param name="file">The clip.</param>
    /// <param name="from">Its first byte that goes.</param>
    /// <param name="most">How many follow at most.</param>
    /// <param name="turn">Pauses it, or ends it early.</param>
    /// <param name="time">The clock.</param>
    /// <param name="written">Called after the last of those bytes.</param>
    /// <param name="allow">Asked from time to time whether so many more may go; answers how many, and 0 ends it early. Null: they may.</param>
    public ClipPiece(Stream file, long from, long most, ClipTurn turn, TimeProvider time, Action? written = null, Func<int, CancellationToken, Task<int>>? allow = null)
    {
        (this.file, this.from, this.turn, this.time, this.written, this.allow, Most) = (file, from, turn, time, written, allow, most);
        Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    }

    public long Most { get; }

    public long Sent { get; private set; }

    /// <summary>It waited for something else meanwhile.</summary>
    public bool Paused { get; private set; }

    /// <summary>So many were allowed and did not go.</summary>
    public int Unspent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Sent = 0;
        file.Position = from;
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            while (Sent < Most && await WaitAsync(cancellationToken) && !turn.Ended)
            {
                if (Unspent == 0) Unspent = await AllowedAsync((int)Math.Min(Allowance, Most - Sent), cancellationToken);
                var count = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Math.Min(Block, Unspent), Most - Sent)), cancellationToken);
                if (count == 0) break;
                Unspent -= count;
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

    private Task<int> AllowedAsync(int wanted, CancellationToken cancellationToken) => allow is null ? Task.FromResult(wanted) : allow(wanted, cancellationToken);

    private Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        Paused |= turn.IsPaused;
        return turn.WaitAsync(LongestPause, time, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
