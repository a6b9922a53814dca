using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Clearing;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>R13: what is deleted is exactly what was confirmed, whatever a finger does meanwhile.</summary>
public sealed class ClearingTests(ClearingTests.Pi pi) : IClassFixture<ClearingTests.Pi>
{
    /// <summary>What outlives a clearing: who this Pi is, what the cloud confirmed, and the figures.</summary>
    private static readonly HashSet<string> Survive = new(StringComparer.Ordinal) { "sync.this_device", "sync.receipts", "sync.runs", "sync.clock_anchors" };

    [Fact]
    public async Task A_clearing_leaves_nothing_of_the_competition_but_receipts_and_figures()
    {
        await pi.MorningAsync();
        await pi.ReportAsync(11);
        await pi.SentAsync();
        var cleared = await pi.ClearAsync();
        Assert.Equal((1, 1), (cleared["incident"], cleared["report"]));
        var left = new List<string>();
        foreach (var table in await pi.Sql.QueryAsync<string>("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('competitions', 'incidents', 'dedup', 'sync') AND tablename NOT LIKE '\\_\\_%'"))
            if (!Survive.Contains(table) && (await pi.Sql.QueryAsync<long>($"SELECT count(*) FROM {table}"))[0] > 0)
                left.Add(table);
        Assert.Empty(left);
        var device = await pi.DeviceAsync();
        Assert.Equal((null, null, null, null), (device.CompetitionUuid, device.CompetitionName, device.Cursor, device.ReadyForOfflineAt));
    }

    [Fact]
    public async Task Pending_failed_and_conflicting_records_stand_in_the_way_and_quarantined_ones_do_not()
    {
        await pi.MorningAsync();
        foreach (var bib in Enumerable.Range(21, 4)) await pi.ReportAsync(bib, seconds: bib * 100);
        await pi.SentAsync();
        var uuids = await pi.Sql.QueryAsync<Guid>("SELECT client_uuid FROM sync.sync_queue WHERE record_type = 'report' ORDER BY id");
        await pi.Sql.ExecuteAsync($"UPDATE sync.sync_queue SET status = 'pending' WHERE client_uuid = '{uuids[0]}'");
        await pi.Sql.ExecuteAsync($"UPDATE sync.sync_queue SET status = 'conflict' WHERE client_uuid = '{uuids[1]}'");
        await pi.Sql.ExecuteAsync($"UPDATE sync.sync_queue SET status = 'failed' WHERE client_uuid = '{uuids[2]}'");
        await pi.Sql.ExecuteAsync($"UPDATE sync.sync_queue SET status = 'failed', quarantine_uuid = gen_random_uuid() WHERE client_uuid = '{uuids[3]}'");
        var told = await Assert.ThrowsAsync<Problem>(() => pi.Send(new ClearDevice(Pi.Name)));
        Assert.Equal((409, "not_safe_to_clear"), (told.Status, told.Code));
        var reasons = (IReadOnlyList<ClearReason>)told.Extensions!["reasons"]!;
        Assert.Equal([("pending", 1), ("failed", 1), ("conflict", 1)], reasons.Select(r => (r.Code, r.Count)));
    }

    [Theory, InlineData("Val cup"), InlineData("Val Cup 2"), InlineData("")]
    public async Task Another_name_clears_nothing(string name)
    {
        await pi.MorningAsync();
        var told = await Assert.ThrowsAsync<Problem>(() => pi.Send(new ClearDevice(name)));
        Assert.Equal(400, told.Status);
    }

    [Fact]
    public async Task A_receipt_covers_what_is_here_in_many_parts_or_not_at_all()
    {
        await pi.MorningAsync();
        await pi.Sql.ExecuteAsync(
            $$"""
              INSERT INTO sync.sync_queue (record_type, client_uuid, competition_uuid, status, retry_count, created_at, edit, answered_edit, content, ask_again, boot_id, monotonic_ms, wall_at)
              SELECT 'report', gen_random_uuid(), '{{pi.Competition}}', 'synced', 0, now(), 1, 1, '{"bib_number": 12}', false, gen_random_uuid(), 0, now() FROM generate_series(1, {{(2 * Holdings.MostInRequest) + 7}})
              """);
        var holdings = await pi.Send(new ReadHoldings());
        Assert.Equal(3, holdings.Parts);
        Guid? earlier = null;
        for (var part = 0; part < holdings.Parts; part++)
        {
            Assert.Null(await pi.Send(new FindReceipt(holdings)));
            var receipt = new Receipt(Uuids.New(pi.Time), Uuids.New(pi.Time), pi.Competition, pi.Time.GetUtcNow(), holdings.Part(part, earlier).Counts(), holdings.Part(part, earlier).Digest(), "");
            await pi.Send(new KeepReceipt(receipt, earlier));
            earlier = receipt.ReceiptUuid;
        }

        Assert.Equal(earlier, (await pi.Send(new FindReceipt(holdings)))!.ReceiptUuid);
        await pi.Sql.ExecuteAsync("UPDATE sync.sync_queue SET content = '{\"bib_number\": 13}' WHERE id = (SELECT max(id) FROM sync.sync_queue)");
        Assert.Null(await pi.Send(new FindReceipt(await pi.Send(new ReadHoldings()))));
    }

    [Fact]
    public async Task After_a_clearing_edits_count_on()
    {
        await pi.MorningAsync();
        var report = await pi.ReportAsync(31);
        await pi.EditAsync(report.Report, "better");
        await pi.EditAsync(report.Report, "best");
        await pi.SentAsync();
        var highest = (await pi.Sql.QueryAsync<long>("SELECT max(edit) FROM sync.sync_queue"))[0];
        await pi.ClearAsync();
        await pi.MorningAsync();
        await pi.ReportAsync(32);
        Assert.Equal(highest + 1, (await pi.Sql.QueryAsync<long>("SELECT min(edit) FROM sync.sync_queue"))[0]);
    }

    [Theory, InlineData("new incident"), InlineData("edit"), InlineData("another report")]
    public async Task Whatever_is_tapped_at_any_statement_of_a_clearing_stays_or_was_never_said_to_be_saved(string kind)
    {
        var (stayed, refused) = (0, 0);
        for (var moment = 0; ; moment++)
        {
            await pi.MorningAsync();
            var near = await pi.ReportAsync(41);
            var far = await pi.ReportAsync(42, seconds: 600);
            await pi.SentAsync();
            var confirmed = await pi.Send(new ReadHoldings());

            Task<Guid?>? tap = null;
            var reached = await Moments.AtAsync(moment, () => tap = pi.TapAsync(kind, near), () => pi.Send(new DeleteConfirmed(confirmed)), pi.Database.ConnectionString);
            if (!reached) break;
            var tapped = await tap!;
            Assert.Empty(await pi.Sql.QueryAsync<Guid>($"SELECT client_uuid FROM incidents.incidents WHERE client_uuid = '{far.Incident}'"));
            if (tapped is not { } report)
            {
                refused++;
                Assert.Equal(0, (await pi.Sql.QueryAsync<long>("SELECT count(*) FROM sync.sync_queue"))[0]);
                continue;
            }

            stayed++;
            var there = await pi.Sql.QueryAsync<long>(
                $"""
                 SELECT count(*) FROM sync.sync_queue WHERE client_uuid = '{report}' AND status = 'pending'
                 UNION ALL SELECT count(*) FROM incidents.reports r JOIN incidents.incidents i ON i.client_uuid = r.incident_uuid JOIN dedup.group_members m ON m.incident_uuid = i.client_uuid
                   JOIN competitions.race_locations l ON l.client_uuid = i.race_location_uuid JOIN competitions.races c ON c.client_uuid = i.race_uuid WHERE r.client_uuid = '{report}'
                 UNION ALL SELECT count(*) FROM sync.this_device WHERE competition_uuid IS NOT NULL AND cursor IS NULL
                 """);
            Assert.True(there.All(c => c == 1), $"moment {moment}: {string.Join(' ', there)}");
        }

        Assert.True(stayed > 0 && refused > 0, $"{stayed} stayed, {refused} refused: the moments do not cover the command");
    }

    /// <summary>A Pi in the morning, as often as a test needs one.</summary>
    public sealed class Pi : PiModules
    {
        public const string Name = "Val Cup";
        private static readonly Actor Referee = Person("Rita Referee", Roles.Referee);

        public Guid Competition { get; } = Guid.Parse("01900000-0000-7000-8000-00000000000a");

        private Guid Race { get; } = Guid.Parse("01900000-0000-7000-8000-00000000000b");

        private Guid Gate { get; } = Guid.Parse("01900000-0000-7000-8000-00000000000c");

        protected override void Configure(IServiceCollection services) => services.AddSingleton<IBootClock>(new FakeBoot());

        public async Task MorningAsync()
        {
            _ = await Send(new ReadClearance()); // makes the row of this device
            await Sql.ExecuteAsync(
                """
                DELETE FROM sync.sync_queue; DELETE FROM sync.record_bases; DELETE FROM sync.held_changes; DELETE FROM sync.receipts;
                DELETE FROM dedup.observations; DELETE FROM dedup.group_members; DELETE FROM dedup.merges; DELETE FROM dedup.groupings;
                DELETE FROM incidents.history_entries; DELETE FROM incidents.reports; DELETE FROM incidents.incidents; DELETE FROM incidents.incident_counters;
                DELETE FROM competitions.race_locations; DELETE FROM competitions.races; DELETE FROM competitions.competitions;
                """);
            await Send(new ApplyReferenceRecords([
                new(RecordTypes.Competition, Competition, Json(new { name = Name, country = "ITA", start_date = "2026-02-08", end_date = "2026-02-09", time_zone = "Europe/Rome" }), "cloud"),
                new(RecordTypes.Race, Race, Json(new { competition_uuid = Competition, name = "Sprint", discipline = "sprint" }), "cloud"),
                new(RecordTypes.RaceLocation, Gate, Json(new { race_uuid = Race, name = "Gate 3" }), "cloud"),
            ]));
            await Sql.ExecuteAsync($"UPDATE sync.this_device SET competition_uuid = '{Competition}', competition_name = '{Name}', cursor = 'c', ready_for_offline_at = now()");
        }

        internal async Task<(Guid Incident, Guid Report)> ReportAsync(int bib, int seconds = 0)
        {
            var answer = (await Send(new ReportIncident(Race, Gate, bib, OccurredAt: Time.GetUtcNow().AddSeconds(seconds - 1200)), Referee)).Answer;
            return (answer.Incident.ClientUuid, answer.Report.ClientUuid);
        }

        internal Task EditAsync(Guid report, string description) => Send(new EditReport(report, new() { ["description"] = description }), Referee);

        /// <summary>The report that was made or changed; null: the tap was told that what it is about is gone.</summary>
        internal async Task<Guid?> TapAsync(string kind, (Guid Incident, Guid Report) near)
        {
            try
            {
                switch (kind)
                {
                    case "new incident":
                        return (await ReportAsync(43)).Report;
                    case "edit":
                        await EditAsync(near.Report, "Both skis outside");
                        return near.Report;
                    default:
                        return (await Send(new AddReport { IncidentUuid = near.Incident, Description = "Seen too" }, Referee)).Report.ClientUuid;
                }
            }
            catch (Problem e) when (e.Status is 404 or 400)
            {
                return null;
            }
        }

        /// <summary>The cloud has answered for everything.</summary>
        internal async Task SentAsync()
        {
            while (await Send(new TakeBatch(2000)) is { Upload.Records.Count: > 0 } batch)
                await Send(new SettleBatch(batch.Upload, new UploadAnswer(Time.GetUtcNow(), [.. batch.Upload.Records.Select(r => new UploadResult(r.Type, r.ClientUuid.ToString(), UploadStatuses.Created))])));
        }

        internal async Task<IReadOnlyDictionary<string, int>> ClearAsync() => await Send(new DeleteConfirmed(await Send(new ReadHoldings())));

        internal Task<ThisDevice> DeviceAsync() => InScope(services => services.GetRequiredService<SyncDbContext>().ThisDevice.AsNoTracking().SingleAsync());

        private static JsonObject Json(object value) => JsonSerializer.SerializeToNode(value)!.AsObject();
    }
}
