namespace ModularRace.Incidents.Persistence.S3;

/// <summary>
/// What comes in is gathered on this machine's disk and becomes an object of its own at each flush: before that it does not
/// count, however much it is, so that the bytes of a request with a wrong checksum never lie in the bucket.
/// </summary>
/// <param name="bucket">Where to.</param>
/// <param name="gathered">Empty; it goes with this.</param>
/// <param name="nameOf">A piece's key, by its first byte's place and the next one's after it.</param>
/// <param name="from">Where the first byte belongs.</param>
internal sealed class S3Landing(S3Bucket bucket, FileStream gathered, Func<long, long, string> nameOf, long from) : IClipLanding
{
    private long start = from;

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => gathered.WriteAsync(bytes, cancellationToken).AsTask();

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var count = gathered.Length;
        if (count == 0) return;
        gathered.Position = 0;
        await bucket.PutAsync(nameOf(start, start + count), gathered, cancellationToken);
        start += count;
        gathered.SetLength(0);
    }

    public ValueTask DisposeAsync() => gathered.DisposeAsync();
}
