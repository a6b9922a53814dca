using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Domain;

/// <summary>A record as the cloud has it now.</summary>
internal sealed record LatestVersion(string Type, Guid ClientUuid, string Revision, string Origin, Guid? CompetitionUuid, Guid? RaceUuid, bool Deleted, JsonObject Content);

internal static class LatestVersions
{
    /// <summary>The newest version of each of these records, those of the transaction that runs among them.</summary>
    public static async Task<Dictionary<(string Type, Guid ClientUuid), LatestVersion>> ReadAsync(SyncDbContext db, IEnumerable<Guid> uuids, CancellationToken ct)
    {
        var asked = uuids.Distinct().ToArray();
        if (asked.Length == 0) return [];
        var rows = await db.Feed.FromSql(
            $"SELECT DISTINCT ON (client_uuid, type) * FROM sync.record_versions WHERE client_uuid = ANY({asked}) ORDER BY client_uuid, type, id DESC")
            .AsNoTracking().ToListAsync(ct);
        return rows.ToDictionary(
            r => (r.Type, r.ClientUuid),
            r => new LatestVersion(r.Type, r.ClientUuid, r.Revision, r.Origin, r.CompetitionUuid, r.RaceUuid, r.Deleted, JsonNode.Parse(r.Content)!.AsObject()));
    }
}
