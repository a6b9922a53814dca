namespace ModularRace.Incidents.Domain.Clips;

/// <summary>Held while a content comes or goes, after any race's lock.</summary>
internal static class ClipLock
{
    public const string Scope = "clip";

    public static Guid Of(string sha256) => new(Convert.FromHexString(sha256).AsSpan(0, 16));
}
