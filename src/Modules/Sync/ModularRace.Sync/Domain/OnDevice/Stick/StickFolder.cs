namespace ModularRace.Sync.Domain.OnDevice.Stick;

/// <summary>Where a memory stick is mounted (<c>Stick__Path</c>), and whether one is.</summary>
internal sealed class StickFolder(DeviceSettings settings)
{
    /// <summary>Below these a folder is a stick only while something is mounted there: what is left of it lies on the card.</summary>
    private static readonly string[] MountRoots = ["/media/", "/mnt/", "/run/media/"];

    /// <summary>Null: switched off.</summary>
    public string? Path => settings.StickPath;

    public bool IsThere => Path is { } path && Directory.Exists(path) && (!MountRoots.Any(r => path.StartsWith(r, StringComparison.Ordinal)) || IsMounted(path));

    public (long FreeBytes, long TotalBytes)? Room()
    {
        try
        {
            if (!IsThere) return null;
            var drive = new DriveInfo(Path!);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsMounted(string path)
    {
        try
        {
            // Fifth field: where. Spaces are written as \040 there.
            var real = System.IO.Path.GetFullPath(path).TrimEnd('/');
            return File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal))
                .Any(mount => mount != "/" && (real == mount || real.StartsWith(mount + "/", StringComparison.Ordinal)));
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>How the journal on the stick is.</summary>
/// <param name="State"><c>ok, slow, full, read_only, missing, no_key, failed</c>.</param>
/// <param name="Message">For a referee; null: all is well.</param>
/// <param name="WrittenAt">When something was last written and safe on it, by this Pi's clock.</param>
/// <param name="Waiting">Records that are not on it yet.</param>
internal sealed record StickView(
    [property: System.ComponentModel.DataAnnotations.AllowedValues("ok", "slow", "full", "read_only", "missing", "no_key", "failed")] string State, string? Message,
    DateTimeOffset? WrittenAt, int Waiting, long? FreeBytes, long? TotalBytes);
