namespace ModularRace.Host.Starting;

/// <summary>The settings and the front-end files lie beside the program, wherever it is started from.</summary>
internal static class ContentRoot
{
    /// <summary>The program's own directory; null (the working directory) where a test's runner is the program.</summary>
    public static string? Find() => File.Exists(Path.Combine(AppContext.BaseDirectory, "appsettings.json")) ? AppContext.BaseDirectory : null;
}
