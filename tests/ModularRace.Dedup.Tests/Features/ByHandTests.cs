using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Dedup.Features.Review;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>R5: people's word on pairs, said by hand.</summary>
public sealed class ByHandTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task Two_that_the_rule_left_apart_are_put_together_and_the_log_and_the_history_say_by_whom()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(45));
        var merged = await scene.Send(new MergeIncidents(a, "The same fall") { IncidentUuid = b });
        Assert.Equal((a, b), (merged.ClientUuid, Assert.Single(merged.MergedFrom)));
        Assert.Equal(2, merged.Reports.Count);

        var entry = Assert.Single(await MergesAsync(scene));
        Assert.Equal(("Vera Var (var_operator, cloud)", "Bib 42 at Gate 3: two reports 45 s apart (08:30:00 by Ines; 08:30:45 by Ines); put together by Vera Var (var_operator, cloud)", (decimal?)45, (DateTimeOffset?)null),
            (entry.By, entry.Reason, entry.SecondsApart, entry.UndoneAt));
        var noted = Assert.Single(await cloud.Database.QueryAsync<string>($"SELECT \"by\" || ' ' || changes FROM incidents.history_entries WHERE record_uuid = '{b}'"));
        Assert.StartsWith("Vera Var (var_operator, cloud) ", noted, StringComparison.Ordinal);
        Assert.Contains("The same fall", noted, StringComparison.Ordinal);

        // Again, and from the other side: nothing new is said.
        await scene.Send(new MergeIncidents(a) { IncidentUuid = b });
        await scene.Send(new MergeIncidents(b) { IncidentUuid = a });
        Assert.Equal(1, await WordsAsync(scene));
    }

    [Fact]
    public async Task A_report_that_is_told_apart_gets_an_incident_of_its_own_and_the_rule_does_not_join_it_again()
    {
        var scene = await Scene.Of(cloud);
        var a = await scene.Incident([0, 5]);
        var b = await scene.Incident(10);
        var report = (await scene.Read(a)).Reports[1];
        var split = await scene.Send(new SplitIncident(ReportUuids: [report.ClientUuid], Note: "Another athlete") { IncidentUuid = a });
        var own = Uuids.Named(report.ClientUuid, "incident");

        Assert.DoesNotContain(report.ClientUuid, split.Reports.Select(r => r.ClientUuid));
        Assert.Equal((own, (int?)42, (Guid?)scene.Gate, "unofficial"), (await scene.Read(own)) is var mine ? (mine.ClientUuid, mine.BibNumber, mine.RaceLocationUuid, mine.Status) : default);
        Assert.Equal("a b | c", await scene.Groups(a, b, own));
        // The rule never joined it: nothing of it stands in the log.
        Assert.DoesNotContain(await MergesAsync(scene), m => m.IncidentUuids.Contains(own));

        var said = await WordsAsync(scene);
        await scene.Send(new SplitIncident(ReportUuids: [report.ClientUuid]) { IncidentUuid = a });
        Assert.Equal((said, "a b | c"), (await WordsAsync(scene), await scene.Groups(a, b, own)));
    }

    [Fact]
    public async Task An_incident_all_of_whose_reports_are_told_apart_goes_with_them()
    {
        var scene = await Scene.Of(cloud);
        var (a, b, c) = (await scene.Incident(0), await scene.Incident(10), await scene.Incident(20));
        var report = Assert.Single((await scene.Read(a)).Reports, r => r.IncidentUuid == b);
        await scene.Send(new SplitIncident(ReportUuids: [report.ClientUuid]) { IncidentUuid = a });
        Assert.Equal("a c | b", await scene.Groups(a, b, c));
        await scene.Send(new SplitIncident([c]) { IncidentUuid = a });
        Assert.Equal("a | b | c", await scene.Groups(a, b, c));
    }

    [Fact]
    public async Task What_was_told_apart_can_be_put_together_again_whole_and_the_last_word_holds()
    {
        var scene = await Scene.Of(cloud);
        var (a, b, c, d) = (await scene.Incident(0), await scene.Incident(20), await scene.Incident(40), await scene.Incident(60));
        await scene.Send(new SplitIncident([c, d]) { IncidentUuid = a });
        Assert.Equal("a b | c d", await scene.Groups(a, b, c, d));
        await scene.Send(new MergeIncidents(a) { IncidentUuid = d });
        Assert.Equal("a b c d", await scene.Groups(a, b, c, d));
        await scene.Send(new SplitIncident([d]) { IncidentUuid = a });
        Assert.Equal("a b c | d", await scene.Groups(a, b, c, d));
    }

    [Fact]
    public async Task A_word_from_a_clock_that_runs_ahead_is_not_the_last_for_ever()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(10));
        await SaidAsync(scene, "apart", a, b, "2031-01-01T00:00:00.000Z");
        Assert.Equal("a | b", await scene.Groups(a, b));
        await scene.Send(new MergeIncidents(a) { IncidentUuid = b });
        Assert.Equal("a b", await scene.Groups(a, b));
    }

    [Fact]
    public async Task Of_two_words_on_a_pair_the_later_in_corrected_time_holds_whichever_came_last()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(10));
        await SaidAsync(scene, "apart", a, b, "2026-02-08T09:00:10.000Z");
        await SaidAsync(scene, "together", a, b, "2026-02-08T09:00:05.000Z");
        Assert.Equal("a | b", await scene.Groups(a, b));

        // A clock that was 47 s slow: by the right time it was said last.
        var late = await SaidAsync(scene, "together", a, b, "2026-02-08T08:59:30.000Z");
        Assert.Equal("a | b", await scene.Groups(a, b));
        await SaidAsync(scene, "together", a, b, "2026-02-08T08:59:30.000Z", 47_000, late);
        Assert.Equal("a b", await scene.Groups(a, b));
    }

    [Fact]
    public async Task Two_that_were_decided_differently_or_wait_for_the_jury_are_not_put_together()
    {
        var scene = await Scene.Of(cloud);
        var (a, b, c) = (await scene.Incident(0, "P1"), await scene.Incident(45, "P2"), await scene.Incident(90));
        await scene.Refused(new MergeIncidents(a) { IncidentUuid = b }, 409, "decisions_differ");
        Assert.Equal((0L, "a | b | c"), (await WordsAsync(scene), await scene.Groups(a, b, c)));

        await scene.Incident(10, "P3");
        await scene.Refused(new MergeIncidents(c) { IncidentUuid = a }, 409, "in_conflict");
    }

    [Fact]
    public async Task Who_may_not_is_refused_and_so_is_what_makes_no_sense()
    {
        var scene = await Scene.Of(cloud);
        var (a, b) = (await scene.Incident(0), await scene.Incident(10));
        var other = await Scene.Of(cloud);
        await scene.Refused(new MergeIncidents(a) { IncidentUuid = b }, 403, "forbidden", scene.Referee);
        await scene.Refused(new SplitIncident([b]) { IncidentUuid = a }, 403, "forbidden", scene.Referee);
        await scene.Refused(new SplitIncident(ReportUuids: [(await scene.Read(a)).Reports[1].ClientUuid]) { IncidentUuid = a }, 403, "forbidden", scene.Referee);
        await scene.Refused(new MergeIncidents(a) { IncidentUuid = await other.Incident(0) }, 403, "forbidden");
        await scene.Refused(new MergeIncidents(a) { IncidentUuid = a }, 400, "validation_failed");
        await scene.Refused(new MergeIncidents(a) { IncidentUuid = scene.NewUuid() }, 404, "not_found");
        await scene.Refused(new SplitIncident { IncidentUuid = a }, 400, "validation_failed");
        await scene.Refused(new SplitIncident([a], [b]) { IncidentUuid = a }, 400, "validation_failed");
        await scene.Refused(new SplitIncident([a, b]) { IncidentUuid = a }, 400, "validation_failed");
        await scene.Refused(new SplitIncident([await scene.Incident(600)]) { IncidentUuid = a }, 400, "validation_failed");
        await scene.Refused(new SplitIncident(ReportUuids: [scene.NewUuid()]) { IncidentUuid = a }, 400, "validation_failed");
        Assert.Equal("a b", await scene.Groups(a, b));
    }

    [Fact]
    public async Task A_merge_in_the_middle_of_a_chain_is_undone_between_its_two_sides_and_once()
    {
        var scene = await Scene.Of(cloud);
        var (a, b, c, d) = (await scene.Incident(0), await scene.Incident(20), await scene.Incident(43), await scene.Incident(63));
        Assert.Equal("a b c d", await scene.Groups(a, b, c, d));
        var middle = Assert.Single(await MergesAsync(scene), m => m.SecondsApart == 23);

        var undone = await Task.WhenAll(scene.Send(new UndoMerge(middle.ClientUuid)), scene.Send(new UndoMerge(middle.ClientUuid)));
        Assert.All(undone, m => Assert.NotNull(m.UndoneAt));
        Assert.Equal("a b | c d", await scene.Groups(a, b, c, d));
        Assert.Equal(4, await WordsAsync(scene));
        Assert.Equal(2, (await MergesAsync(scene)).Count(m => m.UndoneAt is null));

        // Never merged again by the machine: not by a report between them either.
        await scene.Incident(31);
        Assert.Equal("a b | c d", await scene.Groups(a, b, c, d));
        await scene.Refused(new UndoMerge(middle.ClientUuid), 403, "forbidden", scene.Referee);
        await scene.Refused(new UndoMerge(scene.NewUuid()), 404, "not_found");
    }

    private async Task<Guid> SaidAsync(Scene scene, string kind, Guid a, Guid b, string at, int? offset = null, Guid? uuid = null)
    {
        var content = new JsonObject { ["kind"] = kind, ["incident_uuids"] = new JsonArray(a.ToString(), b.ToString()), ["said_at"] = at, ["said_by"] = "Rolf (referee, Pi)" };
        if (offset is not null) (content["clock_offset_ms"], content["clock_uncertainty_ms"]) = (offset, 300);
        var grouping = uuid ?? scene.NewUuid();
        await cloud.Send(new ApplyGroupingRecords([new IncomingRecord(RecordTypes.Grouping, grouping, content, Guid.Empty.ToString())]));
        return grouping;
    }

    private static async Task<IReadOnlyList<MergeView>> MergesAsync(Scene scene) =>
        (await scene.Send(new ListMerges(scene.Competition, new PageRequest(null, null)))).Items;

    private async Task<long> WordsAsync(Scene scene) =>
        (await cloud.Database.QueryAsync<long>($"SELECT count(*) FROM dedup.groupings WHERE race_uuid = '{scene.Race}'")).Single();
}
