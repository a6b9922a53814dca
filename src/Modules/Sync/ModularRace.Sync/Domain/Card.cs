namespace ModularRace.Sync.Domain;

/// <summary>Room on a device's card, as its status tells it.</summary>
internal static class Card
{
    /// <summary>Reports are small, but a full card takes none.</summary>
    public const double Low = .1;

    /// <summary>The free part, 0 to 1; null: the status does not say.</summary>
    public static double? Free(string? status) =>
        StatusFigures.Read(status, "disk_free_bytes") is >= 0 and var free && StatusFigures.Read(status, "disk_total_bytes") is > 0 and var total ? Math.Min(1, free / total) : null;
}
