using ModularRace.Sync.Features.OnDevice.Clips;

namespace ModularRace.Sync.Tests.OnDevice;

public sealed class ChunkSizeTests
{
    [Fact]
    public void It_grows_while_requests_are_quick_and_whole_and_shrinks_when_they_break()
    {
        var size = new ChunkSize();
        Assert.Equal(ChunkSize.First, size.Now);
        size.Held(ChunkSize.First, TimeSpan.FromSeconds(3));
        Assert.Equal(2 * ChunkSize.First, size.Now);

        // One that ended early for records, or took long, says nothing for more.
        size.Held(100, TimeSpan.FromSeconds(1));
        size.Held(size.Now, TimeSpan.FromSeconds(9));
        Assert.Equal(2 * ChunkSize.First, size.Now);
        for (var i = 0; i < 20; i++) size.Held(size.Now, TimeSpan.Zero);
        Assert.Equal(ChunkSize.Most, size.Now);
        for (var i = 0; i < 20; i++) size.Broke();
        Assert.Equal(ChunkSize.Least, size.Now);
    }
}
