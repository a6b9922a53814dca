namespace ModularRace.Incidents.Persistence;

internal static class DiskSpace
{
    /// <summary>What is free of the disk that a folder lies on, 0 to 1; null: it does not tell.</summary>
    public static double? Free(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var drive = new DriveInfo(folder);
            return drive.TotalSize > 0 ? (double)drive.AvailableFreeSpace / drive.TotalSize : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
