using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Persistence;

/// <summary>
/// The bytes of clips: one file for each content, under its SHA-256, with its picture; and those on their way in, under the
/// upload's UUID. No name that anybody sent becomes a path or a key. What is awaited here is there after the power went (R1).
/// </summary>
/// <exception cref="Problem">503 <c>clip_store_unreachable</c>: it does not answer just now; nothing is lost.</exception>
internal interface IClipStore
{
    /// <summary>For writing the bytes from that place on.</summary>
    Task<IClipLanding> OpenIncomingAsync(Guid upload, long from, CancellationToken cancellationToken);

    /// <summary>All that came of an upload, in their order.</summary>
    Task<ClipFile> ReadIncomingAsync(Guid upload, CancellationToken cancellationToken);

    /// <summary>So much of it lies here from its beginning on; 0: nothing.</summary>
    Task<long> IncomingLengthAsync(Guid upload, CancellationToken cancellationToken);

    Task DropIncomingAsync(Guid upload, CancellationToken cancellationToken);

    /// <summary>Before the transaction that keeps it: whatever takes long. Again: nothing more happens.</summary>
    /// <param name="upload">Whose it is.</param>
    /// <param name="sha256">What its content was found to be.</param>
    /// <param name="whole">As <see cref="ReadIncomingAsync"/> gave it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task StageAsync(Guid upload, string sha256, ClipFile whole, CancellationToken cancellationToken);

    /// <summary>What was staged is the clip from here on, under its digest, whole or not at all. Again: nothing more happens.</summary>
    Task KeepAsync(Guid upload, string sha256, CancellationToken cancellationToken);

    Task<bool> HoldsAsync(string sha256, long sizeBytes, CancellationToken cancellationToken);

    /// <summary>To be read from any place, and closed by who reads; null: it is not here.</summary>
    Task<Stream?> TryOpenAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>For a program that can read files only; null: it is not here.</summary>
    Task<ClipFile?> TryFileAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>A picture of a clip, whole or not at all.</summary>
    Task KeepPosterAsync(string sha256, byte[] jpeg, CancellationToken cancellationToken);

    /// <summary>Null: there is none.</summary>
    Task<Stream?> TryOpenPosterAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>The clip and its picture.</summary>
    Task DropAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>The digests of all of which something has lain here since before that time, clip or picture; one may come twice.</summary>
    IAsyncEnumerable<string> AllAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The uploads of which something lies here, each once.</summary>
    IAsyncEnumerable<Guid> AllIncomingAsync(CancellationToken cancellationToken);

    /// <summary>What is free of the disk that clips go to or through, 0 to 1; null: it does not tell.</summary>
    double? Free();
}

/// <summary>
/// Where the bytes of an upload come down. Each at its place, never behind what is there: whoever else writes the same upload
/// writes the same bytes, or the digest tells.
/// </summary>
internal interface IClipLanding : IAsyncDisposable
{
    Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>All that was written is there for good.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}

/// <summary>A clip as a file of this machine; what was brought here for the reading goes with it.</summary>
internal sealed class ClipFile(FileStream bytes) : IAsyncDisposable
{
    public FileStream Bytes => bytes;

    public string Path => bytes.Name;

    public ValueTask DisposeAsync() => bytes.DisposeAsync();
}
