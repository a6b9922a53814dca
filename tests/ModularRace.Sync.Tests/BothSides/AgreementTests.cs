using CsCheck;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Tests.OnServer;

namespace ModularRace.Sync.Tests.BothSides;

/// <summary>R3: after a sync with nothing unsent a Pi has the cloud's groups, statuses, decisions and conflicts, whatever was done on both.</summary>
public sealed class AgreementTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private const int Histories = 12;
    private static readonly Actor Jury = ModuleHost.Person("Jorid Jury", Roles.JuryPresident);
    private static readonly Actor Referee = ModuleHost.Person("Rolf Referee", Roles.Referee);
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 7, 0, 0, TimeSpan.Zero);

    /// <summary>What is done, where, on which of the incidents that stand there, and with which of the values.</summary>
    private static readonly Gen<(int What, int Where, int Which, int Value)[]> Steps =
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 2], Gen.Int[0, 7], Gen.Int[0, 5]).Array[14, 26];

    [Fact]
    public async Task Whatever_was_done_on_a_Pi_and_on_the_cloud_both_come_to_the_same()
    {
        await using var first = await PiOfACloud.OfAsync(cloud);
        await using var second = await PiOfACloud.OfAsync(cloud);
        PiOfACloud[] pis = [first, second];
        var histories = new List<(int, int, int, int)[]>();
        Steps.Sample(steps => { histories.Add(steps); }, iter: Histories, threads: 1);
        var bib = 0;
        foreach (var steps in histories)
        {
            bib += 10;
            var done = new List<string>();
            foreach (var step in steps) done.Add(await StepAsync(pis, bib, step));
            // Each once to bring what it has, and once more to take what the other brought.
            for (var round = 0; round < 2; round++)
                foreach (var pi in pis) await pi.SyncAsync();
            var expected = await Standing.OfAsync(cloud, cloud.Race);
            foreach (var pi in pis)
            {
                var found = await Standing.OfAsync(pi, cloud.Race);
                Assert.True(expected == found, $"{Differences(expected, found)}\nafter\n{string.Join('\n', done)}");
                Assert.DoesNotContain(await pi.QueueAsync(), e => e.Unsent || e.Status == QueueStatuses.Failed || e.Status == QueueStatuses.Pending);
            }
        }
    }

    [Fact]
    public async Task What_the_cloud_changes_and_then_changes_back_is_changed_back_on_the_Pi_too()
    {
        await using var pi = await PiOfACloud.OfAsync(cloud);
        var made = (await pi.Send(new ReportIncident(cloud.Race, cloud.Location, 9001, OccurredAt: Start, Description: "as sent"), Referee)).Answer.Incident.ClientUuid;
        await pi.SyncAsync();
        foreach (var said in new[] { "otherwise", "as sent", "otherwise", "as sent" })
        {
            await cloud.Send(new EditIncident(made, new() { ["description"] = said }), Jury);
            await pi.SyncAsync();
            Assert.Equal(said, (await pi.Send(new ReadIncident(made), Referee)).Description);
        }
    }

    [Fact]
    public async Task What_the_cloud_changed_and_a_Pi_changes_back_is_changed_back_on_the_cloud_too()
    {
        await using var pi = await PiOfACloud.OfAsync(cloud);
        var made = (await pi.Send(new ReportIncident(cloud.Race, cloud.Location, 9003, OccurredAt: Start, Description: "as sent"), Referee)).Answer.Incident.ClientUuid;
        await pi.SyncAsync();
        for (var time = 0; time < 2; time++)
        {
            await cloud.Send(new EditIncident(made, new() { ["description"] = "otherwise" }), Jury);
            await pi.SyncAsync();
            await pi.Send(new EditIncident(made, new() { ["description"] = "as sent" }), Referee);
            await pi.SyncAsync();
            Assert.Equal("as sent", (await cloud.Send(new ReadIncident(made), Jury)).Description);
            Assert.Equal("as sent", (await pi.Send(new ReadIncident(made), Referee)).Description);
        }
    }

    private async Task<string> StepAsync(PiOfACloud[] pis, int bib, (int What, int Where, int Which, int Value) step)
    {
        var (what, where, which, value) = step;
        ModuleHost host = where == 0 ? cloud : pis[where - 1];
        var actor = where == 0 ? Jury : Referee;
        foreach (var one in pis.Append<ModuleHost>(cloud)) one.Time.Advance(TimeSpan.FromSeconds(1));
        var standing = await host.Sql.QueryAsync<Guid>(
            $"SELECT client_uuid FROM incidents.incidents WHERE race_uuid = '{cloud.Race}' AND bib_number BETWEEN {bib} AND {bib + 9} AND merged_into IS NULL ORDER BY client_uuid");
        if (standing.Count == 0) what = 0;
        var incident = standing.Count == 0 ? default : standing[which % standing.Count];
        var other = standing.Count == 0 ? default : standing[value % standing.Count];
        var said = $"{(where == 0 ? "cloud" : $"pi {where}")} {what} {incident} {value}";
        try
        {
            switch (what)
            {
                case 0 or 1:
                    await host.Send(new ReportIncident(cloud.Race, cloud.Location, bib + (which % 2), OccurredAt: Start.AddSeconds((which * 13) + value)), actor);
                    break;
                case 2: await host.Send(new EditIncident(incident, new() { ["bib_number"] = bib + (value % 2) }), actor); break;
                case 3: await host.Send(new EditIncident(incident, new() { ["description"] = $"said {value}" }), actor); break;
                case 4: await host.Send(new OfficializeIncident(incident), actor); break;
                case 5: await host.Send(new DecideIncident("penalty_applied", $"P{value % 2}", "note") { IncidentUuid = incident }, actor); break;
                case 6: await host.Send(new MergeIncidents(other) { IncidentUuid = incident }, actor); break;
                case 7:
                    var shown = await host.Send(new ReadIncident(incident), actor);
                    var report = shown.Reports[value % shown.Reports.Count];
                    await host.Send(new SplitIncident(ReportUuids: [report.ClientUuid]) { IncidentUuid = incident }, actor);
                    break;
                case 8:
                    var last = (await host.Send(new ReadIncident(incident), actor)).Reports[0];
                    await host.Send(new WithdrawReport { ReportUuid = last.ClientUuid }, actor);
                    break;
                case 9:
                    var open = (await cloud.Send(new ListConflicts("pending", new PageRequest(null, null)), Jury)).Items;
                    if (open.Count == 0) return said + " nothing";
                    var conflict = open[which % open.Count];
                    var how = conflict.OtherRecordUuid is null ? new[] { "cloud_wins", "device_wins" }[value % 2] : new[] { "cloud_wins", "device_wins", "keep_apart" }[value % 3];
                    await cloud.Send(new ResolveConflict(how) { ConflictUuid = conflict.ClientUuid }, Jury);
                    return $"cloud {how} {conflict.RecordUuid} {conflict.OtherRecordUuid} {string.Join(',', conflict.DifferingFields)}";
                case 10 when (await cloud.Send(new ListMerges(cloud.Competition, new PageRequest(null, null)), Jury)).Items is { Count: > 0 } merges:
                    await cloud.Send(new UndoMerge(merges[which % merges.Count].ClientUuid), Jury);
                    break;
                case 11 when host is PiOfACloud pi: await pi.UploadAsync(loseAnswer: value % 2 == 0); break;
                case 12 when host is PiOfACloud pi: await pi.SyncAsync(); break;
                default: return said + " nothing";
            }
        }
        catch (Problem e)
        {
            return $"{said} refused: {e.Code} {e.Message}";
        }

        return said;
    }

    private static string Differences(string expected, string found)
    {
        var (a, b) = (expected.Split('\n'), found.Split('\n'));
        return string.Join('\n', a.Except(b, StringComparer.Ordinal).Select(l => "cloud: " + l).Concat(b.Except(a, StringComparer.Ordinal).Select(l => "pi:    " + l)));
    }
}
