using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Features.OnDevice.Downloading;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Pulling;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Tests.OnDevice;
using ModularRace.Sync.Tests.OnServer;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.BothSides;

/// <summary>A Pi beside a cloud: its real modules, which exchange the real messages with it; only the wire between is left out.</summary>
public sealed class PiOfACloud : PiModules
{
    private CloudSync cloud = null!;
    private Actor device = null!;

    public Guid Uuid { get; private set; }

    /// <summary>Its clock that nobody sets; the wall clock is <see cref="ModuleHost.Time"/>.</summary>
    internal FakeBoot Boot { get; } = new();

    protected override void Configure(IServiceCollection services) => services.AddSingleton<IBootClock>(Boot);

    public static async Task<PiOfACloud> OfAsync(CloudSync cloud, bool mayDecide = true)
    {
        var pi = new PiOfACloud { cloud = cloud };
        await pi.InitializeAsync();
        await pi.Send(new PrepareDevice());
        pi.Uuid = await pi.InScope(s => s.GetRequiredService<SyncDbContext>().ThisDevice.Select(d => d.DeviceUuid).SingleAsync());
        Assert.NotNull((await cloud.PairAsync((await cloud.CodeAsync("Pi " + pi.Uuid.ToString()[^4..], null, null, mayDecide)).PairingCode, pi.Uuid)).Paired);
        await pi.Sql.ExecuteAsync($"UPDATE sync.this_device SET may_decide = {mayDecide}");
        pi.device = new Actor("a Pi", [], pi.Uuid);
        await pi.Send(new StoreDownload(await cloud.Send(new Features.OnServer.Download.DownloadCompetition(cloud.Competition, null), pi.device), null));
        return pi;
    }

    /// <summary>A run: what waits is sent, then what changed is taken, and once more where the cloud has to be asked again.</summary>
    public async Task SyncAsync()
    {
        for (var again = true; again;)
        {
            await UploadAsync();
            again = await PullAsync();
        }
    }

    /// <param name="loseAnswer">The cloud has taken it, and the Pi never hears so.</param>
    public async Task UploadAsync(bool loseAnswer = false)
    {
        for (var waiting = true; waiting;)
        {
            var batch = await Send(new TakeBatch(50));
            if (batch.Upload.Records.Count == 0) return;
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(batch.Upload, ApiJson.Options));
            var answer = await cloud.Send(new UploadRecords(await UploadEnvelope.ReadAsync(body, TestContext.Current.CancellationToken), "boot"), device);
            if (loseAnswer) return;
            await Send(new SettleBatch(batch.Upload, answer));
            waiting = batch.Waiting > batch.Upload.Records.Count;
        }
    }

    public async Task<bool> PullAsync()
    {
        var again = false;
        var whole = true;
        for (var more = true; more;)
        {
            var (cursor, store) = await InScope(async s =>
            {
                var here = await s.GetRequiredService<SyncDbContext>().ThisDevice.AsNoTracking().SingleAsync();
                return (here.Cursor, here.StoreUuid);
            });
            var page = await cloud.Send(new ReadChanges(cursor, 20, whole ? store : null), device);
            var applied = await Send(new ApplyChanges(page.Changes, page.Cursor, page.Own));
            again |= applied.AskAgain;
            whole = applied.Whole;
            more = page.HasMore || !whole;
        }

        return again;
    }

    internal Task<List<QueueEntry>> QueueAsync() => InScope(s => s.GetRequiredService<SyncDbContext>().Queue.AsNoTracking().OrderBy(e => e.Id).ToListAsync());

    internal async Task<QueueEntry> QueuedAsync(Guid uuid) => (await QueueAsync()).Single(e => e.ClientUuid == uuid);
}

/// <summary>What both sides must agree on (R3), as text.</summary>
internal static class Standing
{
    /// <summary>Each incident: who stands for it, whether it stands, status, decision and what it says; then reports; then what waits for a person.</summary>
    public static async Task<string> OfAsync(ModuleHost host, Guid race) => string.Join('\n', await host.Sql.QueryAsync<string>(
        $"""
         SELECT concat_ws(' ', 'incident', i.client_uuid, coalesce(i.merged_into, i.client_uuid), m.stands_for, i.stands, i.bib_number, i.occurred_at, i.status, i.officialized_at, i.officialized_by,
                          i.decision, i.penalty_code, i.decided_at, i.decided_by, i.description)
         FROM incidents.incidents i JOIN dedup.group_members m ON m.incident_uuid = i.client_uuid WHERE i.race_uuid = '{race}'
         UNION ALL
         SELECT concat_ws(' ', 'report', r.client_uuid, r.incident_uuid, r.bib_number, r.occurred_at, r.withdrawn_at, r.description)
         FROM incidents.reports r JOIN incidents.incidents i ON i.client_uuid = r.incident_uuid WHERE i.race_uuid = '{race}'
         UNION ALL
         SELECT concat_ws(' ', 'word', g.client_uuid, g.kind, g.lower_uuid, g.higher_uuid, g.said_at) FROM dedup.groupings g WHERE g.race_uuid = '{race}'
         UNION ALL
         SELECT concat_ws(' ', 'open', c.client_uuid, c.record_uuid, c.other_record_uuid, array_to_string(c.differing_fields, ',')) FROM dedup.sync_conflicts c WHERE c.race_uuid = '{race}' AND c.resolved_at IS NULL
         UNION ALL
         SELECT concat_ws(' ', 'merge', e.lower_uuid, e.higher_uuid, e.into_uuid, e."by") FROM dedup.merges e WHERE e.race_uuid = '{race}' AND e.undone_at IS NULL
         ORDER BY 1
         """));
}
