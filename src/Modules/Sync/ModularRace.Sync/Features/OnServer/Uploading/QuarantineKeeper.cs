using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <param name="CompetitionUuid">Where that could be told.</param>
internal sealed record Rejection(ReceivedRecord Record, RecordError Error, Guid? CompetitionUuid);

/// <summary>R14: what can never be accepted as it is, is explained and kept whole; a later good edit closes the entry.</summary>
internal sealed class QuarantineKeeper(SyncDbContext db, TimeProvider time)
{
    private static readonly string[] Held = [QuarantineStates.Open, QuarantineStates.SetAside];

    /// <summary>How many entries this scope has closed: what waited for them may follow.</summary>
    public int Closed { get; private set; }

    /// <summary>Keeps what was rejected, the same again as the same entry, and puts the entries' UUIDs into the answers.</summary>
    public async Task KeepAsync(IReadOnlyList<Rejection> rejections, Sender sender, Dictionary<ReceivedRecord, UploadResult> results, CancellationToken ct)
    {
        if (rejections.Count == 0) return;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        rejections = await PlaceAsync(rejections, sender, ct);
        var digests = rejections.Select(r => Digest(r.Record)).ToArray();
        var entries = (await db.Quarantine.Where(q => q.DeviceUuid == sender.DeviceUuid && digests.Contains(q.Digest)).ToListAsync(ct))
            .ToDictionary(q => Convert.ToHexString(q.Digest), StringComparer.Ordinal);
        foreach (var (rejection, digest) in rejections.Zip(digests))
        {
            var (record, error) = (rejection.Record, rejection.Error);
            if (!entries.TryGetValue(Convert.ToHexString(digest), out var entry))
            {
                entry = new QuarantinedRecord
                {
                    ClientUuid = Uuids.New(time),
                    DeviceUuid = sender.DeviceUuid,
                    StoreUuid = sender.StoreUuid,
                    Type = Short(record.Type),
                    RecordUuid = record.ClientUuid == Guid.Empty ? null : record.ClientUuid,
                    Edit = record.Edit,
                    CompetitionUuid = rejection.CompetitionUuid,
                    Received = record.Raw,
                    Digest = digest,
                    ContentDigest = record.Digest,
                    Code = error.Code,
                    Message = error.Message,
                    State = QuarantineStates.Open,
                    ReceivedAt = now,
                };
                db.Quarantine.Add(entry);
                entries.Add(Convert.ToHexString(digest), entry);
            }
            else if (entry.State is QuarantineStates.Closed or QuarantineStates.Accepted)
            {
                entry.State = QuarantineStates.Open;
                (entry.ClosedAt, entry.ClosedBy) = (null, null);
            }

            (entry.Code, entry.Message, entry.Field) = (error.Code, error.Message, error.Field);
            results[record] = results[record] with { QuarantineUuid = entry.ClientUuid };
        }

        await db.SaveChangesAsync(ct);
        // An edit that is worse than wrong: too old. Only the last one waits for a person.
        var named = rejections.Where(r => r.Record.ClientUuid != Guid.Empty && r.Record.Digest is not null).Select(r => (r.Record.ClientUuid, r.Record.Edit - 1)).ToList();
        await CloseAsync(named, sender, ct);
    }

    /// <summary>Tells by what a record refers to, be it in quarantine itself, which competition it is of, so that its jury sees it.</summary>
    private async Task<IReadOnlyList<Rejection>> PlaceAsync(IReadOnlyList<Rejection> rejections, Sender sender, CancellationToken ct)
    {
        var named = rejections.Where(r => r.CompetitionUuid is null).SelectMany(r => References.All(r.Record.Content)).Distinct().ToArray();
        if (named.Length == 0) return rejections;
        var kept = await db.Quarantine.Where(q => q.DeviceUuid == sender.DeviceUuid && q.RecordUuid != null && named.Contains(q.RecordUuid.Value) && q.CompetitionUuid != null)
            .Select(q => new { ClientUuid = q.RecordUuid!.Value, q.CompetitionUuid }).Distinct().ToListAsync(ct);
        var taken = await db.Feed.Where(r => named.Contains(r.ClientUuid) && r.CompetitionUuid != null).Select(r => new { r.ClientUuid, r.CompetitionUuid }).Distinct().ToListAsync(ct);
        var competitions = taken.Concat(kept).DistinctBy(r => r.ClientUuid).ToDictionary(r => r.ClientUuid, r => r.CompetitionUuid);
        var placed = new List<Rejection>();
        foreach (var r in rejections)
        {
            var competition = r.CompetitionUuid ?? References.All(r.Record.Content).Select(u => competitions.GetValueOrDefault(u)).FirstOrDefault(c => c is not null);
            // What refers to it may stand behind it in the same batch.
            if (competition is not null) competitions.TryAdd(r.Record.ClientUuid, competition);
            placed.Add(r with { CompetitionUuid = competition });
        }

        return placed;
    }

    /// <summary>Closes what waits of these records up to the edit given.</summary>
    public async Task CloseAsync(IReadOnlyList<(Guid RecordUuid, long Edit)> edits, Sender sender, CancellationToken ct)
    {
        if (edits.Count == 0) return;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        Closed += await db.Database.ExecuteSqlAsync(
            $"""
             UPDATE sync.quarantine q SET state = {QuarantineStates.Closed}, closed_at = {now}
             FROM unnest({edits.Select(e => e.RecordUuid).ToArray()}, {edits.Select(e => e.Edit).ToArray()}) AS t(record_uuid, edit)
             WHERE q.record_uuid = t.record_uuid AND q.edit <= t.edit AND q.state = {QuarantineStates.Open}
               AND q.device_uuid = {sender.DeviceUuid} AND q.store_uuid = {sender.StoreUuid}
             """, ct);
    }

    /// <summary>Which of these records wait in quarantine, or were set aside: what refers to them goes there with them.</summary>
    public async Task<HashSet<Guid>> HoldsAsync(Guid[] uuids, CancellationToken ct) =>
        uuids.Length == 0
            ? []
            : await db.Quarantine.Where(q => q.RecordUuid != null && uuids.Contains(q.RecordUuid.Value) && Held.Contains(q.State)).Select(q => q.RecordUuid!.Value).ToHashSetAsync(ct);

    private static byte[] Digest(ReceivedRecord record) => SHA256.HashData(Encoding.UTF8.GetBytes(
        record.Digest is null ? record.Raw : $"{record.Type} {record.ClientUuid} {record.Edit} {Convert.ToHexString(record.Digest)}"));

    private static string? Short(string? type) => type is { Length: > 100 } ? type[..100] : type;
}
