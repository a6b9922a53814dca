using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Identifiers;
using Npgsql;

namespace ModularRace.Incidents.Tests.Features.Reporting;

/// <summary>R1: a request that its caller cancels is committed or rolled back, never half told.</summary>
public abstract class CancellingTests(ModuleHost host, string itsRow)
{
    private const int Times = 120;

    [Fact]
    public async Task A_report_that_is_cancelled_at_any_moment_is_there_with_all_that_belongs_to_it_or_not_at_all()
    {
        var course = await Course.Of(host);
        await course.Report();
        var random = new Random(20260208);
        var (told, cancelled) = (0, 0);
        for (var i = 0; i < Times; i++)
        {
            var (incident, report) = (Uuids.New(host.Time), Uuids.New(host.Time));
            using var caller = new CancellationTokenSource();
            // From before the first statement to after the commit, which takes some milliseconds here.
            caller.CancelAfter(TimeSpan.FromMicroseconds(random.Next(0, 25_000)));
            var answered = false;
            try
            {
                await host.Send(new ReportIncident(course.Race, course.Gate, 100 + i, ClientUuid: incident, ReportUuid: report), course.Referee, caller.Token);
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
                 UNION ALL SELECT count(*) FROM {itsRow} WHERE client_uuid = '{incident}'
                 UNION ALL SELECT count(*) FROM {itsRow} WHERE client_uuid = '{report}'
                 """);
            Assert.True(rows.All(r => r == (rows[0] > 0 ? 1 : 0)), $"half of it is there: {string.Join(' ', rows)}");
            if (answered) Assert.Equal(1, rows[0]);
        }

        Assert.True(told > 0 && cancelled > 0, $"{told} told, {cancelled} cancelled: the moments do not cover the command");
    }
}

public sealed class CancellingOnTheCloudTests(CloudModules cloud) : CancellingTests(cloud, "sync.record_versions"), IClassFixture<CloudModules>;

public sealed class CancellingOnAPiTests(PiModules pi) : CancellingTests(pi, "sync.sync_queue"), IClassFixture<PiModules>;
