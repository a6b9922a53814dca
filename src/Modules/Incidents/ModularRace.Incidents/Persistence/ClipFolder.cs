using Microsoft.Win32.SafeHandles;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents.Persistence;

/// <summary>
/// Clips in a folder of this machine, or one that all replicas of a cloud see. A cloud and a Pi that are started in one place
/// do not share it, for what lies here and is in no row goes.
/// </summary>
internal sealed class ClipFolder(ClipSettings settings, ISystemIdentity system) : IClipStore
{
    private const int Block = 128 * 1024;
    private const string Unfinished = ".new";

    private string Root => Path.Combine(settings.Directory, system.Origin == CloudIdentity.Cloud ? "cloud" : "device");

    private string Incoming => Path.Combine(Root, "incoming");

    public Task<IClipLanding> OpenIncomingAsync(Guid upload, long from, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Incoming);
        var file = File.OpenHandle(IncomingPath(upload), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        return Task.FromResult<IClipLanding>(new Landing(file, from));
    }

    public Task<ClipFile> ReadIncomingAsync(Guid upload, CancellationToken cancellationToken) => Task.FromResult(new ClipFile(Open(IncomingPath(upload))));

    public Task<long> IncomingLengthAsync(Guid upload, CancellationToken cancellationToken) =>
        Task.FromResult(new FileInfo(IncomingPath(upload)) is { Exists: true } file ? file.Length : 0);

    public Task DropIncomingAsync(Guid upload, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Incoming)) File.Delete(IncomingPath(upload));
        return Task.CompletedTask;
    }

    public Task StageAsync(Guid upload, string sha256, ClipFile whole, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task KeepAsync(Guid upload, string sha256, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(PathOf(sha256))!;
        var made = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        if (File.Exists(IncomingPath(upload))) File.Move(IncomingPath(upload), PathOf(sha256), overwrite: true);
        else if (!File.Exists(PathOf(sha256))) throw new IOException("A clip that came in is gone.");
        DirectorySync.Flush(folder);
        if (made) DirectorySync.Flush(Root);
        return Task.CompletedTask;
    }

    public Task<bool> HoldsAsync(string sha256, long sizeBytes, CancellationToken cancellationToken) =>
        Task.FromResult(new FileInfo(PathOf(sha256)) is { Exists: true } file && file.Length == sizeBytes);

    public Task<Stream?> TryOpenAsync(string sha256, CancellationToken cancellationToken) => Task.FromResult<Stream?>(TryOpenFile(PathOf(sha256)));

    public Task<ClipFile?> TryFileAsync(string sha256, CancellationToken cancellationToken) => Task.FromResult(TryOpenFile(PathOf(sha256)) is { } file ? new ClipFile(file) : null);

    public Task KeepPosterAsync(string sha256, byte[] jpeg, CancellationToken cancellationToken)
    {
        var place = PosterOf(sha256);
        using (var file = File.OpenHandle(place + Unfinished, FileMode.Create, FileAccess.Write, FileShare.Delete))
        {
            RandomAccess.Write(file, jpeg, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(place + Unfinished, place, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(place)!);
        return Task.CompletedTask;
    }

    public Task<Stream?> TryOpenPosterAsync(string sha256, CancellationToken cancellationToken) => Task.FromResult<Stream?>(TryOpenFile(PosterOf(sha256)));

    public Task DropAsync(string sha256, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.GetDirectoryName(PathOf(sha256)))) return Task.CompletedTask;
        File.Delete(PathOf(sha256));
        File.Delete(PosterOf(sha256));
        File.Delete(PosterOf(sha256) + Unfinished);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<string> AllAsync(DateTimeOffset before, CancellationToken cancellationToken) => (Directory.Exists(Root)
        ? new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.LastWriteTimeUtc < before.UtcDateTime).Select(f => f.Name.Split('.')[0]).Where(IsDigest).Distinct(StringComparer.Ordinal)
        : []).ToAsyncEnumerable();

    public IAsyncEnumerable<Guid> AllIncomingAsync(CancellationToken cancellationToken) => (Directory.Exists(Incoming)
        ? Directory.EnumerateFiles(Incoming).Select(f => Guid.TryParseExact(Path.GetFileName(f), "N", out var uuid) ? uuid : Guid.Empty).Where(u => u != Guid.Empty)
        : []).ToAsyncEnumerable();

    public double? Free() => DiskSpace.Free(Root);

    /// <summary>Whether it is a SHA-256 as clips are named by.</summary>
    public static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static FileStream? TryOpenFile(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Block, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private string IncomingPath(Guid upload) => Path.Combine(Incoming, upload.ToString("N"));

    private string PathOf(string sha256) => IsDigest(sha256)
        ? Path.Combine(Root, sha256[..2], sha256)
        : throw new ArgumentException("It is no SHA-256.", nameof(sha256));

    private string PosterOf(string sha256) => PathOf(sha256) + ".jpg";

    private sealed class Landing(SafeFileHandle file, long from) : IClipLanding
    {
        private long position = from;

        public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await RandomAccess.WriteAsync(file, bytes, position, cancellationToken);
            position += bytes.Length;
        }

        public Task FlushAsync(CancellationToken cancellationToken)
        {
            RandomAccess.FlushToDisk(file);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            file.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
