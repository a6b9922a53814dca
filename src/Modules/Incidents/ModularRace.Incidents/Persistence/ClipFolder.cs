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
    public FileStream? TryOpen(string sha256)
    {
        try
        {
            return Open(PathOf(sha256));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Drop(string sha256)
    {
        if (Directory.Exists(Path.GetDirectoryName(PathOf(sha256)))) File.Delete(PathOf(sha256));
    }

    /// <summary>The digests of all that has lain here since before that time.</summary>
    public IEnumerable<string> All(DateTimeOffset before) => Directory.Exists(Root)
        ? new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.Name.Length == 64 && f.Name.All(char.IsAsciiHexDigitLower) && f.LastWriteTimeUtc < before.UtcDateTime).Select(f => f.Name)
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

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Block, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private string IncomingPath(Guid upload) => Path.Combine(Incoming, upload.ToString("N"));

    private string PathOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(Root, sha256[..2], sha256)
        : throw new ArgumentException("It is no SHA-256.", nameof(sha256));

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
