using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>A person sees a long download, upload or proof come on, also where it is one request.</summary>
public sealed class ProgressTests
{
    private readonly LinkMeter meter = new();

    [Fact]
    public async Task What_goes_over_the_link_is_told_while_one_request_is_on_its_way()
    {
        var progress = new DeviceProgress(null, meter);
        meter.CountReceived(50_000);
        progress.Report("sending", 0, 1500);
        await using var seen = progress.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal(new ProgressStep("sending", 0, 1500), await NextAsync(seen));
        meter.CountSent(10_000);
        Assert.Equal(new ProgressStep("sending", 0, 1500, Bytes: 10_000), await NextAsync(seen));
        meter.CountSent(100);
        meter.CountReceived(20_000);
        Assert.Equal(30_100, (await NextAsync(seen)).Bytes);
        progress.Report("sending", 1500, 1500);
        Assert.Equal(new ProgressStep("sending", 1500, 1500, Bytes: 30_100, Share: 1), await NextAsync(seen));
    }

    [Fact]
    public async Task Each_phase_counts_anew_and_one_that_needs_no_link_counts_nothing()
    {
        var progress = new DeviceProgress(null, meter);
        progress.Report("downloading");
        meter.CountReceived(90_000);
        progress.Report("storing", 0, 300);
        meter.CountReceived(90_000);
        progress.Report("receiving");
        meter.CountReceived(5_000);
        await using var seen = progress.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal(new ProgressStep("receiving", 0, 0, Bytes: 5_000), await NextAsync(seen));
        progress.Report("storing", 300, 300);
        Assert.Equal(new ProgressStep("storing", 300, 300, Share: 1), await NextAsync(seen));
    }

    [Fact]
    public async Task What_is_on_its_way_counts_by_its_bytes_and_how_far_it_is_never_goes_back()
    {
        var progress = new DeviceProgress(null, meter);
        await using var seen = progress.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await NextAsync(seen);
        progress.Report("sending", 0, 100, underway: 80);
        Assert.Equal(0, (await NextAsync(seen)).Share);
        meter.ExpectToSend(20_000);
        meter.CountSent(5_000);
        Assert.Equal(0.2, (await NextAsync(seen)).Share, 6);
        meter.CountSent(10_000);
        Assert.Equal(0.6, (await NextAsync(seen)).Share, 6);

        // The link broke: half of it goes again, and counts anew.
        progress.Report("sending", 0, 100, underway: 40);
        Assert.Equal((0, 0.6), await DoneAsync(seen));
        meter.ExpectToSend(10_000);
        meter.CountSent(10_000);
        Assert.Equal((0, 0.6), await DoneAsync(seen));
        progress.Report("sending", 40, 100);
        Assert.Equal((40, 0.6), await DoneAsync(seen));
        progress.Report("sending", 40, 110, underway: 70);
        await NextAsync(seen);
        meter.ExpectToSend(7_000);
        meter.CountSent(6_900);
        await NextAsync(seen);
        meter.CountSent(100);
        Assert.Equal((40, 1), await DoneAsync(seen));
        progress.Report("verifying", 0, 100, underway: 100);
        Assert.Equal((0, 0), await DoneAsync(seen));
    }

    [Fact]
    public async Task A_download_whose_length_is_told_is_so_far_by_its_bytes()
    {
        var progress = new DeviceProgress(null, meter);
        progress.Report("downloading");
        await using var seen = progress.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await NextAsync(seen);
        var from = meter.Received;
        meter.CountReceived(6_000);
        Assert.Equal(0, (await NextAsync(seen)).Share);
        meter.ExpectToReceive(from, 40_000);
        Assert.Equal(0.15, (await NextAsync(seen)).Share, 6);
        meter.CountReceived(14_000);
        Assert.Equal(0.5, (await NextAsync(seen)).Share, 6);
    }

    private static async Task<(int Done, double Share)> DoneAsync(IAsyncEnumerator<ProgressStep> seen)
    {
        var step = await NextAsync(seen);
        return (step.Done, Math.Round(step.Share, 6));
    }

    private static async Task<ProgressStep> NextAsync(IAsyncEnumerator<ProgressStep> seen)
    {
        Assert.True(await seen.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        return seen.Current;
    }
}
