using Microsoft.EntityFrameworkCore;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// Most of a batch is simply taken. That is written down by one statement, however many they are: no tap waits while each row
/// is read, looked at and written.
/// </summary>
internal static class SettleTaken
{
    public static bool IsTaken(this UploadResult result) =>
        result.Status is UploadStatuses.Created or UploadStatuses.Updated or UploadStatuses.Merged or UploadStatuses.AlreadySynced;

    /// <summary>The answers are those of the records in their order; a short answer names none.</summary>
    /// <exception cref="LinkFailure">They are somebody else's.</exception>
    public static void Require(IReadOnlyList<UploadRecord> sent, IReadOnlyList<UploadResult> results)
    {
        if (results.Count != sent.Count) throw new LinkFailure(LinkFault.WrongServer);
        for (var i = 0; i < sent.Count; i++)
            if (results[i].ClientUuid is { } named && (!Guid.TryParse(named, out var answered) || answered != sent[i].ClientUuid)) throw new LinkFailure(LinkFault.WrongServer);
    }

    public static async Task WriteAsync(SyncDbContext db, IReadOnlyList<UploadRecord> taken, CancellationToken cancellationToken)
    {
        if (taken.Count == 0) return;
        // An entry that was edited while it was on its way is not what was answered: it stays pending and goes again.
        await db.Database.ExecuteSqlAsync(
            $"""
             UPDATE sync.sync_queue q SET
                 answered_edit = greatest(q.answered_edit, t.edit),
                 status = CASE WHEN q.edit = t.edit THEN {QueueStatuses.Synced} ELSE q.status END,
                 retry_count = CASE WHEN q.edit = t.edit THEN 0 ELSE q.retry_count END,
                 next_attempt_at = CASE WHEN q.edit = t.edit THEN NULL ELSE q.next_attempt_at END,
                 ask_again = q.ask_again AND q.edit <> t.edit,
                 conflict_uuid = CASE WHEN q.edit = t.edit THEN NULL ELSE q.conflict_uuid END,
                 quarantine_uuid = CASE WHEN q.edit = t.edit THEN NULL ELSE q.quarantine_uuid END,
                 error_code = CASE WHEN q.edit = t.edit THEN NULL ELSE q.error_code END,
                 error_message = CASE WHEN q.edit = t.edit THEN NULL ELSE q.error_message END
             FROM unnest({taken.Select(r => r.ClientUuid).ToArray()}, {taken.Select(r => r.Edit).ToArray()}) AS t(client_uuid, edit)
             WHERE q.client_uuid = t.client_uuid
             """, cancellationToken);
    }
}
