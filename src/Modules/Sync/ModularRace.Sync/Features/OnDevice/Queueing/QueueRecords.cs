using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Features.OnDevice.Journaling;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Queueing;

/// <summary>Queues what a person made or changed here, in the very commit of the record. What was received or derived is nobody's edit.</summary>
internal sealed class QueueRecords(SyncDbContext db, DatabaseSession session, DeviceIdentity identity, LinkSignal signal, StickJournal journal, TimeProvider time)
    : INotificationHandler<RecordsChanged>
{
    public async Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
    {
        if (notification.Source != ChangeSource.Local || notification.Records.Count == 0) return;
        var uuids = notification.Records.Select(r => r.ClientUuid).Distinct().ToArray();
        // Locked: an answer for the edit before that comes in just now is written down before this or after it, and never makes
        // an edit "sent" that was not.
        var entries = await db.Queue.FromSql($"SELECT * FROM sync.sync_queue WHERE client_uuid = ANY({uuids}) ORDER BY id FOR UPDATE").ToDictionaryAsync(e => e.ClientUuid, cancellationToken);
        var bases = await db.RecordBases.AsNoTracking().Where(b => uuids.Contains(b.ClientUuid)).ToDictionaryAsync(b => (b.RecordType, b.ClientUuid), cancellationToken);

        foreach (var record in notification.Records)
        {
            var seen = bases.GetValueOrDefault((record.Type, record.ClientUuid));
            if (!entries.TryGetValue(record.ClientUuid, out var entry))
            {
                entry = new QueueEntry
                {
                    RecordType = record.Type,
                    ClientUuid = record.ClientUuid,
                    Status = QueueStatuses.Pending,
                    CreatedAt = time.GetUtcNow(),
                    Edit = identity.EditFloor,
                    Content = QueuedContent.Whole(record, seen?.Fields ?? []),
                };
                entries.Add(record.ClientUuid, entry);
                db.Queue.Add(entry);
            }
            else
            {
                // One identity is one record, whatever its type: the queue and the cloud know it by that.
                if (entry.RecordType != record.Type) throw Problem.Conflict("uuid_taken", "This client_uuid belongs to something else.");
                var content = QueuedContent.Whole(record, [.. entry.Content.Select(f => f.Key), .. seen?.Fields ?? []]);
                // An edit that says nothing new is none; and one number never goes with two contents (R2). But who has taken another
                // version of the cloud since, and says what was said before it, goes back to that and means it (R7).
                if (entry.BaseRevision == seen?.BaseRevision && JsonNode.DeepEquals(content, entry.Content)) continue;
                entry.Content = content;
            }

            // R2: each edit has its number. The entry keeps its place: what refers to the record was made after it.
            entry.Edit++;
            entry.TakenAt(record.Stamp, time);
            entry.BaseRevision = seen?.BaseRevision;
            entry.CompetitionUuid = record.CompetitionUuid;
            entry.Status = QueueStatuses.Pending;
            (entry.NextAttemptAt, entry.RetryCount, entry.AskAgain) = (null, 0, false);
            (entry.ErrorCode, entry.ErrorMessage) = (null, null);
        }

        await db.SaveChangesAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            signal.Changed();
            journal.Committed(uuids);
            return Task.CompletedTask;
        });
    }
}
