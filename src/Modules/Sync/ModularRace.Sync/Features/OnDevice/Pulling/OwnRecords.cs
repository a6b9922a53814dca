using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Pulling;

/// <summary>
/// Versions that the cloud only names, by batch and place: they are what this Pi sent, to the letter. Where the record here
/// still is that, all there is to take is the revision, as the base of what is edited next (R7).
/// </summary>
internal sealed class OwnRecords(SyncDbContext db)
{
    private const int MostEarlier = RecordBases.MostEarlier;

    private readonly Dictionary<Guid, string> taken = [];

    /// <summary>
    /// Those that the record here may not be: another version was taken since it was sent, or it went with better clock
    /// figures (R10). What was sent is known, and comes in like any other change.
    /// </summary>
    public List<Change> Other { get; } = [];

    /// <summary>Finds all that is named; false where one of them was edited or sent again since, so that nobody knows what was there.</summary>
    public async Task<bool> FindAsync(IReadOnlyList<OwnChanges> named, CancellationToken cancellationToken)
    {
        if (named.Count == 0) return true;
        var batches = named.Select(n => n.BatchUuid).Distinct().ToArray();
        var sent = (await (
                from entry in db.Queue
                where entry.BatchUuid != null && batches.Contains(entry.BatchUuid.Value) && entry.SentEdit == entry.Edit && entry.BatchPlace != null
                from held in db.RecordBases.Where(b => b.ClientUuid == entry.ClientUuid && b.RecordType == entry.RecordType).DefaultIfEmpty()
                let asSent = entry.SentClock == null && (held == null || (!held.Lost && held.BaseRevision == entry.BaseRevision))
                select new
                {
                    entry.BatchUuid, entry.BatchPlace, entry.ClientUuid, entry.RecordType, entry.SentClock, Content = asSent ? null : entry.Content,
                    Held = held == null || held.Lost ? null : held.BaseRevision,
                }).ToListAsync(cancellationToken))
            .ToDictionary(e => (e.BatchUuid!.Value, e.BatchPlace!.Value));
        var origin = await db.ThisDevice.Select(d => d.DeviceUuid).SingleAsync(cancellationToken);
        foreach (var group in named)
            foreach (var run in group.Places)
                for (var place = run[0]; place <= run[1]; place++)
                {
                    if (!sent.TryGetValue((group.BatchUuid, place), out var entry)) return false;
                    if (entry.Content is null || entry.Held == group.Revision) taken[entry.ClientUuid] = group.Revision;
                    else Other.Add(new Change(entry.RecordType, entry.ClientUuid, group.Revision, Deleted: false, AsSent(entry.Content, entry.SentClock, origin)));
                }

        return true;
    }

    /// <summary>What was held back of it before is older.</summary>
    public bool Takes(Guid record) => taken.ContainsKey(record);

    /// <summary>Notes the versions as taken. True where the cloud can be asked how a record in conflict or quarantine stands.</summary>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        if (taken.Count == 0) return false;
        var uuids = taken.Keys.ToArray();
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO sync.record_bases AS b (record_type, client_uuid, base_revision, fields, earlier, lost)
             SELECT q.record_type, q.client_uuid, t.revision, ARRAY(SELECT key FROM jsonb_each(q.content) WHERE value <> 'null'), ARRAY[]::text[], false
             FROM unnest({uuids}, {taken.Values.ToArray()}) AS t(client_uuid, revision)
             JOIN sync.sync_queue q ON q.client_uuid = t.client_uuid
             ON CONFLICT (client_uuid, record_type) DO UPDATE SET
                 base_revision = excluded.base_revision, fields = excluded.fields,
                 earlier = CASE WHEN b.base_revision = excluded.base_revision THEN b.earlier
                                ELSE (b.earlier || b.base_revision)[greatest(1, cardinality(b.earlier) + 2 - {MostEarlier}):] END
             """, cancellationToken);
        await db.HeldChanges.Where(h => uuids.Contains(h.ClientUuid)).ExecuteDeleteAsync(cancellationToken);
        return await db.Queue.Where(e => uuids.Contains(e.ClientUuid) && (e.Status == QueueStatuses.Conflict || e.Status == QueueStatuses.Failed))
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.AskAgain, true), cancellationToken) > 0;
    }

    private static JsonObject AsSent(JsonObject content, string? clock, Guid origin)
    {
        var data = new JsonObject { ["origin"] = origin.ToString() };
        foreach (var (name, value) in content.With(clock is null ? null : JsonNode.Parse(clock)!.AsObject()))
            if (value is not null) data[name] = value.DeepClone();
        return data;
    }
}
