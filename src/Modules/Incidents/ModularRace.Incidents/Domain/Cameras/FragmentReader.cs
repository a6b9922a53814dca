using System.Buffers.Binary;

namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>Takes a fragmented MP4 apart as it comes: its head once, then the pieces, each of which begins with a whole picture.</summary>
internal sealed class FragmentReader(Stream film)
{
    /// <summary>More than any camera makes between two whole pictures.</summary>
    private const int MostOfPiece = 48 << 20;

    /// <summary>What says how the pictures are coded; null: it ended before.</summary>
    public Task<byte[]?> HeadAsync(CancellationToken cancellationToken) => ToAsync("moov"u8.ToArray(), cancellationToken);

    /// <summary>The next pictures; null: there are no more.</summary>
    public Task<byte[]?> NextAsync(CancellationToken cancellationToken) => ToAsync("mdat"u8.ToArray(), cancellationToken);

    /// <summary>All boxes up to one of that type, and it.</summary>
    private async Task<byte[]?> ToAsync(byte[] last, CancellationToken cancellationToken)
    {
        using var piece = new MemoryStream();
        var head = new byte[8];
        while (true)
        {
            if (await film.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) < head.Length) return null;
            // Neither a long box nor one without an end: our own ffmpeg writes neither of a few seconds.
            var size = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (size < head.Length || piece.Length + size > MostOfPiece) return null;
            piece.Write(head);
            var body = new byte[(int)size - head.Length];
            if (await film.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken) < body.Length) return null;
            piece.Write(body);
            if (head.AsSpan(4).SequenceEqual(last)) return piece.ToArray();
        }
    }
}
