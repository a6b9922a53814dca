using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>One version in a conflict, and whose it is.</summary>
/// <param name="Key">As in <c>versions</c>.</param>
/// <param name="Name">"Cloud", or the device's name.</param>
/// <param name="Origin"><c>cloud</c>, or the device's UUID.</param>
/// <param name="RecordUuid">The record that it is a version of: between two incidents each has its own.</param>
/// <param name="Again">A second content under one number (R2).</param>
internal sealed record ConflictSide(string Key, string Name, string Origin, Guid RecordUuid, JsonObject Version, bool Again = false);

/// <summary>The versions of some conflicts, the cloud's first, with the names of those whose they are.</summary>
internal sealed class ConflictSides
{
    private readonly Dictionary<Guid, string> devices;
    private readonly Dictionary<Guid, string> origins;

    private ConflictSides(Dictionary<Guid, string> devices, Dictionary<Guid, string> origins) => (this.devices, this.origins) = (devices, origins);

    public static async Task<ConflictSides> ReadAsync(DedupDbContext db, IReadOnlyList<ConflictRow> conflicts, CancellationToken cancellationToken)
    {
        var pairs = conflicts.Where(c => c.OtherRecordUuid is not null).SelectMany(c => new[] { c.RecordUuid, c.OtherRecordUuid!.Value }).Distinct().ToArray();
        var madeBy = pairs.Length == 0 ? [] : await db.Members.AsNoTracking().Where(m => pairs.Contains(m.IncidentUuid)).ToDictionaryAsync(m => m.IncidentUuid, m => m.Origin, cancellationToken);
        var named = madeBy.Values.Concat(conflicts.SelectMany(c => Keys(c).Select(Owner))).Select(o => Guid.TryParse(o, out var device) ? device : Guid.Empty).Distinct().ToArray();
        return new ConflictSides(await db.DeviceNames.AsNoTracking().Where(d => named.Contains(d.DeviceUuid)).ToDictionaryAsync(d => d.DeviceUuid, d => d.Name, cancellationToken), madeBy);
    }

    public IReadOnlyList<ConflictSide> Of(ConflictRow conflict)
    {
        var sides = new List<ConflictSide>();
        foreach (var (key, version) in JsonNode.Parse(conflict.Versions)!.AsObject())
        {
            if (version is not JsonObject content) continue;
            var incident = conflict.OtherRecordUuid is null ? conflict.RecordUuid : Guid.Parse(key);
            var origin = conflict.OtherRecordUuid is null ? Owner(key) : origins.GetValueOrDefault(incident, CloudIdentity.Cloud);
            sides.Add(new ConflictSide(key, Name(origin, conflict), origin, incident, content, key.Contains('#', StringComparison.Ordinal)));
        }

        // Between two incidents the one that would stand is shown as the cloud's; else the sides are in the order of their making.
        return [.. sides.OrderBy(s => conflict.OtherRecordUuid is { } other ? (s.RecordUuid == other ? 0 : 1) : s.Origin == CloudIdentity.Cloud ? 0 : s.Again ? 2 : 1)
            .ThenBy(s => VersionWords.Time(s.Version, "created_at") ?? DateTimeOffset.MaxValue).ThenBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Key, StringComparer.Ordinal)];
    }

    private string Name(string origin, ConflictRow conflict) =>
        !Guid.TryParse(origin, out var device) ? Say("Cloud")
        : devices.GetValueOrDefault(device) ?? (device == conflict.DeviceUuid ? conflict.DeviceName : null) ?? Say("A device");

    private static IEnumerable<string> Keys(ConflictRow conflict) => JsonNode.Parse(conflict.Versions)!.AsObject().Select(v => v.Key);

    private static string Owner(string key) => key.Split('/', '#')[0];
}
