using System.Runtime.InteropServices;

namespace ModularRace.Incidents.Persistence;

/// <summary>fsync of a directory.</summary>
internal static class DirectorySync
{
    /// <summary>A new name in a directory is on the disk only once the directory is; .NET has no call for that.</summary>
    public static void Flush(string path)
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
