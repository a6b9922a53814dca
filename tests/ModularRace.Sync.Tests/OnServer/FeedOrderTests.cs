using System.Collections.Concurrent;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnServer.Download;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>
/// R9: transactions of two replicas that commit out of order, roll back or stay open long, and a device that reads meanwhile,
/// now from the one, now from the other.
/// </summary>
public sealed class FeedOrderTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    private const int Histories = 25, MostOpen = 6;

    /// <summary>What is done, at which replica, with which of the open transactions or known records.</summary>
    private static readonly Gen<(int What, int Where, int Which)[]> Steps = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1], Gen.Int[0, 11]).Array[20, 50];

    [Fact]
    public async Task Whatever_the_order_in_which_transactions_end_a_device_that_reads_meanwhile_misses_none() =>
        Assert.Equal("", await MissedAsync(cloud));

    /// <summary>The test above is worth something: the place of a change by its number, given before the commit, is caught by it.</summary>
    [Fact]
    public async Task With_a_plain_sequence_number_for_a_place_it_would_miss_some()
    {
        await using var plain = new CloudSync();
        await plain.InitializeAsync();
        await plain.Sql.ExecuteAsync("CREATE FUNCTION public.number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.position := NEW.id; NEW.mark := gen_random_uuid(); RETURN NEW; END $$");
        await plain.Sql.ExecuteAsync("CREATE TRIGGER number BEFORE INSERT ON sync.record_versions FOR EACH ROW EXECUTE FUNCTION public.number()");
        Assert.Contains("was not seen", await MissedAsync(plain), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writers_of_both_replicas_at_once_and_a_device_that_never_stops_reading_lose_nothing()
    {
        await using var other = new Replica(cloud);
        await other.InitializeAsync();
        CloudSync[] replicas = [cloud, other];
        var reader = new Reader(replicas, await cloud.DeviceAsync());
        await reader.BeginAsync(cloud.Competition);
        var stands = new ConcurrentDictionary<Guid, string>();
        using var ended = new SemaphoreSlim(0);

        var writing = Task.WhenAll(Enumerable.Range(0, 6).Select(WriteAsync));
        for (var turn = 0; !writing.IsCompleted; turn++) await reader.PageAsync(turn % 2, limit: 3);
        await writing;
        await reader.ToTheEndAsync(0);
        Assert.Equal("", Missing(stands, reader.Seen));
        Assert.Equal(stands.Count, reader.Seen.Count);

        async Task WriteAsync(int writer)
        {
            for (var i = 0; i < (writer == 0 ? 12 : 30); i++)
            {
                var one = await Writing.BeginAsync(replicas[writer % 2], cloud.Competition, cloud.NewUuid(), $"Writer {writer}, {i}");
                // The first of them keeps each open while the others end ten.
                for (var wait = 0; writer == 0 && wait < 10; wait++) await ended.WaitAsync();
                await one.EndAsync(commit: i % 5 != 4);
                if (i % 5 != 4) stands[one.Record] = one.Text;
                if (writer != 0) ended.Release();
            }
        }
    }

    /// <summary>Runs the histories on two replicas, until a device misses something: then what, and after which steps; else nothing.</summary>
    private static async Task<string> MissedAsync(CloudSync cloud)
    {
        await using var other = new Replica(cloud);
        await other.InitializeAsync();
        var reader = new Reader([cloud, other], await cloud.DeviceAsync());
        await reader.BeginAsync(cloud.Competition);
        var histories = new List<(int, int, int)[]>();
        Steps.Sample(steps => { histories.Add(steps); }, iter: Histories, threads: 1);

        var stands = new Dictionary<Guid, string>();
        var texts = 0;
        foreach (var steps in histories)
        {
            var open = new List<Writing>();
            var done = new List<string>();
            var missed = "";
            foreach (var (what, where, which) in steps)
            {
                switch (what)
                {
                    case <= 3 when open.Count < MostOpen:
                        // A new record, or a new version of one that no open transaction holds.
                        var free = stands.Keys.Except(open.Select(w => w.Record)).Order().ToList();
                        var record = what == 0 && free.Count > 0 ? free[which % free.Count] : cloud.NewUuid();
                        open.Add(await Writing.BeginAsync(where == 0 ? cloud : other, cloud.Competition, record, $"Text {++texts}"));
                        done.Add($"replica {where} writes {open[^1].Text}");
                        break;
                    case <= 6 when open.Count > 0:
                        var ending = open[which % open.Count];
                        open.Remove(ending);
                        await ending.EndAsync(commit: what != 6);
                        if (what != 6) stands[ending.Record] = ending.Text;
                        done.Add($"{ending.Text} {(what == 6 ? "is rolled back" : "is committed")}");
                        break;
                    case <= 8:
                        await reader.PageAsync(where, limit: 1 + (which % 3));
                        done.Add("the device reads a page");
                        break;
                    default:
                        // However many transactions are open: what was committed is there.
                        await reader.ToTheEndAsync(where);
                        done.Add("the device reads to the end");
                        missed += Missing(stands, reader.Seen);
                        break;
                }
            }

            foreach (var late in Enumerable.Reverse(open))
            {
                await late.EndAsync(commit: true);
                stands[late.Record] = late.Text;
                await reader.PageAsync(0, limit: 2);
            }

            await reader.ToTheEndAsync(1);
            missed += Missing(stands, reader.Seen);
            if (missed.Length > 0) return $"{missed}after\n{string.Join('\n', done)}";
            Assert.Equal(stands.Count, reader.Seen.Count);
        }

        return "";
    }

    private static string Missing(IReadOnlyDictionary<Guid, string> stands, Dictionary<Guid, string> seen) =>
        string.Concat(stands.Where(s => seen.GetValueOrDefault(s.Key) != s.Value).Select(s => $"{s.Value} was not seen\n"));

    /// <summary>A second host on the same database.</summary>
    private sealed class Replica(CloudSync first) : CloudSync
    {
        protected override TestDatabase? Shared => first.Database;
    }

    /// <summary>A transaction that has written a phrase, and stays open until it is told how to end.</summary>
    private sealed class Writing
    {
        private readonly TaskCompletionSource<bool> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task work = Task.CompletedTask;

        public required Guid Record { get; init; }

        public required string Text { get; init; }

        public static async Task<Writing> BeginAsync(CloudSync replica, Guid competition, Guid record, string text)
        {
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writing = new Writing { Record = record, Text = text };
            writing.work = replica.InTransaction(async scoped =>
            {
                var phrase = new IncomingRecord(RecordTypes.Phrase, record, CloudSync.Json(new { competition_uuid = competition, text, position = 1 }), "cloud");
                await scoped.GetRequiredService<IMediator>().Send(new ApplyReferenceRecords([phrase]));
                written.SetResult();
                if (!await writing.end.Task) throw Problem.Conflict("rolled_back", "It was to be rolled back.");
            });
            await await Task.WhenAny(written.Task, writing.work);
            return writing;
        }

        public async Task EndAsync(bool commit)
        {
            end.SetResult(commit);
            if (commit) await work;
            else Assert.Equal("rolled_back", (await Assert.ThrowsAsync<Problem>(() => work)).Code);
        }
    }

    /// <summary>A device with its cursor.</summary>
    private sealed class Reader(CloudSync[] replicas, TestDevice device)
    {
        private string cursor = "";

        /// <summary>The last text of each phrase that it was given.</summary>
        public Dictionary<Guid, string> Seen { get; } = [];

        public async Task BeginAsync(Guid competition)
        {
            cursor = (await replicas[0].Send(new DownloadCompetition(competition, null), device.Actor)).Cursor;
            await ToTheEndAsync(0);
            Seen.Clear();
        }

        public async Task<bool> PageAsync(int replica, int limit)
        {
            ChangesAnswer page = await replicas[replica].Send(new ReadChanges(cursor, limit), device.Actor);
            foreach (var change in page.Changes.Where(c => c.Type == RecordTypes.Phrase)) Seen[change.ClientUuid] = change.Data["text"]!.GetValue<string>();
            cursor = page.Cursor;
            return page.HasMore;
        }

        public async Task ToTheEndAsync(int replica)
        {
            while (await PageAsync(replica, limit: 50))
            {
                // On to the next page.
            }
        }
    }
}
