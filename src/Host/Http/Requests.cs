namespace ModularRace.Host.Http;

internal static class Requests
{
    private static readonly PathString[] ForPrograms = ["/api", "/openapi", "/metrics", "/health"];

    /// <summary>Whether a person's browser asks for something to look at, rather than a program.</summary>
    public static bool IsPage(this HttpContext context)
    {
        foreach (var path in ForPrograms)
            if (context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }
}
