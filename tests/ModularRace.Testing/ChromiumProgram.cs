namespace ModularRace.Testing;

/// <summary>The machine's Chromium: the program that <c>CHROMIUM</c> names, else the system's. Playwright's own download is not used.</summary>
public static class ChromiumProgram
{
    private const string HeadlessShell = "/usr/bin/chromium-headless-shell";

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

    /// <summary>
    /// The path of the headless shell where there is one, which draws and runs pages as Chromium does and has no windows to keep;
    /// else as <see cref="Find"/>. What is measured or shown to people is taken from the whole program.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string FindForTests() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CHROMIUM")) && File.Exists(HeadlessShell) ? HeadlessShell : Find();

    /// <summary>Its path.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new InvalidOperationException($"CHROMIUM names {named}, which is not there.");
        return Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"No Chromium: none of {string.Join(", ", Places)} is there. Install it (apt-get install chromium), or name one by CHROMIUM.");
    }
}
