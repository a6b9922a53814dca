using Microsoft.Extensions.Time.Testing;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice.Clock;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>R10: the cloud's time, a Pi's wall clock that lies, and a monotonic clock that does not.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 8, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void With_no_contact_ever_nothing_is_known()
    {
        var pi = new Pi(slowMs: 0);
        var reading = pi.Clock.Read();
        Assert.Null(reading.OffsetMs);
        Assert.Null(reading.UncertaintyMs);
        Assert.Equal(ClockSources.None, reading.Source);
    }

    [Fact]
    public async Task A_clock_47_seconds_slow_is_corrected()
    {
        var pi = new Pi(slowMs: 47_000);
        await pi.ContactAsync(roundTripMs: 80);
        pi.Pass(TimeSpan.FromHours(3));
        var reading = pi.Clock.Read();
        Assert.Equal(ClockSources.Monotonic, reading.Source);
        Assert.InRange(Math.Abs((reading.Corrected - pi.CloudNow).TotalMilliseconds), 0, reading.UncertaintyMs!.Value);
        Assert.InRange(reading.OffsetMs!.Value, 46_950, 47_050);
        // Half the round trip, and 50 ppm of three hours.
        Assert.InRange(reading.UncertaintyMs!.Value, 540 + 40, 540 + 45);
    }

    [Fact]
    public async Task A_clock_a_day_fast_is_corrected()
    {
        var pi = new Pi(slowMs: -86_400_000);
        await pi.ContactAsync(roundTripMs: 300);
        pi.Pass(TimeSpan.FromMinutes(1));
        var reading = pi.Clock.Read();
        Assert.InRange(Math.Abs((reading.Corrected - pi.CloudNow).TotalMilliseconds), 0, reading.UncertaintyMs!.Value);
    }

    [Fact]
    public async Task A_clock_that_is_set_in_the_middle_of_a_race_does_no_harm()
    {
        var pi = new Pi(slowMs: 3_600_000);
        await pi.ContactAsync(roundTripMs: 100);
        pi.Pass(TimeSpan.FromMinutes(10));
        var before = pi.Clock.Read();
        var beforeTrue = pi.CloudNow;
        pi.SetWall(pi.CloudNow.AddSeconds(2));
        pi.Pass(TimeSpan.FromMinutes(10));
        var after = pi.Clock.Read();
        Assert.InRange(Math.Abs((before.Corrected - beforeTrue).TotalMilliseconds), 0, before.UncertaintyMs!.Value);
        Assert.InRange(Math.Abs((after.Corrected - pi.CloudNow).TotalMilliseconds), 0, after.UncertaintyMs!.Value);
    }

    [Fact]
    public async Task After_a_reboot_the_last_offset_serves_and_its_error_is_unknown()
    {
        var pi = new Pi(slowMs: 47_000);
        await pi.ContactAsync(roundTripMs: 80);
        pi.Reboot();
        var reading = pi.Clock.Read();
        Assert.Equal(ClockSources.Wall, reading.Source);
        Assert.Null(reading.UncertaintyMs);
        Assert.InRange(reading.OffsetMs!.Value, 46_900, 47_100);
        await pi.ContactAsync(roundTripMs: 80);
        Assert.Equal(ClockSources.Monotonic, pi.Clock.Read().Source);
    }

    [Fact]
    public async Task What_was_noted_before_the_first_contact_of_a_boot_is_corrected_by_it_afterwards()
    {
        var pi = new Pi(slowMs: 123_456);
        var (wall, boot, monotonic) = pi.Clock.Stamp();
        var truth = pi.CloudNow;
        pi.Pass(TimeSpan.FromHours(8));
        // The network comes, and with it a step of the wall clock, before the cloud is reached.
        pi.SetWall(pi.CloudNow);
        await pi.ContactAsync(roundTripMs: 60);
        var correction = pi.Clock.Correct(wall, boot, monotonic);
        Assert.Equal(ClockSources.Monotonic, correction.Source);
        Assert.InRange(Math.Abs((wall.AddMilliseconds(correction.OffsetMs!.Value) - truth).TotalMilliseconds), 0, correction.UncertaintyMs!.Value);
        Assert.InRange(correction.UncertaintyMs!.Value, 1_440, 1_520);
    }

    [Fact]
    public async Task A_contact_over_a_bad_link_does_not_spoil_a_good_one()
    {
        var pi = new Pi(slowMs: 5_000);
        await pi.ContactAsync(roundTripMs: 20);
        pi.Pass(TimeSpan.FromSeconds(30));
        await pi.ContactAsync(roundTripMs: 20_000);
        Assert.InRange(pi.Clock.Read().UncertaintyMs!.Value, 10, 20);
    }

    [Fact]
    public async Task Anchors_outlive_the_process()
    {
        var pi = new Pi(slowMs: 47_000);
        await pi.ContactAsync(roundTripMs: 80);
        pi.Pass(TimeSpan.FromMinutes(1));
        pi.RestartProcess();
        Assert.Equal(ClockSources.Monotonic, pi.Clock.Read().Source);
    }

    /// <summary>A Pi whose clocks a test turns; the truth is the cloud's.</summary>
    private sealed class Pi
    {
        private readonly FakeTimeProvider wall;
        private readonly FakeBoot boot = new();
        private readonly MemoryAnchors store = new();
        private DateTimeOffset cloud = Noon;

        public Pi(long slowMs)
        {
            wall = new FakeTimeProvider(Noon.AddMilliseconds(-slowMs));
            Clock = new AnchoredClock(wall, boot, store);
        }

        public AnchoredClock Clock { get; private set; }

        public DateTimeOffset CloudNow => cloud;

        public void Pass(TimeSpan time)
        {
            cloud += time;
            boot.MonotonicMs += (long)time.TotalMilliseconds;
            wall.AdjustTime(wall.GetUtcNow() + time);
        }

        public void SetWall(DateTimeOffset to) => wall.AdjustTime(to);

        public void Reboot()
        {
            (boot.BootId, boot.MonotonicMs) = (Shared.Identifiers.Uuids.New(wall), 5_000);
            RestartProcess();
        }

        public void RestartProcess() => Clock = new AnchoredClock(wall, boot, store);

        /// <summary>The cloud reads its clock anywhere on the way: here a quarter in.</summary>
        public async Task ContactAsync(long roundTripMs)
        {
            var sent = boot.MonotonicMs;
            Pass(TimeSpan.FromMilliseconds(roundTripMs / 4.0));
            var told = Instants.ToMilliseconds(cloud);
            Pass(TimeSpan.FromMilliseconds(roundTripMs - (roundTripMs / 4.0)));
            await Clock.AnchorAsync(told, sent, boot.MonotonicMs, CancellationToken.None);
        }
    }
}

internal sealed class FakeBoot : IBootClock
{
    public Guid BootId { get; set; } = Guid.Parse("11111111-2222-4333-8444-555555555555");

    public long MonotonicMs { get; set; } = 60_000;
}

internal sealed class MemoryAnchors : IAnchorStore
{
    private readonly List<ClockAnchor> anchors = [];

    public IReadOnlyList<ClockAnchor> Load() => [.. anchors];

    public Task SaveAsync(ClockAnchor anchor, CancellationToken cancellationToken)
    {
        anchors.Add(anchor);
        return Task.CompletedTask;
    }
}
