using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Tests.OnServer;

namespace ModularRace.Sync.Tests.BothSides;

/// <summary>
/// R10 from the tap to the cloud: the desk and a Pi see the same fault. Whatever the Pi's clock said, it is one incident, at
/// the time at which it was.
/// </summary>
public sealed class WrongClockTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private static int bibs = 500;

    [Fact]
    public Task A_clock_that_is_47_seconds_slow() => IsRightAsync(async pi =>
    {
        Wrong(pi, TimeSpan.FromSeconds(-47));
        await ContactAsync(pi);
        Pass(pi, TimeSpan.FromHours(3));
    });

    [Fact]
    public Task A_clock_that_is_a_day_fast() => IsRightAsync(async pi =>
    {
        Wrong(pi, TimeSpan.FromDays(1));
        await ContactAsync(pi);
        Pass(pi, TimeSpan.FromHours(3));
    });

    [Fact]
    public Task A_clock_that_somebody_sets_in_the_middle_of_the_race() => IsRightAsync(
        async pi =>
        {
            Wrong(pi, TimeSpan.FromMinutes(-20));
            await ContactAsync(pi);
            Pass(pi, TimeSpan.FromHours(1));
            Wrong(pi, TimeSpan.FromMinutes(13));
            Pass(pi, TimeSpan.FromMinutes(1));
        },
        pi => Wrong(pi, TimeSpan.FromHours(-2)));

    [Fact]
    public Task A_clock_that_the_network_sets_right_just_before_the_first_contact() => IsRightAsync(
        pi =>
        {
            Wrong(pi, TimeSpan.FromHours(-5));
            return Task.CompletedTask;
        },
        pi => Wrong(pi, TimeSpan.Zero));

    [Fact]
    public Task A_Pi_without_a_clock_battery_that_was_started_anew_and_thinks_it_is_1970() => IsRightAsync(async pi =>
    {
        await ContactAsync(pi);
        Pass(pi, TimeSpan.FromHours(1));
        (pi.Boot.BootId, pi.Boot.MonotonicMs) = (cloud.NewUuid(), 20_000);
        pi.Time.AdjustTime(DateTimeOffset.UnixEpoch.AddSeconds(20));
    });

    /// <param name="before">What happens to the Pi before the fault.</param>
    /// <param name="after">And after it, before there is a link.</param>
    private async Task IsRightAsync(Func<PiOfACloud, Task> before, Action<PiOfACloud>? after = null)
    {
        await using var pi = await PiOfACloud.OfAsync(cloud);
        await before(pi);
        var bib = Interlocked.Increment(ref bibs);
        var atDesk = await cloud.Send(new ReportIncident(cloud.Race, cloud.Location, bib), ModuleHost.Person("Jorid Jury", Roles.JuryPresident));
        Pass(pi, TimeSpan.FromSeconds(8));
        var fault = cloud.Time.GetUtcNow();
        var atPi = await pi.Send(new ReportIncident(cloud.Race, cloud.Location, bib), ModuleHost.Person("Rolf Referee", Roles.Referee));
        Pass(pi, TimeSpan.FromHours(2));
        after?.Invoke(pi);
        await ContactAsync(pi);
        await pi.SyncAsync();

        var incident = await cloud.Send(new ReadIncident(atPi.Answer.Incident.ClientUuid));
        Assert.Equal((atDesk.Answer.Incident.ClientUuid, 2), (incident.ClientUuid, incident.Reports.Count));
        var report = incident.Reports.Single(r => r.ClientUuid == atPi.Answer.Report.ClientUuid);
        Assert.Equal("monotonic", report.ClockSource);
        Assert.InRange(Math.Abs((report.OccurredAt - fault).TotalMilliseconds), 0, report.ClockUncertaintyMs!.Value);
        Assert.Equal(await Standing.OfAsync(cloud, cloud.Race), await Standing.OfAsync(pi, cloud.Race));
    }

    private void Pass(PiOfACloud pi, TimeSpan time)
    {
        cloud.Time.Advance(time);
        pi.Time.Advance(time);
        pi.Boot.MonotonicMs += (long)time.TotalMilliseconds;
    }

    private void Wrong(PiOfACloud pi, TimeSpan by) => pi.Time.AdjustTime(cloud.Time.GetUtcNow() + by);

    /// <summary>An answer of the cloud, 200 ms on its way.</summary>
    private async Task ContactAsync(PiOfACloud pi)
    {
        var sent = pi.Boot.MonotonicMs;
        Pass(pi, TimeSpan.FromMilliseconds(50));
        var told = Instants.ToMilliseconds(cloud.Time.GetUtcNow());
        Pass(pi, TimeSpan.FromMilliseconds(150));
        await pi.Services.GetRequiredService<AnchoredClock>().AnchorAsync(told, sent, pi.Boot.MonotonicMs, TestContext.Current.CancellationToken);
    }
}
