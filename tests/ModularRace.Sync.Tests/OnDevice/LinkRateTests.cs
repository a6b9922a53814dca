using Microsoft.Extensions.Time.Testing;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

public sealed class LinkRateTests
{
    private readonly FakeTimeProvider time = new();
    private readonly LinkRate rate;

    public LinkRateTests() => rate = new LinkRate(time, new DeviceSettings(null, TimeSpan.FromMinutes(5), null, null));

    [Fact]
    public void A_piece_tells_what_the_link_carries_for_a_quarter_of_an_hour()
    {
        Assert.Null(rate.IsGood);
        Carry(500_000, 10);
        Assert.Equal((50_000, true), (rate.BytesPerSecond, rate.IsGood));
        Carry(490_000, 10);
        Assert.Equal((49_000, false), (rate.BytesPerSecond, rate.IsGood));
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(rate.IsGood);
    }

    [Fact]
    public void What_is_too_small_or_stood_back_for_records_tells_nothing()
    {
        Carry(100_000, 100);
        Carry(500_000, 100, paused: true);
        Assert.Null(rate.BytesPerSecond);
    }

    [Fact]
    public void One_that_follows_on_is_measured_from_the_answer_before()
    {
        var first = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(4));
        var second = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(6));
        rate.Carried(first, 400_000, paused: false);
        Assert.Equal(40_000, rate.BytesPerSecond);
        time.Advance(TimeSpan.FromSeconds(5));
        rate.Carried(second, 400_000, paused: false);
        Assert.Equal(80_000, rate.BytesPerSecond);
    }

    [Fact]
    public void A_break_under_a_piece_is_a_link_too_slow()
    {
        Carry(1_000_000, 1);
        rate.Broke();
        Assert.Equal((0, false), (rate.BytesPerSecond, rate.IsGood));
    }

    private void Carry(long bytes, double seconds, bool paused = false)
    {
        var started = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(seconds));
        rate.Carried(started, bytes, paused);
    }
}
