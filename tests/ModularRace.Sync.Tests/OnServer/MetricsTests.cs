using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnServer.Metrics;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>The figures, from runs that are counted once and from an independent look at the observations.</summary>
public sealed class MetricsTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private static int races;

    [Fact]
    public async Task Where_nothing_is_known_the_figures_are_null_and_no_target_is_met_or_missed()
    {
        var (competition, _, _) = await CompetitionAsync();
        var m = await ReadAsync(competition);
        Assert.Equal((null, null, null, null, null, null), (m.SyncSuccessRate, m.DuplicateRate, m.MissedDuplicates, m.FalseMerges, m.ConflictRate, m.OfflineHours));
        Assert.Equal(new Spread(null, null, null), m.SyncDurationSeconds);
        Assert.Equal(new Spread(null, null, null), m.ClipsDurationSeconds);
        Assert.Equal((null, null, null, null, null), (m.Targets.SyncSuccessRate.Met, m.Targets.DuplicateRate.Met, m.Targets.ConflictRate.Met, m.Targets.SyncDurationSeconds.Met, m.Targets.OfflineHours.Met));
    }

    [Fact]
    public async Task A_run_is_counted_once_however_often_it_is_told_and_its_uploads_are_not_counted_beside_it()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        object[] runs = [Run(competition, 2_000), Run(competition, 4_000, failed: 1), Run(competition, 500, reached: false, error: "No network."), Run(competition, 6_000, deferred: 1, offline: 12.5)];
        await device.UploadWith([Incident(race, location, 1)], runs);
        await device.UploadWith([Incident(race, location, 2)], runs);
        await device.UploadWith([], [runs[0]]);
        var m = await ReadAsync(competition);
        Assert.Equal((4, 3, 1, 0), (m.Counts.Runs, m.Counts.RunsReached, m.Counts.RunsWithoutError, m.Counts.RunsDerived));
        Assert.Equal(0.333333, m.SyncSuccessRate);
        Assert.Equal(new Spread(4, 5.8, 6), m.SyncDurationSeconds);
        Assert.Equal(12.5, m.OfflineHours);
        Assert.Equal((false, true, true), (m.Targets.SyncSuccessRate.Met, m.Targets.SyncDurationSeconds.Met, m.Targets.OfflineHours.Met));
    }

    [Fact]
    public async Task A_device_that_tells_no_runs_has_its_uploads_counted_as_such()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        await device.UploadWith([Incident(race, location, 1)], status: new { longest_offline_hours = 3.5 });
        await device.UploadWith([TestDevice.Record(RecordTypes.Incident, cloud.NewUuid(), CloudSync.Json(new { race_uuid = race, occurred_at = "no time" }))]);
        await device.UploadWith([]);
        var m = await ReadAsync(competition);
        Assert.Equal((2, 2, 1, 2), (m.Counts.Runs, m.Counts.RunsReached, m.Counts.RunsWithoutError, m.Counts.RunsDerived));
        Assert.Equal(3.5, m.OfflineHours);
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_holds_up_neither_the_others_nor_a_record()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        object[] runs =
        [
            "no run", new { }, 7, new { run_uuid = "x" }, Run(competition, -5), Run(competition, 1_000, error: "a\0b\nc" + new string('x', 5000)),
            Run(competition, long.MaxValue), Run(competition, 1_000, ended: "0001-01-01T00:00:00.500Z"), Run(Guid.Parse("01900000-0000-7000-8000-00000000ffff"), 1_000),
        ];
        Assert.Equal("created", Assert.Single(await device.UploadWith([Incident(race, location, 1)], runs)).Status);
        Assert.Equal(1, (await ReadAsync(competition)).Counts.Runs);
        Assert.Equal("abc", (await cloud.Sql.QueryAsync<string>("SELECT left(error, 3) FROM sync.device_runs WHERE device_uuid = $1 AND error IS NOT NULL", device.Uuid)).Single());
        Assert.Equal(0L, (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM sync.device_runs WHERE competition_uuid = '01900000-0000-7000-8000-00000000ffff'")).Single());
    }

    [Fact]
    public async Task A_run_whose_time_nobody_knows_or_that_lies_ahead_ended_when_it_was_told()
    {
        var (competition, _, _) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        await device.UploadWith([], [Run(competition, 1_000, ended: "1970-01-01T00:10:00Z", uncertainty: null), Run(competition, 1_000, ended: "2031-01-01T00:00:00Z")]);
        var now = cloud.Time.GetUtcNow();
        Assert.All(await cloud.Sql.QueryAsync<DateTimeOffset>("SELECT ended_at FROM sync.device_runs WHERE device_uuid = $1", device.Uuid), at => Assert.Equal(now, at));
    }

    [Fact]
    public async Task A_duplicate_that_the_groups_hide_is_found_in_the_observations()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        await device.Upload(Incident(race, location, 7, "10:30:00"), Incident(race, location, 7, "10:30:30"), Incident(race, location, 7, "10:31:30"), Incident(race, location, 8, "10:30:00"));
        var good = await ReadAsync(competition);
        Assert.Equal((3, 0, 0.0, true), (good.Counts.IncidentsStanding, good.Counts.Duplicates, good.DuplicateRate, good.Targets.DuplicateRate.Met));

        // As if the rule had overlooked the pair.
        await cloud.Sql.ExecuteAsync("UPDATE dedup.group_members SET stands_for = incident_uuid WHERE race_uuid = $1", race);
        var bad = await ReadAsync(competition);
        Assert.Equal((4, 2, 0.5, false), (bad.Counts.IncidentsStanding, bad.Counts.Duplicates, bad.DuplicateRate, bad.Targets.DuplicateRate.Met));
    }

    [Fact]
    public async Task Twins_that_a_person_told_apart_are_a_false_merge_and_no_duplicate()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        var (a, b, far) = (Incident(race, location, 7, "10:30:00"), Incident(race, location, 7, "10:30:20"), Incident(race, location, 7, "10:40:00"));
        await device.Upload(a, b, far);
        await device.Upload(Said("apart", a, b), Said("together", a, far));
        var m = await ReadAsync(competition);
        Assert.Equal((0.0, 1, 1), (m.DuplicateRate, m.FalseMerges, m.MissedDuplicates));
    }

    [Fact]
    public async Task Twins_with_different_decisions_wait_in_a_conflict_and_are_no_duplicates()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(mayDecide: true, competitions: [competition]);
        await device.Upload(Incident(race, location, 7, "10:30:00", "P1"), Incident(race, location, 7, "10:30:10", "P2"), Incident(race, location, 9), Incident(race, location, 10));
        var m = await ReadAsync(competition);
        Assert.Equal((0.0, 0.5, 4, 2), (m.DuplicateRate, m.ConflictRate, m.Counts.IncidentsUploaded, m.Counts.IncidentsInConflict));
    }

    [Fact]
    public async Task Practice_never_counts_not_even_where_it_is_asked_for()
    {
        var (practice, race, location) = await CompetitionAsync(practice: true);
        var device = await cloud.DeviceAsync(competitions: [practice]);
        var before = await ReadAsync(null);
        await device.UploadWith([Incident(race, location, 1)], [Run(practice, 1_000)]);
        await (await cloud.DeviceAsync(competitions: [practice])).UploadWith([Incident(race, location, 2)]);
        Assert.Equal(before.Counts, (await ReadAsync(null)).Counts);
        Assert.Equal(new MetricCounts(0, 0, 0, 0, 0, 0, 0, 0, 0), (await ReadAsync(practice)).Counts);
    }

    [Fact]
    public async Task A_period_takes_days_of_the_venue_and_times()
    {
        var (competition, race, location) = await CompetitionAsync();
        var device = await cloud.DeviceAsync(competitions: [competition]);
        await device.UploadWith([Incident(race, location, 1)], [Run(competition, 1_000, ended: "2026-02-06T22:59:59Z"), Run(competition, 1_000, ended: "2026-02-06T23:00:00Z"), Run(competition, 1_000, ended: "2026-02-07T23:00:00Z")]);
        Assert.Equal(1, (await ReadAsync(competition, "2026-02-07", "2026-02-07")).Counts.Runs);
        Assert.Equal(2, (await ReadAsync(competition, "2026-02-06T22:59:59Z", "2026-02-08T00:00:00+01:00")).Counts.Runs);
        foreach (var (from, to) in new[] { ("yesterday", (string?)null), ("2026-02-08", "2026-02-06"), ("2026-02-08T10:00:00", null), ("0001-01-01", null) })
            Assert.Equal(400, (await Assert.ThrowsAsync<Problem>(() => ReadAsync(competition, from, to))).Status);
    }

    [Fact]
    public async Task The_jury_of_one_competition_reads_its_own_and_nobody_else_any()
    {
        var (competition, _, _) = await CompetitionAsync();
        await ReadAsync(competition, by: ModuleHost.Person("Jo", Roles.JuryPresident, competition));
        foreach (var (of, by) in new (Guid?, Actor)[]
        {
            (null, ModuleHost.Person("Jo", Roles.JuryPresident, competition)), (cloud.Competition, ModuleHost.Person("Jo", Roles.JuryPresident, competition)),
            (competition, ModuleHost.Person("Vera", Roles.VarOperator)), (null, ModuleHost.Person("Vic", Roles.Viewer)), (competition, new Actor("a Pi", [], cloud.NewUuid())),
        })
            Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => ReadAsync(of, by: by))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<Problem>(() => ReadAsync(cloud.NewUuid()))).Status);
    }

    private Task<SyncMetrics> ReadAsync(Guid? competition, string? from = null, string? to = null, Actor? by = null) => cloud.Send(new ReadMetrics(competition, from, to), by);

    private async Task<(Guid Competition, Guid Race, Guid Location)> CompetitionAsync(bool practice = false)
    {
        var (competition, race, location, n) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid(), Interlocked.Increment(ref races));
        await cloud.ApplyAsync(
            new IncomingRecord(RecordTypes.Competition, competition, CloudSync.Json(new { name = $"Cup {n}", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-09", time_zone = "Europe/Rome", practice }), "cloud"),
            new IncomingRecord(RecordTypes.Race, race, CloudSync.Json(new { competition_uuid = competition, name = "Sprint", discipline = "sprint" }), "cloud"),
            new IncomingRecord(RecordTypes.RaceLocation, location, CloudSync.Json(new { race_uuid = race, name = "Gate 1" }), "cloud"));
        return (competition, race, location);
    }

    private object Incident(Guid race, Guid location, int bib, string at = "10:30:00", string? penalty = null) => TestDevice.Record(RecordTypes.Incident, cloud.NewUuid(), CloudSync.Json(new
    {
        race_uuid = race, race_location_uuid = location, bib_number = bib, occurred_at = $"2026-02-08T{at}.000Z", clock_offset_ms = 0, clock_uncertainty_ms = 50, clock_source = "monotonic",
        status = penalty is null ? "unofficial" : "official", officialized_at = penalty is null ? null : "2026-02-08T11:00:00.000Z", officialized_by = penalty is null ? null : "Pi",
        decision = penalty is null ? "pending" : "penalty_applied", penalty_code = penalty, decided_at = penalty is null ? null : "2026-02-08T11:00:00.000Z", decided_by = penalty is null ? null : "Pi",
    }));

    private object Said(string kind, object a, object b) => TestDevice.Record(RecordTypes.Grouping, cloud.NewUuid(), CloudSync.Json(new
    {
        kind, incident_uuids = new[] { (Guid)((dynamic)a).client_uuid, (Guid)((dynamic)b).client_uuid }, said_at = "2026-02-08T12:00:00.000Z", said_by = "Jo", clock_offset_ms = 0, clock_uncertainty_ms = 50,
    }));

    private static object Run(Guid competition, long ms, bool reached = true, string? error = null, int failed = 0, int deferred = 0, double? offline = null, string ended = "2026-02-07T10:00:00Z", long? uncertainty = 40) => new
    {
        run_uuid = Uuids.New(TimeProvider.System), competition_uuid = competition, started_at = ended, ended_at = ended, clock_uncertainty_ms = uncertainty, reached, error, uploaded = 1, failed, deferred,
        duration_ms = ms, offline_hours = offline,
    };
}
