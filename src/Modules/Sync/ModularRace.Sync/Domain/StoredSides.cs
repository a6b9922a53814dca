using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>What is kept of the sides of some records: each side's last edit, and the versions that they had seen (R7).</summary>
internal sealed class StoredSides
{
    private readonly ILookup<(string Type, Guid ClientUuid), RecordEdit> edits;
    private readonly Dictionary<(string Type, Guid ClientUuid, string Revision), JsonObject> versions;

    private StoredSides(ILookup<(string, Guid), RecordEdit> edits, Dictionary<(string, Guid, string), JsonObject> versions) => (this.edits, this.versions) = (edits, versions);

    /// <param name="db">Sync's database.</param>
    /// <param name="uuids">The records.</param>
    /// <param name="arriving">Revisions that edits on their way in name as their base.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<StoredSides> ReadAsync(SyncDbContext db, Guid[] uuids, IEnumerable<string?> arriving, CancellationToken ct)
    {
        var stored = await db.RecordEdits.AsNoTracking().Where(e => uuids.Contains(e.ClientUuid)).ToListAsync(ct);
        var revisions = arriving.Concat(stored.Select(e => e.BaseRevision)).Concat(stored.SelectMany(Words.Read).Select(w => w.BaseRevision)).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var seen = revisions.Length == 0
            ? []
            : (await db.Feed.Where(r => uuids.Contains(r.ClientUuid) && revisions.Contains(r.Revision)).Select(r => new { r.Type, r.ClientUuid, r.Revision, r.Content }).ToListAsync(ct))
                .GroupBy(r => (r.Type, r.ClientUuid, r.Revision)).ToDictionary(g => g.Key, g => JsonNode.Parse(g.First().Content)!.AsObject());
        return new StoredSides(stored.ToLookup(e => (e.Type, e.ClientUuid)), seen);
    }

    public IEnumerable<(RecordEdit Edit, SideEdit Side)> Of((string Type, Guid ClientUuid) record)
    {
        foreach (var edit in edits[record])
        {
            var (seen, number) = Base(record, edit.BaseRevision);
            var side = new SideEdit(edit.Side, edit.Edit, JsonNode.Parse(edit.Content)!.AsObject(), seen, number, edit.TakenNumber, Saying.Read(edit.Says)) { LetIn = edit.LetIn };
            yield return (edit, edit.Earlier is null ? side : side with { Earlier = Earlier(record, edit) });
        }
    }

    private Dictionary<string, SideEdit> Earlier((string Type, Guid ClientUuid) record, RecordEdit edit)
    {
        var earlier = new Dictionary<string, SideEdit>(StringComparer.Ordinal);
        foreach (var word in Words.Read(edit))
        {
            var (seen, number) = Base(record, word.BaseRevision);
            var side = new SideEdit(edit.Side, word.Edit, word.Content, seen, number, word.TakenNumber, word.Says) { LetIn = word.LetIn };
            foreach (var field in word.Fields) earlier[field] = side;
        }

        return earlier;
    }

    /// <summary>The version of that revision, and its number; an unknown one counts as none.</summary>
    public (JsonObject? Content, long Number) Base((string Type, Guid ClientUuid) record, string? revision) =>
        revision is not null && versions.TryGetValue((record.Type, record.ClientUuid, revision), out var content) ? (content, Revision.Number(revision)) : (null, 0);
}
