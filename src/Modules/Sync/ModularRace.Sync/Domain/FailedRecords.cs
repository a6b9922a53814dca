namespace ModularRace.Sync.Domain;

/// <summary>Records that wait on a device as failed and that the cloud does not keep, as the device's status tells them (R11, R14).</summary>
internal static class FailedRecords
{
    /// <summary>A device that does not say how many of them are in quarantine has none there. Null: the status does not say.</summary>
    public static int? OutsideQuarantine(string? status) =>
        StatusFigures.Read(status, "failed") is >= 0 and <= int.MaxValue and var failed
            ? (int)Math.Max(0, failed - Math.Max(0, StatusFigures.Read(status, "failed_in_quarantine") ?? 0))
            : null;
}
