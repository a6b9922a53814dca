using System.Text.Json.Nodes;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>What the cloud has of each record, the sides' last edits, and the versions that they had seen.</summary>
internal static class IntakeSides
{
    public static async Task LoadAsync(SyncDbContext db, List<IntakeItem> items, string side, CancellationToken ct)
    {
        var uuids = items.Select(i => i.Record.ClientUuid).Distinct().ToArray();
        var latest = await LatestVersions.ReadAsync(db, uuids, ct);
        var sides = await StoredSides.ReadAsync(db, uuids, items.Select(i => i.Record.BaseRevision), ct);
        foreach (var item in items)
        {
            item.Latest = latest.GetValueOrDefault(item.Record.Key);
            foreach (var stored in sides.Of(item.Record.Key)) item.Stored[stored.Edit.Side] = stored;
            (item.Base, item.BaseNumber) = sides.Base(item.Record.Key, item.Record.BaseRevision);
            item.Content = Fill(item, side);
        }
    }

    /// <summary>"A field that an older app does not know and leaves out is unchanged": as the side last said it, or as it had last seen it.</summary>
    private static JsonObject Fill(IntakeItem item, string side)
    {
        var content = item.Record.Content;
        var own = item.Stored.TryGetValue(side, out var stored) ? stored.Side : null;
        // A base that took account of the side's last edit is the later of the two.
        JsonObject?[] from = own is not null && item.BaseNumber < own.TakenNumber ? [own.Content, item.Base] : [item.Base, own?.Content];
        foreach (var source in from)
        {
            if (source is null) continue;
            var missing = source.Where(p => p.Value is not null && !content.ContainsKey(p.Key)).ToList();
            if (missing.Count == 0) continue;
            if (ReferenceEquals(content, item.Record.Content)) content = content.DeepClone().AsObject();
            foreach (var (name, value) in missing) content[name] = value!.DeepClone();
        }

        return content;
    }
}
