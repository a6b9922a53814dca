namespace ModularRace.Testing;

/// <summary>Where the source lies, found from the test program's own place.</summary>
public static class Checkout
{
    /// <summary>The folder of ModularRace.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary><c>Debug</c> or <c>Release</c>, as this test program was built.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release", StringComparer.Ordinal) ? "Release" : "Debug";

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ModularRace.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No ModularRace.sln above {AppContext.BaseDirectory}.");
    }
}
