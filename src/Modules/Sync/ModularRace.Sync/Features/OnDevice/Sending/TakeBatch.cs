using System.Reflection;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Takes the next records that are due, in the order of their making. Empty batches are sent too: they carry the status.</summary>
internal sealed record TakeBatch(int Most) : ICommand<Batch>;

/// <param name="Waiting">How many were due, this batch among them.</param>
internal sealed record Batch(UploadRequest Upload, int Waiting);

internal sealed class TakeBatchHandler(SyncDbContext db, DeviceRow row, AnchoredClock clock, LinkState link, TimeProvider time) : IRequestHandler<TakeBatch, Batch>
{
    /// <summary>Half of what the cloud takes, before compression.</summary>
    private const int MostCharacters = 4_000_000;

    /// <summary>A day without a link makes 144 of them: they must not weigh on the first upload after it.</summary>
    private const int MostRuns = 20;

    private static readonly string Version =
        typeof(TakeBatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public async Task<Batch> Handle(TakeBatch request, CancellationToken cancellationToken)
    {
        var due = db.Queue.Due(clock.Read().Corrected);
        var waiting = await due.CountAsync(cancellationToken);
        var taken = await due.AsNoTracking().OrderBy(e => e.Id).Take(request.Most).ToListAsync(cancellationToken);
        var entries = new List<(QueueEntry Entry, UploadRecord Record, JsonObject? Clock)>(taken.Count);
        var characters = 0;
        foreach (var entry in taken)
        {
            var figures = entry.BetterClock(clock);
            var record = entry.ToUpload(figures);
            characters += record.Data.ToJsonString(ApiJson.Options).Length;
            if (characters > MostCharacters && entries.Count > 0) break;
            entries.Add((entry, record, figures));
        }

        // The same records in the same edits, by the same clock, are the same batch, whether the last answer was lost or never made.
        var uuid = entries.Count > 0 && entries[0].Entry.BatchUuid is { } last
                   && entries.TrueForAll(e => e.Entry.BatchUuid == last && e.Entry.SentEdit == e.Entry.Edit && IsSame(e.Entry.SentClock, e.Clock))
                   && await db.Queue.CountAsync(e => e.BatchUuid == last, cancellationToken) == entries.Count
            ? last
            : Uuids.New(time);
        // A parent that was made after its child was first queued (an incident moved to a new location) still goes before it.
        entries = [.. entries.OrderBy(e => RecordTypes.Rank(e.Entry.RecordType)).ThenBy(e => e.Entry.Id)];
        await NoteAsync(uuid, entries, cancellationToken);
        var device = await row.ReadAsync(cancellationToken);
        var status = await StatusAsync(device, entries.Count(e => e.Entry is { Status: QueueStatuses.Pending, RetryCount: 0 }), cancellationToken);
        var runs = await RunsAsync(cancellationToken);
        return new Batch(new UploadRequest(uuid, device.StoreUuid, Instants.ToMilliseconds(time.GetUtcNow()), status, runs, entries.ConvertAll(e => e.Record)), waiting);
    }

    /// <summary>
    /// Which edit is on its way, and where it stands in its batch. One short statement: a tap that edits one of these records
    /// waits for no more.
    /// </summary>
    private Task NoteAsync(Guid batch, List<(QueueEntry Entry, UploadRecord Record, JsonObject? Clock)> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0) return Task.CompletedTask;
        return db.Database.ExecuteSqlAsync(
            $"""
             UPDATE sync.sync_queue q SET batch_uuid = {batch}, sent_edit = t.edit, batch_place = t.place - 1, sent_clock = t.clock::jsonb
             FROM unnest({entries.Select(e => e.Entry.ClientUuid).ToArray()}, {entries.Select(e => e.Entry.Edit).ToArray()}, {entries.Select(e => e.Clock?.ToJsonString(ApiJson.Options)).ToArray()})
                  WITH ORDINALITY AS t(client_uuid, edit, clock, place)
             WHERE q.client_uuid = t.client_uuid
             """, cancellationToken);
    }

    private static bool IsSame(string? sent, JsonObject? clock) =>
        sent is null ? clock is null : JsonNode.DeepEquals(JsonNode.Parse(sent), JsonNode.Parse(clock?.ToJsonString(ApiJson.Options) ?? "null"));

    /// <param name="device">Itself.</param>
    /// <param name="sending">
    /// What waits and goes with this very upload: when the cloud reads the figures, it has that. Not what it put off before: that
    /// may wait again, and names are not erased while a device holds anything.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<DeviceStatus> StatusAsync(ThisDevice device, int sending, CancellationToken cancellationToken)
    {
        var counts = await db.Queue.GroupBy(e => e.Status).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var inQuarantine = await db.Queue.CountAsync(e => e.Status == QueueStatuses.Failed && e.QuarantineUuid != null, cancellationToken);
        var clips = await db.ClipTransfers.CountAsync(t => t.Status != QueueStatuses.Synced, cancellationToken);
        var failedClips = await db.ClipTransfers.CountAsync(t => t.Status == QueueStatuses.Failed, cancellationToken);
        var card = CardSpace.Read();
        var reading = clock.Read();
        return new DeviceStatus(
            counts.GetValueOrDefault(QueueStatuses.Pending) - sending, counts.GetValueOrDefault(QueueStatuses.Failed), inQuarantine, counts.GetValueOrDefault(QueueStatuses.Conflict), clips, failedClips,
            card?.FreeBytes, card?.TotalBytes, reading.OffsetMs, reading.UncertaintyMs, Version, link.Online ? null : device.LastContactAt, device.LongestOfflineHours);
    }

    /// <summary>Finished runs that the cloud has not heard of: first those that reached it, which its figures are made of.</summary>
    private async Task<IReadOnlyList<RunReport>> RunsAsync(CancellationToken cancellationToken)
    {
        var runs = await db.Runs.AsNoTracking().Where(r => !r.Told).OrderByDescending(r => r.ReachedServer).ThenBy(r => r.Id).Take(MostRuns).ToListAsync(cancellationToken);
        return [.. runs.Select(r =>
        {
            var correction = clock.Correct(r.EndedAt, r.BootId, r.MonotonicMs);
            var ended = Instants.ToMilliseconds(r.EndedAt.AddMilliseconds(correction.OffsetMs ?? 0));
            return new RunReport(
                r.RunUuid, r.CompetitionUuid, ended.AddMilliseconds(-r.DurationMs), ended, correction.UncertaintyMs, r.Manual, r.ReachedServer, r.Error, r.Uploaded, r.Merged, r.Conflicts,
                r.Failed, r.Deferred, r.Downloaded, r.BytesSent, r.BytesReceived, r.Requests, r.DurationMs, r.ClipsUploaded, r.ClipsDurationMs, r.OfflineHours);
        })];
    }
}

internal static class QueueDue
{
    /// <summary>
    /// What may go now. Times are the cloud's, carried on by the monotonic clock, so that a wall clock that is set changes
    /// none; after a boot in which nothing is known of it yet, none waits longer than the longest of R11's times.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="now">The corrected time (R10).</param>
    public static IQueryable<QueueEntry> Due(this IQueryable<QueueEntry> queue, DateTimeOffset now)
    {
        var never = now + RetryTimes.Beyond;
        return queue.Where(e => e.AskAgain || (e.Status == QueueStatuses.Pending && (e.NextAttemptAt == null || e.NextAttemptAt <= now || e.NextAttemptAt > never)));
    }
}

/// <summary>R11: a record that the cloud put off is tried again after these times, then waits as failed, in plain sight.</summary>
internal static class RetryTimes
{
    private static readonly TimeSpan[] Times = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    public static TimeSpan Beyond => Times[^1] + TimeSpan.FromMinutes(1);

    /// <summary>No time that was given by this clock: it was given before the clock was lost.</summary>
    public static bool IsBeyond(DateTimeOffset at, DateTimeOffset now) => at > now + Beyond;

    /// <summary>How long to wait after the cloud put it off for the n-th time, from 1; null: no more by itself.</summary>
    public static TimeSpan? After(int times) => times <= Times.Length ? Times[times - 1] : null;
}
