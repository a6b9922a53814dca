namespace ModularRace.Host.Identity;

internal static class Likeness
{
    /// <summary>A pattern for ILIKE, with a backslash before what it would take for more than itself.</summary>
    public static string Of(string part) =>
        $"%{part.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
