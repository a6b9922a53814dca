using ModularRace.RaceDay.Tests;

namespace ModularRace.Benchmarks.Touch;

/// <summary>A PostgreSQL for the Pi alone, with the settings that <c>build/pi</c> gives it.</summary>
internal static class PiPostgres
{
    public static async Task<OwnCluster> MakeAsync() => await OwnCluster.MakeAsync(
    [
        .. (await File.ReadAllLinesAsync(Checkout.PathOf("build", "pi", "files", "postgresql.conf")))
            .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
            .Select(pair => $"{pair[0]}={pair[1].Trim('\'')}"),
    ]);
}
