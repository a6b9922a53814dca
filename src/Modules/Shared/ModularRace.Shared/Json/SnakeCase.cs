using System.Text.Json;

namespace ModularRace.Shared.Json;

public static class SnakeCase
{
    public static string Name(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>A property path as validators write it (<c>Athletes[0].FirstName</c>) as it stands on the wire.</summary>
    public static string Path(string path) => string.Join('.', path.Split('.').Select(Name));
}
