using System.Globalization;
using Microsoft.Extensions.Configuration;
using ModularRace.Shared;

namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>How many network cameras a Pi films with at once.</summary>
/// <param name="Most"><c>Cameras__Most</c>: 0 to 8; 0: none.</param>
internal sealed record CameraSettings(int Most)
{
    private const int Usual = 2, MostOfAll = 8;

    public static CameraSettings Read(IConfiguration configuration) =>
        configuration["Cameras:Most"] is not { Length: > 0 } text ? new CameraSettings(Usual)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most <= MostOfAll ? new CameraSettings(most)
        : throw new StartFailure($"Cameras__Most is '{text}'; it is a whole number from 0 to {MostOfAll}.");
}
