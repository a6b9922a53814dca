using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Shared.Json;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Erasing;

/// <summary>
/// Names leave every version that the feed and the sides' edits hold, and what was put aside. The digests of what was received
/// stay (R2, R13): an old edit that comes again is still known, and a device can still prove what it sent.
/// </summary>
internal sealed class EraseNamesOfVersions(SyncDbContext db, DatabaseSession session, TimeProvider time)
    : INotificationHandler<ErasureAsked>, INotificationHandler<AskingWhoSigned>, INotificationHandler<ErasingNames>
{
    /// <summary>Rows read at once.</summary>
    private const int Page = 1000;

    public async Task Handle(ErasureAsked notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        // Uploads of a device hold its lock: none comes in while names leave, and the next finds the competition closed.
        await session.LockAsync("device", await db.Devices.Select(d => d.DeviceUuid).ToListAsync(cancellationToken), cancellationToken);
        var waiting = await db.Quarantine.CountAsync(q => q.State == QuarantineStates.Open && q.CompetitionUuid != null && competitions.Contains(q.CompetitionUuid.Value), cancellationToken);
        if (waiting > 0) notification.Obstacles.Add(new ErasureObstacle("in_quarantine", waiting == 1 ? "1 record waits in quarantine." : $"{waiting} records wait in quarantine."));
        foreach (var obstacle in await DevicesAsync(competitions, notification, cancellationToken)) notification.Obstacles.Add(obstacle);
    }

    public async Task Handle(AskingWhoSigned notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        notification.Signatures.UnionWith(await db.Quarantine.Where(q => q.ClosedBy != null && q.CompetitionUuid != null && competitions.Contains(q.CompetitionUuid.Value)).Select(q => q.ClosedBy!).Distinct().ToListAsync(cancellationToken));
    }

    public async Task Handle(ErasingNames notification, CancellationToken cancellationToken)
    {
        var (competitions, athletes) = (notification.CompetitionUuids.ToArray(), notification.Athletes.ToArray());
        await EraseVersionsAsync(notification, competitions, athletes, cancellationToken);
        await EraseEditsAsync(notification, competitions, athletes, cancellationToken);
        await EraseQuarantineAsync(notification, competitions, athletes, cancellationToken);
        if (!notification.Everybody) return;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        await db.Database.ExecuteSqlAsync($"INSERT INTO sync.erased_competitions (competition_uuid, erased_at) SELECT c, {now} FROM unnest({competitions}) AS c ON CONFLICT DO NOTHING", cancellationToken);
    }

    /// <summary>
    /// Devices that wrote in the competition and have not proved since that all is here (R13): those that said to hold more, and
    /// those not heard since it ended, of which nobody knows.
    /// </summary>
    private async Task<List<ErasureObstacle>> DevicesAsync(Guid[] competitions, ErasureAsked asked, CancellationToken cancellationToken)
    {
        var venue = new VenueTime(asked.TimeZone);
        var wrote = await db.Database.SqlQuery<Writer>(
            $"""
             SELECT e.device_uuid, max(e.taken_at) AS last_edit FROM sync.record_edits e
             WHERE e.device_uuid IS NOT NULL AND EXISTS (SELECT FROM sync.record_versions v WHERE v.client_uuid = e.client_uuid AND v.type = e.type AND v.competition_uuid = ANY({competitions}))
             GROUP BY e.device_uuid
             """).ToDictionaryAsync(w => w.DeviceUuid, w => w.LastEdit, cancellationToken);
        var uuids = wrote.Keys.ToArray();
        var proved = await db.GivenReceipts.Where(r => uuids.Contains(r.DeviceUuid) && competitions.Contains(r.CompetitionUuid)).GroupBy(r => r.DeviceUuid)
            .Select(g => new { DeviceUuid = g.Key, At = g.Max(r => r.VerifiedAt) }).ToDictionaryAsync(r => r.DeviceUuid, r => r.At, cancellationToken);
        var obstacles = new List<ErasureObstacle>();
        foreach (var device in await db.Devices.AsNoTracking().Where(d => uuids.Contains(d.DeviceUuid) && d.RevokedAt == null).OrderBy(d => d.Name).ToListAsync(cancellationToken))
        {
            if (proved.TryGetValue(device.DeviceUuid, out var at) && at >= wrote[device.DeviceUuid]) continue;
            var held = (int)Math.Min(int.MaxValue, (StatusFigures.Read(device.Status, "pending") ?? 0) + (FailedRecords.OutsideQuarantine(device.Status) ?? 0) + (StatusFigures.Read(device.Status, "conflicts") ?? 0));
            var clips = (int)Math.Min(int.MaxValue, StatusFigures.Read(device.Status, "clips_pending") ?? 0);
            if (held + clips > 0)
                obstacles.Add(new ErasureObstacle("device_holds", $"{device.Name} holds what is not here yet: {Said(held, "record")}{(held > 0 && clips > 0 ? ", " : "")}{Said(clips, "clip")}.", device.DeviceUuid));
            else if (device.LastSeenAt is not { } seen || seen < asked.EndedAt)
                obstacles.Add(new ErasureObstacle(
                    "device_unheard", $"{device.Name} was last heard {(device.LastSeenAt is { } last ? $"on {venue.EnglishDay(last)} at {venue.Minute(last)}" : "never")}, before the end: it may hold more. Let it sync or verify, or revoke it.", device.DeviceUuid));
        }

        return obstacles;
    }

    private static string Said(int count, string what) => count switch { 0 => "", 1 => $"1 {what}", _ => $"{count} {what}s" };

    private async Task EraseVersionsAsync(ErasingNames erasing, Guid[] competitions, Guid[] athletes, CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var page = await db.Feed.AsNoTracking()
                .Where(v => v.Id > after && (v.CompetitionUuid != null ? competitions.Contains(v.CompetitionUuid.Value)
                    : v.Type == RecordTypes.Athlete ? athletes.Contains(v.ClientUuid)
                    // People's word on two incidents of competitions that were merged is of neither; it was told as erased just now.
                    : db.ErasedRecords.Any(r => r.ClientUuid == v.ClientUuid && r.Type == v.Type)))
                .OrderBy(v => v.Id).Take(Page).Select(v => new { v.Id, v.Type, v.ClientUuid, v.Content, v.Answer }).ToListAsync(cancellationToken);
            if (page.Count == 0) return;
            after = page[^1].Id;
            var changed = page.ConvertAll(v => (v.Id, Content: erasing.Rewritten(v.Type, v.ClientUuid, v.Content), Answer: erasing.Rewritten(null, null, v.Answer))).FindAll(v => v.Content is not null || v.Answer is not null);
            erasing.Found("kept_versions", changed.Count);
            if (changed.Count > 0) await db.Database.ExecuteSqlAsync(
                $"""
                 UPDATE sync.record_versions v SET content = COALESCE(t.content::jsonb, v.content), answer = COALESCE(t.answer::jsonb, v.answer)
                 FROM unnest({changed.Select(v => v.Id).ToArray()}, {changed.Select(v => v.Content).ToArray()}, {changed.Select(v => v.Answer).ToArray()}) AS t(id, content, answer) WHERE v.id = t.id
                 """, cancellationToken);
        }
    }

    private async Task EraseEditsAsync(ErasingNames erasing, Guid[] competitions, Guid[] athletes, CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var page = await db.RecordEdits.AsNoTracking()
                .Where(e => e.Id > after && (e.Type == RecordTypes.Athlete ? athletes.Contains(e.ClientUuid)
                    : db.Feed.Any(v => v.ClientUuid == e.ClientUuid && v.Type == e.Type && v.CompetitionUuid != null && competitions.Contains(v.CompetitionUuid.Value))
                        || db.ErasedRecords.Any(r => r.ClientUuid == e.ClientUuid && r.Type == e.Type)))
                .OrderBy(e => e.Id).Take(Page).Select(e => new { e.Id, e.Type, e.ClientUuid, e.Content, e.Earlier }).ToListAsync(cancellationToken);
            if (page.Count == 0) return;
            after = page[^1].Id;
            var changed = page.ConvertAll(e => (e.Id, Content: erasing.Rewritten(e.Type, e.ClientUuid, e.Content), Earlier: EarlierWords(erasing, e.Type, e.ClientUuid, e.Earlier))).FindAll(e => e.Content is not null || e.Earlier is not null);
            erasing.Found("kept_edits", changed.Count);
            // The place in its upload goes too: the device is told the version whole.
            if (changed.Count > 0) await db.Database.ExecuteSqlAsync(
                $"""
                 UPDATE sync.record_edits e SET content = COALESCE(t.content::jsonb, e.content), earlier = COALESCE(t.earlier::jsonb, e.earlier), batch_uuid = NULL, batch_place = NULL
                 FROM unnest({changed.Select(e => e.Id).ToArray()}, {changed.Select(e => e.Content).ToArray()}, {changed.Select(e => e.Earlier).ToArray()}) AS t(id, content, earlier) WHERE e.id = t.id
                 """, cancellationToken);
        }
    }

    private static string? EarlierWords(ErasingNames erasing, string type, Guid uuid, string? json)
    {
        if (json is null || JsonNode.Parse(json) is not JsonArray words) return null;
        var changed = false;
        foreach (var word in words.OfType<JsonObject>()) changed |= erasing.Rewrite(type, uuid, word["content"]);
        return changed ? words.ToJsonString(ApiJson.Options) : null;
    }

    private async Task EraseQuarantineAsync(ErasingNames erasing, Guid[] competitions, Guid[] athletes, CancellationToken cancellationToken)
    {
        var entries = await db.Quarantine
            .Where(q => (q.CompetitionUuid != null && competitions.Contains(q.CompetitionUuid.Value)) || (q.Type == RecordTypes.Athlete && q.RecordUuid != null && athletes.Contains(q.RecordUuid.Value))).ToListAsync(cancellationToken);
        foreach (var entry in entries)
        {
            db.Entry(entry).Property(e => e.Received).CurrentValue = Received(erasing, entry);
            (entry.ClosedBy, entry.Note) = (erasing.Names.Signature(entry.ClosedBy), erasing.Names.Text(entry.Note));
            if (db.Entry(entry).State == EntityState.Modified) erasing.Found("quarantined", 1);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>What could not be read as a record is searched as the text that it is.</summary>
    private static string Received(ErasingNames erasing, QuarantinedRecord entry)
    {
        try
        {
            var record = JsonNode.Parse(entry.Received, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 });
            return record?["data"] is { } data && erasing.Rewrite(entry.Type, entry.RecordUuid, data) ? record.ToJsonString(new JsonSerializerOptions(ApiJson.Options) { MaxDepth = 1000 }) : entry.Received;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return erasing.Names.Text(entry.Received);
        }
    }

    private sealed record Writer(Guid DeviceUuid, DateTimeOffset LastEdit);
}
