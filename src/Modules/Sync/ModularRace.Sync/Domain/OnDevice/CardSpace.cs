namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>Room on the card that the Pi keeps its data on.</summary>
internal static class CardSpace
{
    public static (long FreeBytes, long TotalBytes)? Read()
    {
        try
        {
            var drive = new DriveInfo(AppContext.BaseDirectory);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
