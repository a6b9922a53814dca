using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Records;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <summary>A version that is, to the letter, what a device sent.</summary>
internal sealed record OwnVersion(Guid ClientUuid, string Revision, long Position, Guid BatchUuid, int BatchPlace);

/// <summary>
/// R12: after an upload the feed would hand a device all that it has just sent. Where the newest version is the device's own
/// last edit, nothing merged into it and nothing merged with it, its place in the batch says as much as the whole record.
/// </summary>
internal sealed class OwnVersions(SyncDbContext db)
{
    private static readonly string[] Types = [RecordTypes.Incident, RecordTypes.Report, RecordTypes.Grouping, RecordTypes.HistoryEntry];

    public async Task<List<OwnVersion>> ReadAsync(Guid device, Guid store, FeedCursor since, long head, Guid[]? races, CancellationToken ct) =>
        await db.Database.SqlQuery<OwnVersion>(
            $"""
             SELECT v.client_uuid, v.revision, v.position, e.batch_uuid, e.batch_place
             FROM sync.record_versions v
             JOIN sync.record_edits e ON e.client_uuid = v.client_uuid AND e.type = v.type AND e.side = {$"{device}/{store}"}
             WHERE v.competition_uuid = {since.CompetitionUuid} AND v.position > {since.Read.Position} AND v.position <= {head}
               AND v.type = ANY({Types}) AND v.origin = {device.ToString()} AND NOT v.deleted AND e.batch_uuid IS NOT NULL
               AND v.content = jsonb_strip_nulls(e.content)
               AND v.answer ->> 'merged_into' IS NULL AND v.answer ->> 'standing' IS DISTINCT FROM 'false'
               AND ({races}::uuid[] IS NULL OR v.race_uuid IS NULL OR v.race_uuid = ANY({races}))
               AND NOT EXISTS (
                   SELECT FROM sync.record_versions n
                   WHERE n.client_uuid = v.client_uuid AND n.type = v.type AND n.position > v.position AND n.position <= {head})
             """).ToListAsync(ct);

    /// <summary>By batch and revision, places that follow each other as one.</summary>
    public static IReadOnlyList<OwnChanges> InShort(IEnumerable<OwnVersion> versions) =>
        [.. versions.GroupBy(v => (v.BatchUuid, v.Revision)).Select(group => new OwnChanges(group.Key.BatchUuid, group.Key.Revision, Runs(group.Select(v => v.BatchPlace).Order())))];

    private static List<int[]> Runs(IEnumerable<int> places)
    {
        var runs = new List<int[]>();
        foreach (var place in places)
        {
            if (runs.Count > 0 && runs[^1][1] == place - 1) runs[^1][1] = place;
            else runs.Add([place, place]);
        }

        return runs;
    }
}
