using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Json;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>R2: an edit that was taken, or is not above the last one taken, changes nothing; a second content under one number is a conflict.</summary>
internal static class KnownEdits
{
    /// <summary>Answers what is known already; what remains is fresh.</summary>
    public static async Task<List<IntakeItem>> TellAsync(SyncDbContext db, IMediator mediator, List<ReceivedRecord> records, IntakeRun run, CancellationToken ct)
    {
        var uuids = records.Select(r => r.ClientUuid).Distinct().ToArray();
        if (uuids.Length == 0) return [];
        var side = run.Sender.Side;
        var digests = (await db.EditDigests.AsNoTracking().Where(d => d.Side == side && uuids.Contains(d.ClientUuid)).ToListAsync(ct))
            .ToLookup(d => (d.Type, d.ClientUuid, d.Edit), d => d.Digest);
        var last = (await db.RecordEdits.Where(e => e.Side == side && uuids.Contains(e.ClientUuid)).Select(e => new { e.Type, e.ClientUuid, e.Edit }).ToListAsync(ct))
            .ToDictionary(e => (e.Type, e.ClientUuid), e => e.Edit);

        var fresh = new List<IntakeItem>();
        var known = new List<ReceivedRecord>();
        foreach (var record in records)
        {
            var taken = digests[(record.Type!, record.ClientUuid, record.Edit)].ToList();
            if (taken.Exists(d => d.AsSpan().SequenceEqual(record.Digest))) known.Add(record);
            else if (taken.Count == 0 && !run.Accepted && last.TryGetValue(record.Key, out var edit) && edit >= record.Edit)
            {
                known.Add(record);
                run.KeepDigest(record);
            }
            else fresh.Add(new IntakeItem(record) { Origin = record.Origin ?? run.Sender.Origin, Repeated = taken.Count > 0 && !run.Accepted });
        }

        if (known.Count == 0) return fresh;
        var conflicts = await mediator.Send(new FindOpenConflicts([.. known.Select(r => r.ClientUuid)]), ct);
        var latest = await LatestVersions.ReadAsync(db, known.Select(r => r.ClientUuid), ct);
        foreach (var record in known)
        {
            var conflict = conflicts.TryGetValue(record.ClientUuid, out var open) ? open : (Guid?)null;
            run.Answer(record, conflict is null ? UploadStatuses.AlreadySynced : UploadStatuses.Conflict, latest.GetValueOrDefault(record.Key)?.Revision, conflict);
            run.Good.Add(record);
        }

        if (run.Sender.BatchUuid is { } batch)
            await StoreEdits.MoveAsync(db, side, batch, known.ConvertAll(r => (r.ClientUuid, r.Edit, r.Content.ToJsonString(ApiJson.Options), r.Index)), ct);
        return fresh;
    }
}
