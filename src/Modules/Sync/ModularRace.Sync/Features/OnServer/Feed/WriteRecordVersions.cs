using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <summary>
/// Writes every changed record into the feed, in the transaction that changed it. What a person changed on the cloud is the
/// cloud's own word on the record, too (R7).
/// </summary>
internal sealed class WriteRecordVersionsHandler(SyncDbContext db, OwnWord own, TimeProvider time) : INotificationHandler<RecordsChanged>
{
    public async Task Handle(RecordsChanged notification, CancellationToken ct)
    {
        var records = notification.Records;
        if (records.Count == 0) return;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var said = notification.Source == ChangeSource.Local ? await own.WriteAsync(records, now, ct) : [];

        // One statement, whatever the number: an upload has up to 2,000 records.
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.record_versions (type, client_uuid, revision, origin, competition_uuid, race_uuid, deleted, content, answer, made_at)
             SELECT t.type, t.client_uuid, t.revision, t.origin, t.competition_uuid, t.race_uuid, t.deleted, t.content::jsonb, t.answer::jsonb, {now}
             FROM unnest({records.Select(r => r.Type).ToArray()}, {records.Select(r => r.ClientUuid).ToArray()}, {records.Select(r => r.Revision).ToArray()},
                         {records.Select(r => r.Origin).ToArray()}, {records.Select(r => r.CompetitionUuid).ToArray()}, {records.Select(r => r.RaceUuid).ToArray()},
                         {records.Select(r => r.Deleted).ToArray()}, {records.Select(r => r.Content.ToJsonString(ApiJson.Options)).ToArray()},
                         {records.Select(r => r.Answer?.ToJsonString(ApiJson.Options)).ToArray()})
                  WITH ORDINALITY AS t(type, client_uuid, revision, origin, competition_uuid, race_uuid, deleted, content, answer, n)
             ORDER BY t.n
             """, ct);
        await own.JudgeAsync(said, ct);
        if (notification.Source == ChangeSource.Erased) await CloseAsync(records, ct);
    }

    /// <summary>What a device sent is not what stands here any more: it gets the version whole, and what it says anew waits for a person.</summary>
    private async Task CloseAsync(IReadOnlyList<RecordVersion> records, CancellationToken ct)
    {
        var (uuids, types) = (records.Select(r => r.ClientUuid).ToArray(), records.Select(r => r.Type).ToArray());
        await db.Database.ExecuteSqlAsync($"INSERT INTO sync.erased_records (client_uuid, type) SELECT * FROM unnest({uuids}, {types}) ON CONFLICT DO NOTHING", ct);
        await db.RecordEdits.Where(e => uuids.Contains(e.ClientUuid)).ExecuteUpdateAsync(s => s.SetProperty(e => e.BatchUuid, (Guid?)null).SetProperty(e => e.BatchPlace, (int?)null), ct);
    }
}
