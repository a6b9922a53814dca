using Microsoft.Extensions.Configuration;
using ModularRace.Shared;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>What looks into a film, where it is installed: nothing that is promised needs it.</summary>
/// <param name="Ffmpeg"><c>Clips__Ffmpeg</c>: its path, else found on the PATH; null: not there, or <c>off</c>.</param>
/// <param name="Ffprobe"><c>Clips__Ffprobe</c>: the same.</param>
internal sealed record FilmPrograms(string? Ffmpeg, string? Ffprobe)
{
    public static FilmPrograms Read(IConfiguration configuration) => new(Find(configuration, "Ffmpeg"), Find(configuration, "Ffprobe"));

    private static string? Find(IConfiguration configuration, string name)
    {
        var said = configuration[$"Clips:{name}"];
        if (string.Equals(said, "off", StringComparison.OrdinalIgnoreCase)) return null;
        if (!string.IsNullOrEmpty(said))
            return Runs(said) ? Path.GetFullPath(said) : throw new StartFailure($"Clips__{name} is '{said}'; it is the path of a program that can be run, or 'off'.");
        var program = OperatingSystem.IsWindows() ? $"{name.ToLowerInvariant()}.exe" : name.ToLowerInvariant();
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, program)).FirstOrDefault(Runs);
    }

    private static bool Runs(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);
}
