namespace ModularRace.Competitions.Domain;

internal static class Names
{
    /// <summary>As names are compared: case, marks written in two ways and spaces aside.</summary>
    public static string Folded(string name) => string.Join(' ', name.Normalize().ToUpperInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
