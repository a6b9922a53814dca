using Microsoft.EntityFrameworkCore;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>Writes edits of sides, many at once.</summary>
internal static class StoreEdits
{
    /// <summary>Each becomes its side's last edit of the record, and its digest is kept for ever (R2).</summary>
    public static async Task UpsertAsync(SyncDbContext db, IReadOnlyList<RecordEdit> edits, CancellationToken ct)
    {
        if (edits.Count == 0) return;
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.record_edits (type, client_uuid, side, device_uuid, edit, base_revision, content, digest, taken_number, says, earlier, let_in, taken_at, batch_uuid, batch_place)
             SELECT t.type, t.client_uuid, t.side, t.device_uuid, t.edit, t.base_revision, t.content::jsonb, t.digest, t.taken_number, t.says::jsonb, t.earlier::jsonb, t.let_in, t.taken_at, t.batch_uuid, t.batch_place
             FROM unnest({edits.Select(e => e.Type).ToArray()}, {edits.Select(e => e.ClientUuid).ToArray()}, {edits.Select(e => e.Side).ToArray()},
                         {edits.Select(e => e.DeviceUuid).ToArray()}, {edits.Select(e => e.Edit).ToArray()}, {edits.Select(e => e.BaseRevision).ToArray()},
                         {edits.Select(e => e.Content).ToArray()}, {edits.Select(e => e.Digest).ToArray()}, {edits.Select(e => e.TakenNumber).ToArray()},
                         {edits.Select(e => e.Says).ToArray()}, {edits.Select(e => e.Earlier).ToArray()}, {edits.Select(e => e.LetIn).ToArray()}, {edits.Select(e => e.TakenAt).ToArray()},
                         {edits.Select(e => e.BatchUuid).ToArray()}, {edits.Select(e => e.BatchPlace).ToArray()})
                  AS t(type, client_uuid, side, device_uuid, edit, base_revision, content, digest, taken_number, says, earlier, let_in, taken_at, batch_uuid, batch_place)
             ON CONFLICT (client_uuid, type, side) DO UPDATE SET
                 edit = excluded.edit, base_revision = excluded.base_revision, content = excluded.content, digest = excluded.digest,
                 taken_number = excluded.taken_number, says = excluded.says, earlier = excluded.earlier, let_in = excluded.let_in,
                 taken_at = excluded.taken_at, batch_uuid = excluded.batch_uuid, batch_place = excluded.batch_place
             """, ct);
        await KeepDigestsAsync(db, [.. edits.Select(e => new EditDigest { ClientUuid = e.ClientUuid, Type = e.Type, Side = e.Side, Edit = e.Edit, Digest = e.Digest })], ct);
    }

    /// <summary>The same edits came again in another upload, with the same clock figures: the device knows them by their places there now.</summary>
    public static async Task MoveAsync(SyncDbContext db, string side, Guid batch, IReadOnlyList<(Guid ClientUuid, long Edit, string Content, int Place)> again, CancellationToken ct)
    {
        if (again.Count == 0) return;
        await db.Database.ExecuteSqlAsync(
            $"""
             UPDATE sync.record_edits e SET batch_uuid = {batch}, batch_place = t.place
             FROM unnest({again.Select(a => a.ClientUuid).ToArray()}, {again.Select(a => a.Edit).ToArray()}, {again.Select(a => a.Content).ToArray()}, {again.Select(a => a.Place).ToArray()})
                  AS t(client_uuid, edit, content, place)
             WHERE e.client_uuid = t.client_uuid AND e.side = {side} AND e.edit = t.edit AND e.content = t.content::jsonb
               AND e.batch_uuid IS NOT NULL AND (e.batch_uuid, e.batch_place) IS DISTINCT FROM ({batch}, t.place)
             """, ct);
    }

    public static async Task KeepDigestsAsync(SyncDbContext db, IReadOnlyList<EditDigest> digests, CancellationToken ct)
    {
        if (digests.Count == 0) return;
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.edit_digests (client_uuid, type, side, edit, digest)
             SELECT * FROM unnest({digests.Select(e => e.ClientUuid).ToArray()}, {digests.Select(e => e.Type).ToArray()}, {digests.Select(e => e.Side).ToArray()},
                                  {digests.Select(e => e.Edit).ToArray()}, {digests.Select(e => e.Digest).ToArray()})
             ON CONFLICT DO NOTHING
             """, ct);
    }
}
