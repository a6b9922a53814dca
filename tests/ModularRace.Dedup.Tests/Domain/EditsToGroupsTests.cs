using System.Text.Json.Nodes;
using CsCheck;
using ModularRace.Dedup.Domain;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>
/// R3 from the edits to what is shown: a few incidents, each with the edits of several sides, which arrive in every order and
/// some of them again. The merge (R7), the rule (R4) and what a group shows come out the same, and statuses and decisions are
/// those of a plain reading of R6.
/// </summary>
public sealed class EditsToGroupsTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);
    private static readonly Guid Race = Uuid(9000), Gate = Uuid(9100);

    private static readonly Gen<SideScene> Sides =
        from ms in Gen.Int[0, 7].Select(i => new[] { 0, 0, 0, 15_000, 29_999, 30_000, 30_001, 60_000 }[i])
        from offset in Gen.Int[0, 3].Select(i => new int?[] { 0, 0, 47_000, null }[i])
        from uncertainty in Gen.Int[0, 4].Select(i => new int?[] { 40, 40, 30_000, 30_001, null }[i])
        from bib in Gen.Int[0, 5].Select(i => i == 0 ? 43 : 42)
        from official in Gen.Int[0, 3].Select(i => i == 0 ? (int?)null : i)
        from decision in Gen.Int[0, 5].Select(i => new[] { null, null, null, "P1", "P1", "P2" }[i])
        from decided in Gen.Int[0, 3]
        from seen in Gen.Int[0, 1]
        select new SideScene(ms, offset, uncertainty, bib, official, decision, decided, seen);

    private static readonly Gen<IncidentScene[]> Scenes = Gen.Select(Gen.Int[0, 2].Select(i => i * 15_000), Gen.Bool, Sides.Array[1, 4], (ms, cloudMade, sides) => new IncidentScene(ms, cloudMade, sides)).Array[1, 4];

    [Fact]
    public void Whatever_the_order_of_the_edits_the_same_statuses_decisions_conflicts_and_groups_come_out() =>
        Gen.Select(Scenes, Gen.Int).Sample((scene, seed) =>
        {
            var random = new Random(seed);
            var records = scene.Select(incident =>
            {
                var orders = Orders.All(Enumerable.Range(0, incident.Sides.Length).ToArray()).Select(order => incident.Arrives(order, random)).ToList();
                Assert.All(orders, o => Assert.Equal(Told(orders[0]), Told(o)));
                Assert.Equal(PlainlyDecided(incident), orders[0].Disputed.Contains("decision") ? "disputed" : (string?)orders[0].Content["penalty_code"]);
                return orders[random.Next(orders.Count)];
            }).ToList();

            var incidents = records.Select((r, i) => Shown(i + 1, r.Content)).ToList();
            var candidates = records.Select((r, i) => Candidate(i + 1, scene[i].CloudMade, r)).ToArray();
            var expected = PlainReadingOfR4.Of(candidates, []);
            foreach (var order in Orders.All(candidates))
            {
                var groups = DuplicateRule.Group(order, []);
                Assert.Equal(expected.Groups, string.Join("; ", groups.StandsFor.GroupBy(s => s.Value).Select(g => $"{g.Key}: {string.Join(',', g.Select(s => s.Key.ToString()).Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal)));
                Assert.Equal(expected.Clashes.Select(c => c.Between), groups.Clashes.Select(c => $"{c.Lower} against {c.Higher}").Order(StringComparer.Ordinal));
                foreach (var group in groups.StandsFor.GroupBy(s => s.Value, s => s.Key))
                {
                    var members = incidents.Where(i => group.Contains(i.ClientUuid)).ToList();
                    random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
                    var shown = new IncidentGroup(members, []);
                    // R6: the furthest status with its earliest time, and the one decision with its own.
                    Assert.Equal(members.Where(m => m.Status == "official").Select(m => m.OfficializedAt).Order().FirstOrDefault(), shown.Official?.OfficializedAt);
                    var decided = members.Where(m => m.Decision != "pending").ToList();
                    Assert.True(decided.Select(m => m.PenaltyCode).Distinct().Count() <= 1, "Two different decisions stand in one group");
                    Assert.Equal(decided.Select(m => m.DecidedAt).Order().FirstOrDefault(), shown.Decided?.DecidedAt);
                }
            }
        }, iter: 1_500, threads: 1);

    /// <summary>R6: what was decided, by whomever; two different things are for a person.</summary>
    private static string? PlainlyDecided(IncidentScene incident)
    {
        var said = incident.Sides.Select(s => s.Penalty).OfType<string>().Distinct().ToList();
        return said.Count > 1 ? "disputed" : said.SingleOrDefault();
    }

    private static string Told(RecordOnCloud record) =>
        string.Join(",", record.Content.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")) + " disputed " + string.Join(",", record.Disputed);

    private static Candidate Candidate(int id, bool cloudMade, RecordOnCloud record)
    {
        var content = record.Content;
        var at = Corrected(content).OccurredAt;
        return new Candidate(
            Uuid(id), cloudMade, at, (string?)content["decision"] is "pending" or null ? null : $"{content["decision"]} {content["penalty_code"]}", !FieldValues.KeepsOut(record.Disputed), false,
            [new Observation(Race, Gate, (int?)content["bib_number"], at, (int?)content["clock_uncertainty_ms"], null, at)]);
    }

    private static Incident Shown(int id, JsonObject content) => new()
    {
        ClientUuid = Uuid(id), CompetitionUuid = Race, RaceUuid = Race, At = Corrected(content), Revision = "", Origin = "cloud", CreatedAt = Start, UpdatedAt = Start,
        Status = (string?)content["status"] ?? "unofficial", OfficializedAt = At(content["officialized_at"]), Decision = (string?)content["decision"] ?? "pending",
        PenaltyCode = (string?)content["penalty_code"], DecidedAt = At(content["decided_at"]),
    };

    private static Moment Corrected(JsonObject content) =>
        Moment.Of(At(content["occurred_at"])!.Value, (int?)content["clock_offset_ms"], (int?)content["clock_uncertainty_ms"], null);

    private static DateTimeOffset? At(JsonNode? node) => node is not null && InstantConverter.TryRead((string)node!, out var at) ? at : null;

    private static Guid Uuid(int id) => Guid.Parse($"01980000-0000-7000-8000-{id:D12}");

    /// <param name="Official">Made official so many minutes later; null: not.</param>
    /// <param name="Seen">1: the side had the cloud's first version before it; 0: nothing.</param>
    private sealed record SideScene(int Ms, int? Offset, int? Uncertainty, int Bib, int? Official, string? Penalty, int Decided, int Seen);

    private sealed record IncidentScene(int Ms, bool CloudMade, SideScene[] Sides)
    {
        public RecordOnCloud Arrives(int[] order, Random random)
        {
            var record = new RecordOnCloud(RecordTypes.Incident);
            record.CloudSets(("race_uuid", Race.ToString()), ("bib_number", 42), ("occurred_at", InstantConverter.Write(Start.AddMilliseconds(Ms))), ("clock_offset_ms", 0), ("clock_uncertainty_ms", 0));
            foreach (var i in order.SelectMany(i => Enumerable.Repeat(i, random.Next(1, 3)))) record.Arrives($"pi{i}/a", 1, Content(Sides[i]), Sides[i].Seen);
            foreach (var i in order) record.Arrives($"pi{i}/a", 1, Content(Sides[i]), Sides[i].Seen);
            return record;
        }

        private JsonObject Content(SideScene side)
        {
            var content = new JsonObject
            {
                ["race_uuid"] = Race.ToString(), ["bib_number"] = side.Bib, ["occurred_at"] = InstantConverter.Write(Start.AddMilliseconds(Ms + side.Ms - (side.Offset ?? 0))), ["clock_source"] = "wall",
            };
            if (side.Offset is { } offset) content["clock_offset_ms"] = offset;
            if (side.Uncertainty is { } uncertainty) content["clock_uncertainty_ms"] = uncertainty;
            if (side.Official is { } official) (content["status"], content["officialized_at"]) = ("official", InstantConverter.Write(Start.AddMinutes(official)));
            if (side.Penalty is { } penalty)
                (content["decision"], content["penalty_code"], content["decided_at"]) = ("penalty_applied", penalty, InstantConverter.Write(Start.AddMinutes(10 + side.Decided)));
            return content;
        }
    }
}
