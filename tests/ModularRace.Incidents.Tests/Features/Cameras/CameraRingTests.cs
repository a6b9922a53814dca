using ModularRace.Incidents.Domain.Cameras;

namespace ModularRace.Incidents.Tests.Features.Cameras;

/// <summary>A camera that sends far more than a picture needs.</summary>
public sealed class CameraRingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modularrace-ring-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void However_much_comes_within_the_minute_160_MiB_of_it_are_kept_at_most_and_the_newest_is_there()
    {
        var ring = new CameraRing(folder);
        var piece = new byte[30 << 20];
        ring.Begin(0, [1]);
        for (var second = 0; second < 8; second++) ring.Add(0, second, second * 1000, (second + 1) * 1000, piece);
        Assert.Equal(5, Directory.GetFiles(folder, "*.piece").Length);
        var kept = ring.Find(0, 8000)!;
        Assert.Equal((5, 3000L, 8000L), (kept.Pieces.Count, kept.FromMs, kept.ToMs));
    }
}
