namespace ModularRace.Incidents.Persistence.S3;

/// <summary>Files of this process that go when they are closed; what a killed one left goes at the next start.</summary>
internal sealed class ScratchFolder
{
    private const int Block = 128 * 1024;
    private readonly string path;

    public ScratchFolder(string path)
    {
        this.path = path;
        Directory.CreateDirectory(path);
        foreach (var left in Directory.EnumerateFiles(path))
        {
            try
            {
                new FileStream(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (IOException)
            {
                // Another process has it open, and drops it itself.
            }
        }
    }

    public FileStream Open() =>
        new(Path.Combine(path, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, Block, FileOptions.Asynchronous | FileOptions.DeleteOnClose);

    /// <inheritdoc cref="DiskSpace.Free"/>
    public double? Free() => DiskSpace.Free(path);
}
