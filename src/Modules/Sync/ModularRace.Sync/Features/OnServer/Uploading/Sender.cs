namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>Who sends, and what it may.</summary>
/// <param name="BatchUuid">The upload that they come in; null: they come out of quarantine, or on a stick.</param>
/// <param name="Grants">The competitions granted; null: all. A competition that it makes is added.</param>
internal sealed record Sender(Guid DeviceUuid, Guid StoreUuid, string Name, bool MayDecide, HashSet<Guid>? Grants, Guid? BatchUuid = null)
{
    /// <summary>The side of R7: a new database of the same device is another side, whose edits count anew (R2).</summary>
    public string Side => $"{DeviceUuid}/{StoreUuid}";

    public string Origin => DeviceUuid.ToString();
}
