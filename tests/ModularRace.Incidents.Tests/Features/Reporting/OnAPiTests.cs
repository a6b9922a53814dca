using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Tests.Features.Reporting;

/// <summary>A system that is a Pi whose clock is 47 seconds slow.</summary>
public sealed class OnAPiTests(OnAPiTests.SlowPi pi) : IClassFixture<OnAPiTests.SlowPi>
{
    [Fact]
    public async Task A_tap_keeps_the_Pis_own_time_and_is_shown_corrected()
    {
        var course = await Course.Of(pi);
        var answer = (await course.Send(new ReportIncident(course.Race, course.Gate, 12))).Answer;
        Assert.Equal((ModuleHost.Morning, ModuleHost.Morning.AddSeconds(47)), (answer.Incident.OccurredAtDevice, answer.Incident.OccurredAt));
        Assert.Equal((47_000, 350, "monotonic", SlowPi.Device.ToString()), (answer.Incident.ClockOffsetMs, answer.Incident.ClockUncertaintyMs, answer.Incident.ClockSource, answer.Incident.Origin));
    }

    [Fact]
    public async Task A_tap_that_the_page_kept_for_a_while_lies_back_on_both_clocks()
    {
        var course = await Course.Of(pi);
        var answer = (await course.Send(new ReportIncident(course.Race, course.Gate, 12, OccurredAt: ModuleHost.Morning.AddSeconds(-20)))).Answer;
        Assert.Equal(ModuleHost.Morning.AddSeconds(27), answer.Incident.OccurredAt);
        Assert.Equal(980_000, Assert.Single(await pi.Sql.QueryAsync<long>($"SELECT monotonic_ms FROM incidents.incidents WHERE client_uuid = '{answer.Incident.ClientUuid}'")));
    }

    [Fact]
    public async Task A_time_that_a_person_corrects_is_the_corrected_time()
    {
        var course = await Course.Of(pi);
        var report = (await course.Send(new ReportIncident(course.Race, course.Gate, 12))).Answer.Report;
        var edited = await course.Send(new EditReport(report.ClientUuid, new() { ["occurred_at"] = "2026-02-08T07:59:00.000Z" }));
        Assert.Equal((ModuleHost.Morning.AddMinutes(-1), ModuleHost.Morning.AddSeconds(-107)), (edited.OccurredAt, edited.OccurredAtDevice));
    }

    [Fact]
    public async Task The_one_referee_edits_any_report_and_history_has_both_clocks()
    {
        var course = await Course.Of(pi);
        var report = (await course.Report()).Report;
        await course.Send(new EditReport(report.ClientUuid, new() { ["description"] = "Fell" }), course.OtherReferee);
        var entry = Assert.Single((await course.Send(new ReadHistory(report.IncidentUuid))).Items);
        Assert.Equal((ModuleHost.Morning.AddSeconds(47), ModuleHost.Morning, "Pi 1"), (entry.At, entry.AtDevice, entry.System));
    }

    [Fact]
    public async Task The_referee_decides_unless_the_cloud_has_not_granted_it()
    {
        var course = await Course.Of(pi);
        var incident = (await course.Report()).Incident.ClientUuid;
        pi.MayDecide = false;
        await course.Refused(new OfficializeIncident(incident), 403, "decision_not_granted");
        await course.Refused(new DecideIncident("rejected") { IncidentUuid = incident }, 403, "decision_not_granted");
        Assert.Equal("unofficial", (await course.Read(incident)).Status);
        pi.MayDecide = true;
        var official = await course.Send(new OfficializeIncident(incident));
        Assert.Equal(ModuleHost.Morning.AddSeconds(47), official.OfficializedAt);
        Assert.Equal("no_action", (await course.Send(new DecideIncident("no_action") { IncidentUuid = incident })).Decision);
    }

    [Fact]
    public async Task A_record_is_said_in_the_form_of_an_upload()
    {
        var course = await Course.Of(pi);
        pi.Heard.Clear();
        var answer = (await course.Send(new ReportIncident(course.Race, course.Gate, 12))).Answer;
        var said = pi.Heard.SelectMany(h => h.Records).First(r => r.ClientUuid == answer.Incident.ClientUuid);
        Assert.Equal(("2026-02-08T08:00:00.000Z", 47_000L), ((string?)said.Content["occurred_at"], (long?)said.Content["clock_offset_ms"]));
        Assert.Equal("2026-02-08T08:00:47.000Z", (string?)said.Answer!["occurred_at"]);
        Assert.DoesNotContain(said.Content, f => f.Key is "client_uuid" or "revision" or "origin" or "updated_at" or "standing" or "merged_into");
    }

    /// <summary>The cloud's composition with a Pi's identity and clock: what the Pi's Sync brings is another module's to test.</summary>
    public sealed class SlowPi : CloudModules
    {
        public static readonly Guid Device = Guid.Parse("01980000-0000-7000-8000-0000000000aa");

        public bool MayDecide { get; set; } = true;

        public List<RecordsChanged> Heard { get; } = [];

        protected override void Configure(IServiceCollection services)
        {
            services.Replace(ServiceDescriptor.Singleton<ISystemIdentity>(new Identity()));
            services.Replace(ServiceDescriptor.Singleton<IRaceClock>(new SlowClock()));
            services.AddSingleton<INotificationHandler<DecidingOnIncident>>(new Veto(this));
            services.AddSingleton<INotificationHandler<RecordsChanged>>(new Ear(Heard));
        }

        private sealed class Identity : ISystemIdentity
        {
            public string Origin => Device.ToString();

            public string Name => "Pi 1";
        }

        private sealed class SlowClock : IRaceClock
        {
            public ClockReading Read() => new(Morning, Guid.Parse("01980000-0000-7000-8000-0000000000bb"), 1_000_000, 47_000, 350, ClockSources.Monotonic);
        }

        private sealed class Veto(SlowPi pi) : INotificationHandler<DecidingOnIncident>
        {
            public Task Handle(DecidingOnIncident notification, CancellationToken cancellationToken) =>
                pi.MayDecide ? Task.CompletedTask : throw new Problem(403, "decision_not_granted", "The cloud has not granted decisions to this device.");
        }

        private sealed class Ear(List<RecordsChanged> heard) : INotificationHandler<RecordsChanged>
        {
            public Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
            {
                heard.Add(notification);
                return Task.CompletedTask;
            }
        }
    }
}
