using System.Diagnostics;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Identifiers;
using Npgsql;

namespace ModularRace.Incidents.Tests.Features.Reporting;

/// <summary>R1: a request that its caller cancels is committed or rolled back, never half told.</summary>
public abstract class CancellingTests(ModuleHost host, string feed)
{
    [Fact]
    public async Task A_report_that_is_cancelled_at_any_statement_is_there_with_all_that_belongs_to_it_or_not_at_all()
    {
        var course = await Course.Of(host);
        await course.Report();
        var (told, cancelled) = (0, 0);
        // Before the first statement, after it, before the second, and so on until the command ends before its moment comes.
        for (var moment = 1; told < 3 && moment < 400; moment++)
        {
            var (incident, report) = (Uuids.New(host.Time), Uuids.New(host.Time));
            using var caller = new CancellationTokenSource();
            var answered = false;
            try
            {
                await Statements.CancelAtAsync(moment, caller, () =>
                    host.Send(new ReportIncident(course.Race, course.Gate, 100 + moment, ClientUuid: incident, ReportUuid: report), course.Referee, caller.Token));
                answered = true;
                told++;
            }
            catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
            {
                cancelled++;
            }

            var rows = await host.Sql.QueryAsync<long>(
                $"""
                 SELECT count(*) FROM incidents.incidents WHERE client_uuid = '{incident}'
                 UNION ALL SELECT count(*) FROM incidents.reports WHERE client_uuid = '{report}'
                 UNION ALL SELECT count(*) FROM dedup.group_members WHERE incident_uuid = '{incident}'
                 UNION ALL SELECT count(*) FROM {feed} WHERE client_uuid = '{incident}'
                 UNION ALL SELECT count(*) FROM {feed} WHERE client_uuid = '{report}'
                 """);
            Assert.True(rows.All(r => r == (rows[0] > 0 ? 1 : 0)), $"cancelled at moment {moment}, half of it is there: {string.Join(' ', rows)}");
            if (answered) Assert.Equal(1, rows[0]);
        }

        Assert.True(told > 0 && cancelled > 10, $"{told} told, {cancelled} cancelled: the moments do not cover the command");
    }

    /// <summary>Hears when a statement goes to the database and when it is done.</summary>
    private static class Statements
    {
        private static readonly AsyncLocal<Countdown?> Ours = new();

        static Statements() => ActivitySource.AddActivityListener(new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => Ours.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            ActivityStarted = _ => Ours.Value?.Step(),
            ActivityStopped = _ => Ours.Value?.Step(),
        });

        public static async Task CancelAtAsync(int moment, CancellationTokenSource caller, Func<Task> work)
        {
            Ours.Value = new Countdown(moment, caller);
            await work();
        }

        private sealed class Countdown(int moments, CancellationTokenSource caller)
        {
            private int left = moments;

            public void Step()
            {
                if (Interlocked.Decrement(ref left) == 0) caller.Cancel();
            }
        }
    }
}

public sealed class CancellingOnTheCloudTests(CloudModules cloud) : CancellingTests(cloud, "sync.record_versions"), IClassFixture<CloudModules>;

public sealed class CancellingOnAPiTests(PiModules pi) : CancellingTests(pi, "sync.sync_queue"), IClassFixture<PiModules>;
