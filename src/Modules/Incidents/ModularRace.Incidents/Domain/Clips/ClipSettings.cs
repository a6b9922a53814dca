using System.Globalization;
using Microsoft.Extensions.Configuration;
using ModularRace.Shared;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>Where clips lie, and how large they may be.</summary>
/// <param name="Directory"><c>Clips__Directory</c>. Replicas share it.</param>
/// <param name="MostBytes"><c>Clips__MostBytes</c>: of one clip.</param>
/// <param name="Longest"><c>Clips__LongestSeconds</c>: of one clip, as far as its file tells.</param>
/// <param name="LeastFree"><c>Clips__LeastFree</c>: with less than this part of the disk free, 0 to 1, no more clips are taken. Reports always are.</param>
internal sealed record ClipSettings(string Directory, long MostBytes, TimeSpan Longest, double LeastFree)
{
    private const long UsualBytes = 100L << 20, MostOfAll = 1L << 30;

    public static ClipSettings Read(IConfiguration configuration)
    {
        var directory = configuration["Clips:Directory"] is { Length: > 0 } named ? named : "./data/clips";
        return new ClipSettings(
            Path.GetFullPath(directory), (long)Number("MostBytes", UsualBytes, 1, MostOfAll), TimeSpan.FromSeconds(Number("LongestSeconds", 120, 1, 24 * 3600)), Number("LeastFree", 0.05, 0, 1));

        double Number(string name, double usual, double least, double most) =>
            configuration[$"Clips:{name}"] is not { Length: > 0 } text ? usual
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
            : throw new StartFailure($"Clips__{name} is '{text}'; it is a number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}.");
    }
}
