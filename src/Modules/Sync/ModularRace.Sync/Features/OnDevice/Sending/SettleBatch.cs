using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Writes down what the cloud answered for a batch, in one commit.</summary>
internal sealed record SettleBatch(UploadRequest Upload, UploadAnswer Answer) : ICommand<BatchFigures>;

/// <param name="Uploaded">Now synced.</param>
/// <param name="Merged">Of those, incidents that another stands for.</param>
/// <param name="Conflicts">Wait for a person.</param>
/// <param name="Failed">Were rejected, or put off once too often.</param>
/// <param name="Deferred">Were put off.</param>
/// <param name="Released">What waited for one of them is due now.</param>
internal sealed record BatchFigures(int Uploaded, int Merged, int Conflicts, int Failed, int Deferred, bool Released);

internal sealed class SettleBatchHandler(SyncDbContext db, AnchoredClock clock) : IRequestHandler<SettleBatch, BatchFigures>
{
    public async Task<BatchFigures> Handle(SettleBatch request, CancellationToken cancellationToken)
    {
        var sent = request.Upload.Records;
        var results = request.Answer.Results;
        SettleTaken.Require(sent, results);
        await SettleTaken.WriteAsync(db, [.. sent.Where((_, i) => results[i].IsTaken())], cancellationToken);
        var uuids = sent.Where((_, i) => !results[i].IsTaken()).Select(r => r.ClientUuid).ToArray();

        // Locked: a tap that edits one of them meanwhile is counted after this, or before it, never beside it.
        var entries = await db.Queue.FromSql($"SELECT * FROM sync.sync_queue WHERE client_uuid = ANY({uuids}) ORDER BY id FOR UPDATE")
            .ToDictionaryAsync(e => e.ClientUuid, cancellationToken);
        var taken = new HashSet<Guid>();
        int uploaded = 0, merged = 0, conflicts = 0, failed = 0, deferred = 0;
        for (var i = 0; i < sent.Count; i++)
        {
            var result = results[i];
            if (result.IsTaken())
            {
                uploaded++;
                taken.Add(sent[i].ClientUuid);
                if (result.Status == UploadStatuses.Merged) merged++;
                continue;
            }

            if (!entries.TryGetValue(sent[i].ClientUuid, out var entry)) continue;
            var current = entry.Edit == sent[i].Edit;
            switch (result.Status)
            {
                case UploadStatuses.Conflict:
                    conflicts++;
                    Settle(entry, sent[i].Edit, current, QueueStatuses.Conflict, result);
                    break;
                case UploadStatuses.Rejected:
                    failed++;
                    Settle(entry, sent[i].Edit, current, QueueStatuses.Failed, result);
                    break;
                case UploadStatuses.Deferred:
                    if (!current) break;
                    deferred++;
                    if (PutOff(entry, result.Error)) failed++;
                    break;
                default:
                    throw new LinkFailure(LinkFault.WrongServer);
            }
        }

        // The cloud keeps a run once, however often it is told (R2).
        var told = request.Upload.Runs?.Select(r => r.RunUuid).ToArray() ?? [];
        if (told.Length > 0) await db.Runs.Where(r => told.Contains(r.RunUuid)).ExecuteUpdateAsync(set => set.SetProperty(r => r.Told, true), cancellationToken);
        var released = await ReleaseChildrenAsync(taken, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return new BatchFigures(uploaded, merged, conflicts, failed, deferred, released);
    }

    /// <summary>R11: true where it now waits as failed. A try before its time (the link came back, a person asked) does not count, so that a flapping link drives nothing there.</summary>
    private bool PutOff(QueueEntry entry, RecordError? error)
    {
        var now = clock.Read().Corrected;
        var early = entry.Status == QueueStatuses.Pending && entry.NextAttemptAt > now && !RetryTimes.IsBeyond(entry.NextAttemptAt.Value, now);
        entry.AskAgain = false;
        (entry.ErrorCode, entry.ErrorMessage) = (error?.Code, error?.Message);
        if (early) return false;
        var wait = RetryTimes.After(++entry.RetryCount);
        entry.NextAttemptAt = wait is { } pause ? now + pause : null;
        entry.Status = wait is null ? QueueStatuses.Failed : QueueStatuses.Pending;
        return wait is null;
    }

    /// <summary>What was put off for want of a record that is there now goes with the next batch of this run.</summary>
    private async Task<bool> ReleaseChildrenAsync(HashSet<Guid> taken, CancellationToken cancellationToken)
    {
        if (taken.Count == 0) return false;
        var waiting = await db.Queue.Where(e => (e.Status == QueueStatuses.Pending || e.Status == QueueStatuses.Failed) && e.ErrorCode == "foreign_key_not_found").ToListAsync(cancellationToken);
        var children = waiting.FindAll(e => Named(e.Content).Any(taken.Contains));
        foreach (var entry in children) entry.AskAgain = true;
        return children.Count > 0;
    }

    private static IEnumerable<Guid> Named(JsonObject content) =>
        content.SelectMany(field => field.Value is JsonArray list ? list.AsEnumerable() : [field.Value])
            .Select(node => node is JsonValue v && v.TryGetValue<string>(out var text) && Guid.TryParseExact(text, "D", out var uuid) ? uuid : Guid.Empty);

    private static void Settle(QueueEntry entry, long edit, bool current, string status, UploadResult result)
    {
        entry.AnsweredEdit = Math.Max(entry.AnsweredEdit, edit);

        // Edited while it was on its way: what was answered is not what is here now. It stays pending and goes again.
        if (!current) return;
        entry.Status = status;
        (entry.RetryCount, entry.NextAttemptAt, entry.AskAgain) = (0, null, false);
        (entry.ConflictUuid, entry.QuarantineUuid) = (result.ConflictUuid, result.QuarantineUuid);
        var field = result.Error?.Field is { } name ? $"{name}: " : "";
        (entry.ErrorCode, entry.ErrorMessage) = (result.Error?.Code, result.Error is null ? null : field + result.Error.Message);
    }
}
