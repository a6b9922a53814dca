using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <summary>
/// Writes every changed record into the feed, in the transaction that changed it. What a person changed on the cloud is the
/// cloud's own word on the record, too (R7).
/// </summary>
internal sealed class WriteRecordVersionsHandler(SyncDbContext db, TimeProvider time) : INotificationHandler<RecordsChanged>
{
    public async Task Handle(RecordsChanged notification, CancellationToken ct)
    {
        var records = notification.Records;
        if (records.Count == 0) return;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        if (notification.Source == ChangeSource.Local) await WriteOwnWordAsync(records, now, ct);

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
    }

    private async Task WriteOwnWordAsync(IReadOnlyList<RecordVersion> records, DateTimeOffset now, CancellationToken ct)
    {
        var before = await LatestVersions.ReadAsync(db, records.Select(r => r.ClientUuid), ct);
        var uuids = records.Select(r => r.ClientUuid).Distinct().ToArray();
        var own = (await db.RecordEdits.AsNoTracking().Where(e => uuids.Contains(e.ClientUuid) && e.Side == CloudIdentity.Cloud).ToListAsync(ct))
            .ToDictionary(e => (e.Type, e.ClientUuid));
        var edits = new List<RecordEdit>();
        foreach (var record in records)
        {
            var was = before.GetValueOrDefault((record.Type, record.ClientUuid));
            if (was is not null && string.Equals(was.Revision, record.Revision, StringComparison.Ordinal)) continue;
            var last = own.GetValueOrDefault((record.Type, record.ClientUuid));
            var number = Revision.Number(record.Revision);
            edits.Add(new RecordEdit
            {
                Type = record.Type,
                ClientUuid = record.ClientUuid,
                Side = CloudIdentity.Cloud,
                Edit = (last?.Edit ?? 0) + 1,
                BaseRevision = was?.Revision,
                Content = record.Content.ToJsonString(ApiJson.Options),
                Digest = Wire.RecordDigest.Of(record.Content),
                TakenNumber = number,
                Says = Saying.Write(Saying.Of(record.Type, record.Content, was?.Content, number, last is null ? null : Saying.Read(last.Says), last is null ? null : Parse(last.Content))),
                TakenAt = now,
            });
        }

        await StoreEdits.UpsertAsync(db, edits, ct);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
