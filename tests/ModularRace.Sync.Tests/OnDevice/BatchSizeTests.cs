using ModularRace.Sync.Features.OnDevice.Sending;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>R12: batches fit the link.</summary>
public sealed class BatchSizeTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1), Late = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_first_batch_holds_all_that_the_cloud_takes() => Assert.Equal(2000, new BatchSize().Now);

    [Fact]
    public void A_batch_that_breaks_is_halved_and_one_that_holds_doubled()
    {
        var size = new BatchSize();
        size.Broke(1500);
        Assert.Equal(750, size.Now);
        size.Broke(750);
        Assert.Equal(375, size.Now);
        size.Held(Soon);
        Assert.Equal(750, size.Now);
        for (var i = 0; i < 5; i++) size.Held(Soon);
        Assert.Equal(2000, size.Now);
    }

    [Fact]
    public void On_a_slow_link_a_batch_that_holds_is_large_enough()
    {
        var size = new BatchSize();
        size.Broke(1000);
        size.Held(Late);
        Assert.Equal(500, size.Now);
    }

    [Fact]
    public void A_few_records_that_do_not_get_through_say_nothing_of_large_batches()
    {
        var size = new BatchSize();
        size.Broke(3);
        Assert.Equal(2000, size.Now);
        for (var i = 0; i < 20; i++) size.Broke(size.Now);
        Assert.Equal(10, size.Now);
    }
}
