using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Tests.Features.Receiving;

public sealed class ReceivingTests(ReceivingTests.ListeningCloud cloud) : IClassFixture<ReceivingTests.ListeningCloud>
{
    private const string Pi = "01980000-0000-7000-8000-0000000000aa";

    [Fact]
    public async Task What_a_device_made_is_stored_with_both_clocks()
    {
        var course = await Course.Of(cloud);
        var (incident, report, entry) = (Uuid(), Uuid(), Uuid());
        var outcomes = await Apply(
            Incident(course, incident, i => i["clock_offset_ms"] = 47_000), Report(incident, report, r => r["clock_offset_ms"] = 47_000), History(incident, entry));
        Assert.All(outcomes, o => Assert.Equal((RecordVerdict.Created, course.Competition, course.Race), (o.Verdict, o.CompetitionUuid, o.RaceUuid)));

        var read = await course.Read(incident);
        Assert.Equal((Course.Start.AddSeconds(47), Course.Start, Pi), (read.OccurredAt, read.OccurredAtDevice, read.Origin));
        Assert.Equal((report, 12), (read.Reports[0].ClientUuid, read.Reports[0].BibNumber));
        Assert.Equal("Pi 1", Assert.Single((await course.Send(new ReadHistory(incident))).Items).System);
    }

    [Fact]
    public async Task The_same_again_changes_nothing_and_a_later_version_does()
    {
        var course = await Course.Of(cloud);
        var (incident, report, entry) = (Uuid(), Uuid(), Uuid());
        IncomingRecord[] batch = [Incident(course, incident), Report(incident, report), History(incident, entry)];
        var first = await Apply(batch);
        cloud.Heard.Clear();
        var again = await Apply(batch);
        Assert.All(again, o => Assert.Equal(RecordVerdict.Unchanged, o.Verdict));
        Assert.Equal(first.Select(o => o.Revision), again.Select(o => o.Revision));
        Assert.Empty(cloud.Heard);

        var later = Assert.Single(await Apply(Incident(course, incident, i => i["description"] = "Later")));
        Assert.Equal(RecordVerdict.Updated, later.Verdict);
        Assert.NotEqual(first[0].Revision, later.Revision);
        Assert.Equal("Later", (await course.Read(incident)).Description);
    }

    [Fact]
    public async Task Records_are_taken_in_any_order_within_a_batch_and_answered_in_the_order_sent()
    {
        var course = await Course.Of(cloud);
        var (incident, report, entry) = (Uuid(), Uuid(), Uuid());
        var outcomes = await Apply(History(report, entry, "report"), Report(incident, report), Incident(course, incident));
        Assert.Equal([entry, report, incident], outcomes.Select(o => o.ClientUuid));
        Assert.All(outcomes, o => Assert.Equal(RecordVerdict.Created, o.Verdict));
        Assert.Equal(["incident", "report", "history_entry"], cloud.Heard[^1].Records.Select(r => r.Type));
        Assert.Equal(ChangeSource.Received, cloud.Heard[^1].Source);
    }

    [Fact]
    public async Task What_refers_to_nothing_waits_and_harms_nothing_else()
    {
        var course = await Course.Of(cloud);
        var (good, orphan, lost) = (Uuid(), Uuid(), Uuid());
        var outcomes = await Apply(
            Report(lost, orphan), Incident(course, good), Incident(course, Uuid(), i => i["race_uuid"] = lost.ToString()),
            Incident(course, Uuid(), i => i["race_location_uuid"] = lost.ToString()), History(lost, Uuid()));
        Assert.Equal(
            [RecordVerdict.MissingParent, RecordVerdict.Created, RecordVerdict.MissingParent, RecordVerdict.MissingParent, RecordVerdict.MissingParent],
            outcomes.Select(o => o.Verdict));
        Assert.All(outcomes.Where(o => o.Verdict == RecordVerdict.MissingParent), o => Assert.Equal(lost, o.MissingParentUuid));
        Assert.Equal(good, Assert.Single(await course.List()).ClientUuid);
    }

    [Fact]
    public async Task One_bad_record_harms_itself_only()
    {
        var (course, other) = (await Course.Of(cloud), await Course.Of(cloud));
        var good = Uuid();
        (IncomingRecord Record, string? Field)[] bad =
        [
            (Incident(course, Uuid(), i => i["bib_number"] = 10_000), "bib_number"),
            (Incident(course, Uuid(), i => i["bib_number"] = "12"), "bib_number"),
            (Incident(course, Uuid(), i => i.Remove("occurred_at")), "occurred_at"),
            (Incident(course, Uuid(), i => i["occurred_at"] = "2026-02-08T07:00:00"), "occurred_at"),
            (Incident(course, Uuid(), i => i["occurred_at"] = "9998-12-31T00:00:00Z"), "occurred_at"),
            (Incident(course, Uuid(), i => i["clock_offset_ms"] = 9e15), "clock_offset_ms"),
            (Incident(course, Uuid(), i => i["clock_uncertainty_ms"] = -1), "clock_uncertainty_ms"),
            (Incident(course, Uuid(), i => i["clock_source"] = "sundial"), "clock_source"),
            (Incident(course, Uuid(), i => i["status"] = "final"), "status"),
            (Incident(course, Uuid(), i => i["decision"] = 1), "decision"),
            (Incident(course, Uuid(), i => i["description"] = "a\0b"), "description"),
            (Incident(course, Uuid(), i => i["race_location_uuid"] = other.Gate.ToString()), "race_location_uuid"),
            (Incident(course, Uuid(), i => i["race_uuid"] = Guid.Empty.ToString()), "race_uuid"),
            (new IncomingRecord(RecordTypes.Incident, Uuid(), (JsonObject)JsonNode.Parse($$"""{"race_uuid":"{{course.Race}}","occurred_at":"2026-02-08T07:00:00Z","description":"\ud83d"}""")!, Pi), "description"),
            (new IncomingRecord(RecordTypes.Incident, Uuid(), (JsonObject)JsonNode.Parse("""{"bib_number":1,"bib_number":2}""")!, Pi), null),
            (Report(good, Uuid(), r => r["athlete_position"] = 0), "athlete_position"),
            (Report(good, Uuid(), r => r["clip"] = "none"), "clip"),
            (Report(good, Uuid(), r => r["clip"] = new JsonObject { ["sha256"] = "no", ["size_bytes"] = 1, ["content_type"] = "video/mp4" }), "clip.sha256"),
            (History(good, Uuid(), change: h => h["changes"] = new JsonArray()), "changes"),
            (History(good, Uuid(), change: h => h["changes"] = new JsonObject { ["description"] = new JsonArray(null, "\0") }), "changes"),
            (History(good, Uuid(), "race"), "record_type"),
        ];
        var outcomes = await Apply([.. bad.Select(b => b.Record), Incident(course, good)]);
        Assert.All(outcomes.SkipLast(1), o => Assert.Equal((RecordVerdict.Invalid, "validation_failed"), (o.Verdict, o.Error!.Code)));
        Assert.Equal(bad.Select(b => b.Field), outcomes.SkipLast(1).Select(o => o.Error!.Field));
        Assert.Equal(RecordVerdict.Created, outcomes[^1].Verdict);
    }

    [Fact]
    public async Task Checking_stores_nothing()
    {
        var course = await Course.Of(cloud);
        var (incident, report) = (Uuid(), Uuid());
        var outcomes = await cloud.Send(new CheckIncidentRecords([Report(incident, report), Incident(course, incident)]), Actor.System, TestContext.Current.CancellationToken);
        Assert.All(outcomes, o => Assert.Equal((RecordVerdict.Acceptable, course.Race), (o.Verdict, o.RaceUuid)));
        Assert.Empty(await course.List());
    }

    [Fact]
    public async Task A_clip_and_a_withdrawal_come_with_the_report()
    {
        var course = await Course.Of(cloud);
        var (incident, report) = (Uuid(), Uuid());
        var sha256 = new string('a', 64);
        await Apply(Incident(course, incident), Report(incident, report, r =>
        {
            r["clip"] = new JsonObject { ["sha256"] = sha256, ["size_bytes"] = 5_000_000, ["content_type"] = "video/mp4", ["duration_ms"] = 8_000 };
            r["withdrawn_at"] = "2026-02-08T07:05:00.000Z";
            r["withdrawn_by"] = "Rolf Referee (referee, Pi 1)";
        }));
        var read = await course.Read(incident);
        Assert.Equal((sha256, 5_000_000, 8_000), (read.Reports[0].Clip!.Sha256, read.Reports[0].Clip!.SizeBytes, read.Reports[0].Clip!.DurationMs));
        Assert.False(read.Standing);
    }

    [Fact]
    public async Task A_record_said_to_others_is_taken_back_in_as_it_was()
    {
        var course = await Course.Of(cloud);
        cloud.Heard.Clear();
        var answer = await course.Report(description: "Round trip");
        var said = cloud.Heard.SelectMany(h => h.Records).Where(r => r.ClientUuid == answer.Incident.ClientUuid || r.ClientUuid == answer.Report.ClientUuid).ToList();
        Assert.Equal(["incident", "report"], said.Select(r => r.Type));
        Assert.All(said, r => Assert.DoesNotContain(r.Content, p => p.Value is null));
        var outcomes = await Apply([.. said.Select(r => new IncomingRecord(r.Type, r.ClientUuid, (JsonObject)r.Content.DeepClone(), r.Origin))]);
        Assert.All(outcomes, o => Assert.Equal(RecordVerdict.Unchanged, o.Verdict));
    }

    [Fact]
    public async Task An_incident_that_two_sides_made_each_for_itself_has_the_origin_that_came_last()
    {
        // R3: which of a group stands goes by origin, and a Pi must see the one that the cloud has.
        var course = await Course.Of(cloud);
        var incident = Uuid();
        await Apply(Incident(course, incident));
        var revision = (await course.Read(incident)).Revision;
        cloud.Heard.Clear();
        await Apply(Incident(course, incident) with { Origin = "cloud" });
        Assert.Equal(("cloud", revision), ((await course.Read(incident)).Origin, (await course.Read(incident)).Revision));
        Assert.Equal("cloud", Assert.Single(cloud.Heard[^1].Records).Origin);
    }

    [Fact]
    public async Task A_whole_day_of_2000_records_is_taken_at_once()
    {
        var course = await Course.Of(cloud);
        var records = Enumerable.Range(0, 1_000).SelectMany(n =>
        {
            var incident = Uuid();
            return new[]
            {
                Incident(course, incident, i =>
                {
                    i["bib_number"] = 1 + n;
                    i["occurred_at"] = $"2026-02-08T08:{n / 60 % 60:00}:{n % 60:00}.000Z";
                }),
                Report(incident, Uuid(), r => r["occurred_at"] = $"2026-02-08T08:{n / 60 % 60:00}:{n % 60:00}.000Z"),
            };
        }).ToArray();
        var outcomes = await Apply(records);
        Assert.All(outcomes, o => Assert.Equal(RecordVerdict.Created, o.Verdict));
        var page = await course.Send(new ListIncidents(course.Race, Limit: 500));
        Assert.Equal(500, page.Items.Count);
        Assert.Equal(1_000, Assert.Single(await cloud.Sql.QueryAsync<long>($"SELECT count(DISTINCT number) FROM incidents.incidents WHERE competition_uuid = '{course.Competition}'")));
    }

    private Guid Uuid() => Uuids.New(cloud.Time);

    private Task<IReadOnlyList<RecordOutcome>> Apply(params IncomingRecord[] records) => cloud.Send(new ApplyIncidentRecords(records), Actor.System);

    private static IncomingRecord Incident(Course course, Guid uuid, Action<JsonObject>? change = null) => Record(RecordTypes.Incident, uuid, change, new JsonObject
    {
        ["race_uuid"] = course.Race.ToString(), ["race_location_uuid"] = course.Gate.ToString(), ["bib_number"] = 12, ["occurred_at"] = "2026-02-08T07:00:00.000Z",
        ["clock_offset_ms"] = 0, ["clock_uncertainty_ms"] = 40, ["clock_source"] = "monotonic", ["status"] = "unofficial", ["decision"] = "pending",
        ["created_at"] = "2026-02-08T07:00:01.000Z",
    });

    private static IncomingRecord Report(Guid incident, Guid uuid, Action<JsonObject>? change = null) => Record(RecordTypes.Report, uuid, change, new JsonObject
    {
        ["incident_uuid"] = incident.ToString(), ["occurred_at"] = "2026-02-08T07:00:00.000Z", ["clock_offset_ms"] = 0, ["clock_uncertainty_ms"] = 40,
        ["clock_source"] = "monotonic", ["reporter_name"] = "Rolf Referee",
    });

    private static IncomingRecord History(Guid record, Guid uuid, string type = "incident", Action<JsonObject>? change = null) => Record(RecordTypes.HistoryEntry, uuid, change, new JsonObject
    {
        ["record_type"] = type, ["record_uuid"] = record.ToString(), ["at"] = "2026-02-08T07:01:00.000Z", ["by"] = "Rolf Referee (referee, Pi 1)", ["system"] = "Pi 1",
        ["changes"] = new JsonObject { ["description"] = new JsonArray(null, "Fell") },
    });

    private static IncomingRecord Record(string type, Guid uuid, Action<JsonObject>? change, JsonObject content)
    {
        change?.Invoke(content);
        return new IncomingRecord(type, uuid, content, Pi);
    }

    /// <summary>A cloud in which the test hears what Sync hears.</summary>
    public sealed class ListeningCloud : CloudModules
    {
        public List<RecordsChanged> Heard { get; } = [];

        protected override void Configure(Microsoft.Extensions.DependencyInjection.IServiceCollection services) =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<INotificationHandler<RecordsChanged>>(services, new Ear(Heard));

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
