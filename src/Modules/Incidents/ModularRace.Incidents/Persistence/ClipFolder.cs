using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents.Persistence;

/// <summary>
/// The bytes of clips: one file for each content, under its SHA-256; and those on their way in, under the upload's UUID. No
/// name that anybody sent becomes a path. Replicas share the folder; a cloud and a Pi that are started in one place do not,
/// for what lies here and is in no row goes.
/// </summary>
internal sealed class ClipFolder(ClipSettings settings, ISystemIdentity system)
{
    private const int Block = 128 * 1024;
    private const string Unfinished = ".new";

    private string Root => Path.Combine(settings.Directory, system.Origin == CloudIdentity.Cloud ? "cloud" : "device");

    private string Incoming => Path.Combine(Root, "incoming");

    /// <summary>For writing at a place; made where it is not there yet.</summary>
    public SafeFileHandle OpenIncoming(Guid upload)
    {
        Directory.CreateDirectory(Incoming);
        return File.OpenHandle(IncomingPath(upload), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
    }

    public FileStream ReadIncoming(Guid upload) => Open(IncomingPath(upload));

    /// <summary>How much of it lies here; 0: nothing.</summary>
    public long IncomingLength(Guid upload) => new FileInfo(IncomingPath(upload)) is { Exists: true } file ? file.Length : 0;

    public void DropIncoming(Guid upload)
    {
        if (Directory.Exists(Incoming)) File.Delete(IncomingPath(upload));
    }

    public static async Task<string> DigestAsync(Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>R1: what came in is kept under its digest, and is there after the power went. Again: nothing more happens.</summary>
    public void Keep(Guid upload, string sha256)
    {
        var folder = Path.GetDirectoryName(PathOf(sha256))!;
        var made = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        if (File.Exists(IncomingPath(upload))) File.Move(IncomingPath(upload), PathOf(sha256), overwrite: true);
        else if (!File.Exists(PathOf(sha256))) throw new IOException("A clip that came in is gone.");
        SyncDirectory(folder);
        if (made) SyncDirectory(Root);
    }

    public bool Holds(string sha256, long sizeBytes) => new FileInfo(PathOf(sha256)) is { Exists: true } file && file.Length == sizeBytes;

    /// <summary>Null: it is not here.</summary>
    public FileStream? TryOpen(string sha256) => TryOpenFile(PathOf(sha256));

    /// <summary>Where a program finds it that can read files only; null: it is not here.</summary>
    public string? PathOfHeld(string sha256) => File.Exists(PathOf(sha256)) ? PathOf(sha256) : null;

    /// <summary>The same of one that comes in.</summary>
    public string PathOfIncoming(Guid upload) => IncomingPath(upload);

    /// <summary>A picture of a clip lies beside it, whole or not at all.</summary>
    public void KeepPoster(string sha256, byte[] jpeg)
    {
        var place = PosterOf(sha256);
        using (var file = File.OpenHandle(place + Unfinished, FileMode.Create, FileAccess.Write, FileShare.Delete))
        {
            RandomAccess.Write(file, jpeg, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(place + Unfinished, place, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(place)!);
    }

    /// <summary>Null: there is none.</summary>
    public FileStream? TryOpenPoster(string sha256) => TryOpenFile(PosterOf(sha256));

    /// <summary>The clip and its picture.</summary>
    public void Drop(string sha256)
    {
        if (!Directory.Exists(Path.GetDirectoryName(PathOf(sha256)))) return;
        File.Delete(PathOf(sha256));
        File.Delete(PosterOf(sha256));
        File.Delete(PosterOf(sha256) + Unfinished);
    }

    /// <summary>The digests of all of which something has lain here since before that time, clip or picture.</summary>
    public IEnumerable<string> All(DateTimeOffset before) => Directory.Exists(Root)
        ? new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.LastWriteTimeUtc < before.UtcDateTime).Select(f => f.Name.Split('.')[0]).Where(name => name.Length == 64 && name.All(char.IsAsciiHexDigitLower)).Distinct(StringComparer.Ordinal)
        : [];

    /// <summary>The uploads of which something lies here.</summary>
    public IEnumerable<Guid> AllIncoming() => Directory.Exists(Incoming)
        ? Directory.EnumerateFiles(Incoming).Select(f => Guid.TryParseExact(Path.GetFileName(f), "N", out var uuid) ? uuid : Guid.Empty).Where(u => u != Guid.Empty)
        : [];

    /// <summary>What is free of the disk that clips go to, 0 to 1; null: it does not tell.</summary>
    public double? Free()
    {
        try
        {
            Directory.CreateDirectory(Root);
            var drive = new DriveInfo(Root);
            return drive.TotalSize > 0 ? (double)drive.AvailableFreeSpace / drive.TotalSize : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

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

    private string PathOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(Root, sha256[..2], sha256)
        : throw new ArgumentException("It is no SHA-256.", nameof(sha256));

    private string PosterOf(string sha256) => PathOf(sha256) + ".jpg";

    /// <summary>A new name in a directory is on the disk only once the directory is; .NET has no call for that.</summary>
    private static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = OpenFile(path, 0);
        if (descriptor < 0) throw new IOException($"A directory of clips cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (SyncFile(descriptor) != 0) throw new IOException($"A directory of clips cannot be written down (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = CloseFile(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFile(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFile(int descriptor);
}
