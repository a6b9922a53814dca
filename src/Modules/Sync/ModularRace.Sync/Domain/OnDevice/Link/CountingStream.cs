namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>What went over the wire since the start: bytes as they lie on the connection, headers, TLS and compression included.</summary>
internal sealed class LinkMeter
{
    private long sent, received, requests;
    private Expected? expected;

    public long Sent => Interlocked.Read(ref sent);

    public long Received => Interlocked.Read(ref received);

    public long Requests => Interlocked.Read(ref requests);

    /// <summary>Called for each piece that went over the link.</summary>
    public Action? Moved { get; set; }

    /// <summary>How much of the body that is expected has passed, 0 to 1; 0 where none is.</summary>
    public double Passed => Volatile.Read(ref expected) is { } body ? Math.Clamp(((body.Comes ? Received : Sent) - body.From) / (double)body.Length, 0, 1) : 0;

    public void CountSent(long bytes)
    {
        Interlocked.Add(ref sent, bytes);
        Moved?.Invoke();
    }

    public void CountReceived(long bytes)
    {
        Interlocked.Add(ref received, bytes);
        Moved?.Invoke();
    }

    public void CountRequest() => Interlocked.Increment(ref requests);

    /// <summary>A body of this length goes out from now.</summary>
    public void ExpectToSend(long length) => Volatile.Write(ref expected, new Expected(Comes: false, Sent, length));

    /// <summary>A body of this length comes in, of which some came since so much was received.</summary>
    public void ExpectToReceive(long from, long length)
    {
        Volatile.Write(ref expected, new Expected(Comes: true, from, length));
        Moved?.Invoke();
    }

    public void ExpectNothing() => Volatile.Write(ref expected, null);

    private sealed record Expected(bool Comes, long From, long Length);
}

/// <summary>A connection that counts what passes.</summary>
internal sealed class CountingStream(Stream inner, LinkMeter meter) : Stream
{
    private const int Piece = 4096;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        meter.CountReceived(read);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Piece by piece, so that whoever looks on sees a long body go.
        while (buffer.Length > 0)
        {
            var piece = buffer[..Math.Min(buffer.Length, Piece)];
            await inner.WriteAsync(piece, cancellationToken);
            meter.CountSent(piece.Length);
            buffer = buffer[piece.Length..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        meter.CountReceived(read);
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        inner.Write(buffer, offset, count);
        meter.CountSent(count);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
