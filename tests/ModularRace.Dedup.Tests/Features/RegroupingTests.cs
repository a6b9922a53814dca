using System.Text.Json.Nodes;
using CsCheck;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Tests.Domain;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>
/// R3 and R4 on the real modules and a real database: random incidents with their reports arrive in random pieces, any
/// number of times and in any order, and the groups on disk are those of a plain reading of R4.
/// </summary>
public sealed class RegroupingTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    private const int Scenes = 25, Orders = 3;
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);
    private static readonly string Device = "01980000-0000-7000-8000-0000000d0001";
    private static int runs;

    private static readonly Gen<int> Milliseconds = Gen.OneOf(
        Gen.Int[0, 10].Select(i => new[] { 0, 1, 15_000, 29_999, 30_000, 30_001, 45_000, 59_999, 60_000, 60_001, 75_000 }[i]), Gen.Int[0, 120_000]);

    private static readonly Gen<ReportScene> Reports =
        from ms in Milliseconds
        from bib in Gen.Int[0, 5]
        from withdrawn in Gen.Int[0, 6]
        select new ReportScene(ms, bib == 5 ? 43 : 42, withdrawn == 0);

    private static readonly Gen<IncidentScene> Incidents =
        from ms in Milliseconds
        from clock in Gen.Int[0, 6]
        from decision in Gen.Int[0, 8]
        from cloudMade in Gen.Bool
        from reports in Reports.Array[0, 2]
        select new IncidentScene(ms, clock switch { 0 => null, 1 => 30_001, _ => 40 }, decision switch { 0 => "P1", 1 => "P2", _ => null }, cloudMade, reports);

    [Fact]
    public async Task Whatever_the_order_the_pieces_and_the_repetitions_the_groups_are_those_of_R4()
    {
        var scenes = new List<(IncidentScene[] Scene, int Seed)>();
        Gen.Select(Incidents.Array[2, 7], Gen.Int).Sample((scene, seed) => { scenes.Add((scene, seed)); }, iter: Scenes, threads: 1);
        foreach (var (scene, seed) in scenes)
        {
            var random = new Random(seed);
            for (var order = 0; order < Orders; order++)
            {
                var played = await PlayAsync(scene, random);
                Assert.True(played.Expected == played.Found, $"seed {seed}, order {order}\nexpected {played.Expected}\nfound    {played.Found}\n{string.Join('\n', scene.Select(i => i.ToString()))}");
            }
        }
    }

    [Fact]
    public async Task A_merge_says_why_in_a_sentence_and_its_end_is_logged()
    {
        var run = await RaceAsync();
        var (first, second) = (new IncidentScene(12_000, 40, null, true, [new ReportScene(12_000, 42, false)]), new IncidentScene(30_000, 40, null, true, [new ReportScene(30_000, 42, false)]));
        await cloud.Send(new ApplyIncidentRecords([.. run.Records(1, first), .. run.Records(2, second)]));
        var merge = Assert.Single(await cloud.Database.QueryAsync<string>($"SELECT reason FROM dedup.merges WHERE race_uuid = '{run.Race}' AND undone_at IS NULL"));
        Assert.Equal("Bib 42 at Transition 1: two reports 18 s apart (11:30:12 by Ines; 11:30:30 by Ines)", merge);

        await cloud.Send(new ApplyIncidentRecords(run.Records(2, second with { Reports = [new ReportScene(30_000, 42, true)] })));
        Assert.Equal([1L], await cloud.Database.QueryAsync<long>($"SELECT count(*) FROM dedup.merges WHERE race_uuid = '{run.Race}' AND undone_at IS NOT NULL"));
        Assert.Equal([2L], await cloud.Database.QueryAsync<long>($"SELECT count(*) FROM dedup.group_members WHERE race_uuid = '{run.Race}' AND stands_for = incident_uuid"));
    }

    private async Task<(string Expected, string Found)> PlayAsync(IncidentScene[] scene, Random random)
    {
        var run = await RaceAsync();
        // Each incident with its reports may come in one piece or in two, and each piece more than once.
        var pieces = new List<List<IncomingRecord>>();
        for (var i = 0; i < scene.Length; i++)
        {
            var records = run.Records(i + 1, scene[i]);
            if (random.Next(2) == 0) pieces.Add(records);
            else
            {
                pieces.Add([records[0]]);
                pieces.Add(records);
            }

            if (random.Next(3) == 0) pieces.Add(records);
        }

        var shuffled = pieces.ToArray();
        random.Shuffle(shuffled);
        for (var i = 0; i < shuffled.Length;)
        {
            var together = random.Next(1, 4);
            var batch = shuffled.Skip(i).Take(together).SelectMany(p => p).OrderBy(r => RecordTypes.Rank(r.Type)).ToList();
            await cloud.Send(new ApplyIncidentRecords(batch));
            i += together;
        }

        var (groups, _, clashes, _) = PlainReadingOfR4.Of([.. scene.Select((s, i) => run.Candidate(i + 1, s))], []);
        var expected = $"{groups} | {string.Join("; ", clashes.Select(c => c.Between))}";
        var members = await cloud.Database.QueryAsync<string>($"SELECT incident_uuid || ' ' || stands_for FROM dedup.group_members WHERE race_uuid = '{run.Race}'");
        var shown = await cloud.Database.QueryAsync<string>($"SELECT client_uuid || ' ' || coalesce(merged_into, client_uuid) FROM incidents.incidents WHERE race_uuid = '{run.Race}'");
        Assert.Equal(members.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        var conflicts = await cloud.Database.QueryAsync<string>($"SELECT record_uuid || ' ' || other_record_uuid FROM dedup.sync_conflicts WHERE race_uuid = '{run.Race}' AND resolved_at IS NULL");
        var found = string.Join("; ", members.Select(m => m.Split(' ')).GroupBy(m => m[1]).Select(g => g.Key + ": " + string.Join(",", g.Select(m => m[0]).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal))
            + " | " + string.Join("; ", conflicts.Select(c => string.Join(" against ", c.Split(' ').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
        if (expected != found) found += "\n" + string.Join('\n', await cloud.Database.QueryAsync<string>($"SELECT m::text FROM dedup.group_members m WHERE race_uuid = '{run.Race}'"));
        return (expected, found);
    }

    /// <summary>A race of its own for each run: the same scene again and again in one database.</summary>
    private async Task<Run> RaceAsync()
    {
        var run = new Run(Interlocked.Increment(ref runs));
        await cloud.Send(new ApplyReferenceRecords(
        [
            new IncomingRecord(RecordTypes.Competition, run.Competition, new JsonObject
            {
                ["name"] = "Trial", ["country"] = "ITA", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-08", ["time_zone"] = "Europe/Rome",
            }, "cloud"),
            new IncomingRecord(RecordTypes.Race, run.Race, new JsonObject { ["competition_uuid"] = run.Competition.ToString(), ["name"] = "Sprint", ["discipline"] = "sprint" }, "cloud"),
            new IncomingRecord(RecordTypes.RaceLocation, run.Location, new JsonObject { ["race_uuid"] = run.Race.ToString(), ["name"] = "Transition 1" }, "cloud"),
        ]));
        return run;
    }

    private sealed record ReportScene(int Ms, int Bib, bool Withdrawn);

    private sealed record IncidentScene(int Ms, int? Uncertainty, string? Penalty, bool CloudMade, ReportScene[] Reports)
    {
        public override string ToString() => $"{Ms} ±{Uncertainty} {Penalty} {(CloudMade ? "cloud" : "pi")} [{string.Join(", ", Reports.Select(r => r.ToString()))}]";
    }

    private sealed record Run(int Number)
    {
        public Guid Competition => Uuid(9000, 0);

        public Guid Race => Uuid(9001, 0);

        public Guid Location => Uuid(9002, 0);

        public List<IncomingRecord> Records(int id, IncidentScene scene)
        {
            var origin = scene.CloudMade ? "cloud" : Device;
            var incident = Timed(scene.Ms, scene.Uncertainty);
            incident["race_uuid"] = Race.ToString();
            incident["race_location_uuid"] = Location.ToString();
            incident["bib_number"] = 42;
            if (scene.Penalty is not null)
            {
                incident["status"] = "official";
                incident["decision"] = "penalty_applied";
                incident["penalty_code"] = scene.Penalty;
            }

            var records = new List<IncomingRecord> { new(RecordTypes.Incident, Uuid(id, 0), incident, origin) };
            for (var i = 0; i < scene.Reports.Length; i++)
            {
                var report = Timed(scene.Reports[i].Ms, scene.Uncertainty);
                report["incident_uuid"] = Uuid(id, 0).ToString();
                report["bib_number"] = scene.Reports[i].Bib;
                report["reporter_name"] = "Ines";
                if (scene.Reports[i].Withdrawn) report["withdrawn_at"] = InstantConverter.Write(Start.AddHours(1));
                records.Add(new IncomingRecord(RecordTypes.Report, Uuid(id, i + 1), report, origin));
            }

            return records;
        }

        public Candidate Candidate(int id, IncidentScene scene)
        {
            Observation Seen(int ms, int bib) => new(Race, Location, bib, Start.AddMilliseconds(ms), scene.Uncertainty, null, Start);
            var live = scene.Reports.Where(r => !r.Withdrawn).ToList();
            var allWithdrawn = scene.Reports.Length > 0 && live.Count == 0;
            var observations = live.Select(r => Seen(r.Ms, r.Bib)).ToList();
            if (!allWithdrawn) observations.Add(Seen(scene.Ms, 42));
            return new Candidate(Uuid(id, 0), scene.CloudMade, Start.AddMilliseconds(scene.Ms), scene.Penalty, true, allWithdrawn && scene.Penalty is null, observations);
        }

        private static JsonObject Timed(int ms, int? uncertainty)
        {
            var record = new JsonObject { ["occurred_at"] = InstantConverter.Write(Start.AddMilliseconds(ms)), ["clock_offset_ms"] = 0, ["clock_source"] = "monotonic" };
            if (uncertainty is not null) record["clock_uncertainty_ms"] = uncertainty;
            return record;
        }

        // The order of UUIDs is the same in every run.
        private Guid Uuid(int id, int part) => Guid.Parse($"01980000-{Number:x4}-7000-8000-{id:D8}{part:D4}");
    }
}
