using Amazon.S3.Model;

namespace ModularRace.Incidents.Persistence.S3;

/// <summary>An object read from any place on, as it is asked for: nothing of it is kept here.</summary>
internal sealed class S3Reading(S3Bucket bucket, string key, long length) : Stream
{
    private GetObjectResponse? answer;
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => length + offset };
        ArgumentOutOfRangeException.ThrowIfNegative(to, nameof(offset));
        if (to == position) return to;
        Close(ref answer);
        return position = to;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= length || buffer.IsEmpty) return 0;
        answer ??= await bucket.GetAsync(key, position, cancellationToken) ?? throw S3Bucket.Away();
        try
        {
            var count = await answer.ResponseStream.ReadAsync(buffer, cancellationToken);
            // An answer that ends early is a link that broke: whoever reads must not take it for the end.
            if (count == 0) throw S3Bucket.Away();
            position += count;
            return count;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw S3Bucket.Away();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read without blocking.");

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Close(ref answer);
        base.Dispose(disposing);
    }

    private static void Close(ref GetObjectResponse? answer)
    {
        answer?.Dispose();
        answer = null;
    }
}
